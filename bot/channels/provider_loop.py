"""One event loop in a thread of its own, on which any number of threads have requests under way at once.

Every request is bounded as a whole: a server that drips its answer byte by byte holds nobody longer than one that is silent.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cached_property
from typing import Any, TypeVar

T = TypeVar("T")

CONNECT_S, READ_S = 3.0, 7.0
WHOLE_S = CONNECT_S + READ_S
CONNECTIONS = 64
"""More than threads that send: nobody waits for a connection of ours."""


class ProviderLoop:
    """Made on first use, so that a process which is forked afterwards has its own."""

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="providers", daemon=True)
        self._thread.start()
        return loop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Its result; raises TimeoutError when it takes longer than WHOLE_S."""
        return asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, WHOLE_S), self._loop).result()

    def close(self) -> None:
        loop = self.__dict__.pop("_loop", None)
        if loop is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()
