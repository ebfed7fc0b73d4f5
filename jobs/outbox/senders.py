"""Hands freshly written replies to whoever sends them: this worker's own senders when it has some, else a ring for any worker.

A worker's senders are a few threads per channel: a provider that stalls delays its own channel only, and never the
reading of messages. What they do not get done stays pending in PostgreSQL, and the sweeper rings for it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from bot.channels.registry import pushed_channels
from bot.runtime import Runtime
from bot.telemetry import get_logger
from jobs import entry, queues
from jobs.outbox.send import send

log = get_logger(__name__)

NOBODY = 0
"""The id of no row."""
MAX_WAITING = 1_000
"""More are not queued in memory: they are in PostgreSQL, and the sweeper brings them back."""


class Senders:
    """The threads of one worker process. Each has its own clients: Telegram's belongs to one event loop."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._own = threading.local()
        self._waiting = threading.BoundedSemaphore(MAX_WAITING)
        self._pools = {
            spec.name: ThreadPoolExecutor(spec.threads, thread_name_prefix=f"send-{spec.name}")
            for spec in pushed_channels()
        }

    def take(self, channel: str, message_id: int) -> bool:
        """Queue it for sending; False when there is no room."""
        if channel not in self._pools or not self._waiting.acquire(blocking=False):
            return False
        self._pools[channel].submit(self._send, channel, message_id)
        return True

    def warm_up(self) -> None:
        """Every thread makes its client now and not for its first reply, and asks for a row that does not exist."""
        begun = []
        for spec in pushed_channels():
            together = threading.Barrier(spec.threads)  # so that no thread takes two of these
            begun += [
                self._pools[spec.name].submit(self._warm_up_one, spec.name, together) for _ in range(spec.threads)
            ]
        wait(begun)

    def _warm_up_one(self, channel: str, together: threading.Barrier) -> None:
        together.wait()
        self._deliver(channel, NOBODY)

    def close(self) -> None:
        """What is being sent is finished; what waits stays pending."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in self._pools.values():
            pool.shutdown(wait=True)

    def _send(self, channel: str, message_id: int) -> None:
        self._waiting.release()
        self._deliver(channel, message_id)

    def _deliver(self, channel: str, message_id: int) -> None:
        if not hasattr(self._own, "channels"):
            self._own.channels = {channel: self._runtime.make_channel(channel)}
        with entry.kept_from_rq("deliver"):
            send(self._runtime, message_id, self._own.channels)


def hand_over(runtime: Runtime, channel: str, message_ids: Sequence[int]) -> None:
    """The replies of one turn, in order: the first is enough, because whoever sends it goes on with the next."""
    if not message_ids:
        return
    if runtime.senders is None or not runtime.senders.take(channel, message_ids[0]):
        queues.ring(runtime, queues.Bell.DELIVER, message_ids[0])
