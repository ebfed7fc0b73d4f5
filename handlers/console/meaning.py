"""Finds conversations by what was meant in them, where the vectors of messages are there; elsewhere words are looked for."""

from __future__ import annotations

from contextlib import closing
from functools import lru_cache

from bot.errors import TriaError
from bot.knowledge.chroma import Chroma
from bot.knowledge.embedders import Embedder, local
from bot.runtime import Runtime
from bot.telemetry import get_logger
from jobs.reads.message_search import search

MOST = 40
"""Messages; several may be of one conversation."""
AT_ONCE = 200
"""New messages that one look remembers at most: a page does not wait for thousands."""
TIMEOUT_S = 3.0

log = get_logger(__name__)


def conversations_like(runtime: Runtime, words: str) -> tuple[int, ...] | None:
    """Conversations with a message of that meaning, the nearest first; None when nobody can say."""
    if not runtime.settings.chroma_host:
        return None  # a page starts no server
    try:
        with closing(Chroma(runtime.settings.chroma_host, TIMEOUT_S)) as chroma:
            found = search(runtime.engine, chroma, _embedder(), words, MOST, at_once=AT_ONCE)
    except TriaError as error:  # the page looks for the words instead, and says so
        log.warning("no search by meaning", error=str(error))
        return None
    return tuple(dict.fromkeys(each.conversation_id for each in found))


@lru_cache(maxsize=1)
def _embedder() -> Embedder:
    """Its model is loaded once a process."""
    return local()
