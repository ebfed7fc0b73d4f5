"""The server of the vectors that these settings mean: the one that runs, else one for as long as a command takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.knowledge import server
from bot.knowledge.chroma import Chroma
from bot.settings import Settings

BUILD_TIMEOUT_S = 60.0
"""Of one call while a command works: large batches take longer than a question may."""


START_TIMEOUT_S = 8.0
"""For a server that was started a moment ago."""


def _wait(chroma: Chroma) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not chroma.answers() and time.monotonic() < deadline:
        time.sleep(0.1)


@contextmanager
def opened(settings: Settings) -> Iterator[Chroma]:
    """Raises PermanentError where none can be started; a server that is away shows with the first call."""
    if settings.chroma_host:
        chroma = Chroma(settings.chroma_host, BUILD_TIMEOUT_S)
        try:
            _wait(chroma)
            yield chroma
        finally:
            chroma.close()
        return
    with server.of_one_command(settings.chroma_persist_dir) as address:
        chroma = Chroma(address, BUILD_TIMEOUT_S)
        try:
            yield chroma
        finally:
            chroma.close()
