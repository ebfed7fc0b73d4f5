"""A worker's pulse, in a thread of its own: renews what the process holds, says that it lives, ends it when its loop is stuck.

The loop is the heart: while a job of its has taken longer than any may, no sign of life is given.
"""

from __future__ import annotations

import os
import signal
import threading
import time

from sqlalchemy.exc import SQLAlchemyError

from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger
from jobs import heartbeat, lease, queues

log = get_logger(__name__)

EVERY_S = 1.5
"""A few of these fit into the shortest time that is held (lease.LEASE_S, send.SENDING_S)."""
BEAT_EVERY_S = 5.0
STUCK_S = 60.0
"""A job that outlives its time limit by so much cannot be interrupted; the process ends and is started again."""


class Pulse(threading.Thread):
    """Runs beside the worker's loop until `close`."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(name="pulse", daemon=True)
        self._runtime = runtime
        self._closed = threading.Event()
        self._beat_at = 0.0
        self.busy_since: float | None = None
        """Set by the worker's loop while it runs a job."""

    def run(self) -> None:
        while not self._closed.wait(EVERY_S):
            busy_s = self._busy_s()
            if busy_s > STUCK_S:
                log.critical("a job cannot be interrupted, this worker ends", seconds=round(busy_s))
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                self.beat(busy_s)
            except SQLAlchemyError as error:
                log.warning("database unreachable, no pulse", error=error_words(error))

    def beat(self, busy_s: float = 0.0) -> None:
        """One pulse. Raises SQLAlchemy's errors."""
        self._runtime.renewals.renew(self._runtime.engine)
        if busy_s < queues.JOB_LIMIT_S and time.monotonic() - self._beat_at >= BEAT_EVERY_S:
            heartbeat.beat(self._runtime.engine, "worker", {"owner": lease.owner()})
            self._beat_at = time.monotonic()

    def close(self) -> None:
        """After the lanes: what is under way in them is renewed to its end."""
        self._closed.set()
        if self.is_alive():  # it never began when a step before it failed
            self.join(timeout=2 * EVERY_S)

    def _busy_s(self) -> float:
        began = self.busy_since
        return time.monotonic() - began if began is not None else 0.0
