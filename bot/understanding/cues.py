"""Finds the words that say what a message is about: greetings, thanks, questions, complaints, wishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from bot.language import scan
from bot.language.lexicon import lexicon
from bot.language.scripts import is_unspaced

SILENT = frozenset({"told", "thanked", "anew"})
"""Roles that only place their words; the classifier was not taught them."""
ANOTHER_MATTER = ("complaint", "claim", "status", "price", "policy", "product_question", "human", "attack", "opt_out")
"""Roles of a message that may be about something else than an order."""


@dataclass(frozen=True, slots=True)
class Cues:
    """How often each role was said, and the phrases that said it."""

    count: Mapping[str, int] = field(default_factory=dict)
    phrases: tuple[tuple[str, str], ...] = ()
    attacks: tuple[int, ...] = ()
    """Where in the text somebody speaks to the machine instead of ordering."""
    places: tuple[tuple[str, int], ...] = ()
    """Where in the text each phrase stands, by its role; of a run without spaces, where the run begins."""
    spans: tuple[tuple[int, int], ...] = ()
    """Where in the text the phrases stand, whatever they say."""
    choice: str | None = None
    """Which of several the message picks: a number, all, or none."""

    def has(self, *roles: str) -> bool:
        return any(role in self.count for role in roles)

    def places_any(self, *roles: str) -> bool:
        """Whether one of these was said, also of those that are not counted."""
        return any(role in roles for role, _ in self.places)


def find_cues(pieces: list[scan.Piece]) -> Cues:
    """The cues of a message, from its raw pieces (before any are joined to phrases)."""
    spoken = [piece for piece in pieces if piece.kind not in scan.NOISE]
    words = [piece.text for piece in spoken]
    attacks: list[int] = []
    by_first = lexicon().cues.by_first
    count: dict[str, int] = {}
    phrases: list[tuple[str, str]] = []
    places: list[tuple[str, int]] = []
    spans: list[tuple[int, int]] = []
    for at, word in enumerate(words):
        if is_unspaced(word):
            before = count.get("attack", 0)
            places += [(role, spoken[at].start) for role in _cues_in_run(word, count, phrases)]
            spans += _spans_in_run(word, spoken[at].start)
            attacks += [spoken[at].start] * (count.get("attack", 0) > before)
            continue
        seen: set[str] = set()
        for phrase, roles in by_first.get(word, ()):
            if len(phrase) > 1 and tuple(words[at : at + len(phrase)]) != phrase:
                continue
            spans.append((spoken[at].start, spoken[at + len(phrase) - 1].end))
            places += [(role, spoken[at].start) for role in roles]
            for role in roles:
                if role not in seen and role not in SILENT:
                    seen.add(role)
                    count[role] = count.get(role, 0) + 1
                    phrases.append((role, " ".join(phrase)))
            if "attack" in roles:
                attacks.append(spoken[at].start)
    return Cues(count, tuple(phrases), tuple(attacks), tuple(places), tuple(spans), _choice(phrases))


def _choice(phrases: list[tuple[str, str]]) -> str | None:
    chosen = [phrase for role, phrase in phrases if role == "choice"]
    if not chosen:
        return None
    words = tuple(max(chosen, key=len).split())
    return next((roles["choice"] for p, roles in lexicon().cues.by_first.get(words[0], ()) if p == words), None)


def _cues_in_run(run: str, count: dict[str, int], phrases: list[tuple[str, str]]) -> set[str]:
    """Notes the cues in a run without spaces, and gives those of them that are placed."""
    placed: set[str] = set()
    by_first = lexicon().cues.by_first
    for start in range(len(run)):
        for phrase, roles in by_first.get(run[start : start + 1], ()):
            if len(phrase) == 1 and phrase[0] == run:
                _note(roles, run, count, phrases)
                placed |= roles.keys()
        for size in range(min(_longest_in_run(), len(run) - start), 1, -1):
            part = run[start : start + size]
            for phrase, roles in by_first.get(part, ()):
                if phrase == (part,):
                    _note(roles, part, count, phrases)
                    placed |= roles.keys()
    return placed


@cache
def _longest_in_run() -> int:
    """How long the longest phrase is that a run may hold."""
    return max(len(first) for first in lexicon().cues.by_first if is_unspaced(first))


def _spans_in_run(run: str, start: int) -> Iterator[tuple[int, int]]:
    """Where in the text the known phrases of a run without spaces stand."""
    known = lexicon().cues.by_first
    for at in range(len(run)):
        for size in range(min(_longest_in_run(), len(run) - at), 0, -1):
            if any(phrase == (run[at : at + size],) for phrase, _ in known.get(run[at : at + size], ())):
                yield start + at, start + at + size


def _note(roles: Mapping[str, str], text: str, count: dict[str, int], phrases: list[tuple[str, str]]) -> None:
    for role in roles:
        if role not in SILENT and (role, text) not in phrases:
            count[role] = count.get(role, 0) + 1
            phrases.append((role, text))
