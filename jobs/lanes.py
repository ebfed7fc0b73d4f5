"""A worker's lanes: a few threads each for whatever waits for somebody outside, so that nobody waits for another's provider.

The loop that reads, decides and answers never calls a provider itself. Sends go by the channel's lane, what needs a language
model by the models', the synthetic order by its own. What a lane has no room for is not lost: its row stays due in PostgreSQL.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass

from bot.channels.registry import pushed_channels
from bot.telemetry import get_logger
from jobs import entry

log = get_logger(__name__)

MODELS, CANARY, INVOICES, REREADING = "models", "canary", "invoices", "rereading"


@dataclass(frozen=True, slots=True)
class Size:
    """`room` counts what waits and what is under way; `job` is what its failures are counted as."""

    threads: int
    room: int
    job: str


ROOM_TO_SEND = 1_000


def sizes() -> dict[str, Size]:
    """A lane for each channel that we send on, and those of the worker itself."""
    channels = {spec.name: Size(spec.threads, ROOM_TO_SEND, "deliver") for spec in pushed_channels()}
    own = {MODELS: Size(8, 64, "process"), CANARY: Size(1, 1, "canary"), INVOICES: Size(1, 1, "invoice")}
    return channels | own | {REREADING: Size(1, 1, "reread")}


class Lane:
    """Bounded threads. The same key is never in it twice."""

    def __init__(self, size: Size) -> None:
        self._job, self._room, self._threads = size.job, size.room, size.threads
        self._keys: set[Hashable] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(size.threads, thread_name_prefix=size.job)

    def take(self, key: Hashable, work: Callable[[], None]) -> bool:
        """Queues it, or finds it queued; False when there is no room, or the worker is about to end."""
        with self._lock:
            if key in self._keys:
                return True
            if len(self._keys) >= self._room:
                return False
            self._keys.add(key)
        try:
            self._pool.submit(copy_context().run, self._do, key, work)
        except RuntimeError:  # closed meanwhile: PostgreSQL keeps the row
            self._leave(key)
            return False
        return True

    def warm_up(self, work: Callable[[], None]) -> list[Future[None]]:
        """Each of its threads does it once."""
        together = threading.Barrier(self._threads)  # so that no thread takes two of these

        def one() -> None:
            together.wait()
            with entry.kept_from_rq(self._job):
                work()

        return [self._pool.submit(one) for _ in range(self._threads)]

    def ask_to_end(self) -> None:
        """What is under way goes on; what waits stays due."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def end(self) -> None:
        self._pool.shutdown(wait=True)

    def _do(self, key: Hashable, work: Callable[[], None]) -> None:
        try:
            with entry.kept_from_rq(self._job):
                work()
        finally:
            self._leave(key)

    def _leave(self, key: Hashable) -> None:
        with self._lock:
            self._keys.discard(key)


class Lanes:
    """All lanes of one worker, by name."""

    def __init__(self, of: dict[str, Size] | None = None) -> None:
        self._lanes = {name: Lane(size) for name, size in (of if of is not None else sizes()).items()}

    def take(self, lane: str, key: Hashable, work: Callable[[], None]) -> bool:
        """Whether that lane does it, or is doing it; False for a lane that this worker does not have."""
        found = self._lanes.get(lane)
        return found is not None and found.take(key, work)

    def warm_up(self, work: dict[str, Callable[[], None]]) -> None:
        """Every thread of the named lanes does something that costs nothing: no customer waits for its start, and a worker is as
        large at its beginning as it will be."""
        wait([future for name, each in work.items() for future in self._lanes[name].warm_up(each)])

    def close(self) -> None:
        for lane in self._lanes.values():
            lane.ask_to_end()
        for lane in self._lanes.values():
            lane.end()
