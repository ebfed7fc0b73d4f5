"""One process's access to the documents: the library of the newest build, kept in memory and looked after.

Chroma away, its folder gone or a build under way: what was read last goes on answering, and the next look finds it whole again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from bot.errors import TriaError
from bot.knowledge import manifest
from bot.knowledge.answers import answer
from bot.knowledge.chroma import Chroma
from bot.knowledge.documents import ANSWERING, Collection
from bot.knowledge.embedders import Embedder, chosen, local
from bot.knowledge.found import Answer
from bot.knowledge.library import Library, load
from bot.knowledge.manners import NO_MANNERS, Manners, manners_of
from bot.settings import Settings
from bot.telemetry import get_logger

log = get_logger(__name__)

LOOK_EVERY_S = 2.0
TIMEOUT_S = 2.0


class KeptLibrary:
    """Thread-safe. Makes no connection before the first question."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._chroma = Chroma(settings.chroma_host, TIMEOUT_S)
        self._settings, self._clock = settings, clock
        self._lock = threading.Lock()
        self._library: Library | None = None
        self._looked_at = float("-inf")
        self._told = ""
        self._manners = "", NO_MANNERS

    def ask(self, text: str, language: str | None = None) -> Answer | None:
        """None when no documents can be had. Never raises for anything that Chroma or OpenAI does."""
        library = self.library()
        return answer(library, text, self._embedders(library), language) if library is not None else None

    def warm_up(self) -> None:
        """Loads what the first question would wait for."""
        self.ask("warm up")

    def warm_up_beside(self, after_s: float) -> None:
        """The same in a thread of its own, for a process that must serve meanwhile and whose start others wait for."""
        later = threading.Timer(after_s, self.warm_up)
        later.daemon = True
        later.start()

    def manners(self) -> Manners:
        """Tone and escalation rules as they were read last. Waits for nobody, so that every message can have them."""
        library = self._library
        if library is None:
            return NO_MANNERS
        if self._manners[0] != library.manifest.version:
            rules, tones = library.of(Collection.ESCALATION_RULES), library.of(Collection.TONE_GUIDELINES)
            self._manners = library.manifest.version, manners_of(tones, rules)
        return self._manners[1]

    @property
    def version(self) -> str:
        """Of the documents that answers come from now; empty while there are none."""
        library = self.library()
        return library.manifest.version if library is not None else ""

    def library(self) -> Library | None:
        """The newest that could be read; looked for at most every LOOK_EVERY_S, by one thread at a time."""
        if self._clock() - self._looked_at < LOOK_EVERY_S or not self._lock.acquire(blocking=self._library is None):
            return self._library
        try:
            if self._clock() - self._looked_at >= LOOK_EVERY_S:
                self._look()
                self._looked_at = self._clock()
        finally:
            self._lock.release()
        return self._library

    def close(self) -> None:
        self._chroma.close()

    def _look(self) -> None:
        try:
            known = manifest.read(self._chroma)
            if known is not None and (self._library is None or self._library.manifest.version != known.version):
                self._library = load(self._chroma, known)
                log.info("documents read", version=known.version, passages=len(self._library.passages))
            self._tell("" if known is not None else "nothing is built")
        except TriaError as error:
            self._tell(str(error))

    def _tell(self, trouble: str) -> None:
        """Once for each trouble, not with every question."""
        if trouble and trouble != self._told:
            log.warning("documents cannot be read", reason=trouble, answering_from_memory=self._library is not None)
        self._told = trouble

    def _embedders(self, library: Library) -> tuple[Embedder, ...]:
        """That of the build first, where these settings have it; else, and when it fails, what needs nobody outside."""
        wanted = chosen(self._settings)
        return (wanted, local()) if wanted.name == library.manifest.embedder != local().name else (local(),)


def trouble_of(chroma: Chroma, embedder: str) -> tuple[str, Mapping[str, int]]:
    """What keeps documents from being used as they should be, in words, and how many each collection has.

    `embedder` is the name of the one that these settings mean. Raises ChromaError.
    """
    known = manifest.read(chroma)
    if known is None:
        return "nothing is built", {}
    counts = {name: shelf.documents for name, shelf in known.shelves.items()}
    short = [name for name, shelf in known.shelves.items() if chroma.count(name) < len(shelf.ids)]
    empty = [each.value for each in Collection if not counts.get(each.value)]
    if short:
        return f"records are missing in {', '.join(short)}", counts
    if empty:
        rules = "" if set(empty) <= {each.value for each in ANSWERING} else ": the bot goes by its own rules there"
        return f"{', '.join(empty)} is empty{rules}", counts
    if known.embedder != embedder:
        return f"built with {known.embedder}, while these settings mean {embedder}", counts
    return "", counts
