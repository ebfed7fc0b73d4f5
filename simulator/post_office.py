"""Posts webhooks to the app as the providers do: signed, in their own time, tried again by their own rules."""

from __future__ import annotations

import heapq
import http.client
import itertools
import logging
import random
import threading
import time
from collections.abc import Callable, Container, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from simulator.faults import ON_WEBHOOKS, Fault, FaultBook, FaultKind
from simulator.ledger import WEBHOOK, Entry, Ledger

REORDER_HOLD_S = 1.0
"""How long a webhook told to be overtaken waits for another one to pass it."""
WORKERS = 16

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One POST. `sent` is what the ledger shows, `body` what goes over the wire."""

    provider: str
    operation: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    sent: Mapping[str, Any]
    retries: int = 0
    retry_any: bool = False
    """Try again after any answer that is not 2xx, not only after a failed connection."""
    pause_s: float = 0.0
    faults: Container[FaultKind] = ON_WEBHOOKS


@dataclass
class PostOffice:
    """`post` waits for the answer; `later` runs a task on one of a few threads when its time has come."""

    ledger: Ledger
    faults: FaultBook
    timeout_s: float = 15.0
    random: random.Random = field(default_factory=lambda: random.Random(0))
    _tasks: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _posted: threading.Condition = field(default_factory=threading.Condition)
    _posts: int = 0
    _busy: int = 0
    _dropping: bool = False
    """While this is set nothing new is planned and nothing waits: the office stops or forgets."""
    _stopped: bool = False

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="simulator-post")
        self._clock = threading.Thread(target=self._run, name="simulator-clock", daemon=True)
        self._clock.start()

    def post(self, webhook: Webhook) -> Entry:
        """Deliver it, by its faults and retry rule; the entry of the last try."""
        fault = self.faults.strike(webhook.provider, webhook.operation, webhook.sent, webhook.faults)
        if fault and fault.kind is FaultKind.DELAY:
            self._pause(fault.delay_s)
        if fault and fault.kind is FaultKind.REORDER:
            self._let_another_pass()
        times = fault.times if fault and fault.kind is FaultKind.DUPLICATE else 1
        for _ in range(times):
            entry = self._deliver(webhook, fault)
        return entry

    def later(self, delay_s: float, task: Callable[[], None]) -> None:
        with self._wake:
            if not self._dropping:
                heapq.heappush(self._tasks, (time.monotonic() + delay_s, next(self._order), task))
                self._wake.notify_all()

    def idle(self, timeout_s: float = 10.0) -> bool:
        """Wait until nothing is planned or under way; False when the time was not enough."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._tasks and not self._busy, timeout_s)

    def forget(self) -> None:
        """Drop what is planned, and wait for what is under way (which stops waiting for anything)."""
        with self._wake:
            self._dropping = True
            self._tasks.clear()
            self._wake.notify_all()
            self._wake.wait_for(lambda: not self._busy, self.timeout_s)
            self._dropping = self._stopped

    def stop(self) -> None:
        with self._wake:
            self._stopped = True
        self.forget()
        self._clock.join()
        self._pool.shutdown(cancel_futures=True)

    def _deliver(self, webhook: Webhook, fault: Fault | None) -> Entry:
        for attempt in itertools.count():
            entry = self._try(webhook, fault)
            again = entry.status is None or (webhook.retry_any and not 200 <= entry.status < 300)
            if not again or attempt >= webhook.retries or self._dropping:
                return entry
            self._pause(webhook.pause_s * 2**attempt)
        raise AssertionError("unreachable: the loop returns")

    def _try(self, webhook: Webhook, fault: Fault | None) -> Entry:
        started = time.monotonic()
        status, answer = _exchange(webhook, self.timeout_s)
        entry = self.ledger.add(
            WEBHOOK,
            webhook.provider,
            webhook.operation,
            webhook.sent,
            status=status,
            answer=answer,
            fault=fault.kind if fault else None,
            took_ms=round((time.monotonic() - started) * 1000, 2),
        )
        with self._posted:
            self._posts += 1
            self._posted.notify_all()
        return entry

    def _let_another_pass(self) -> None:
        with self._posted:
            seen = self._posts
            self._posted.wait_for(lambda: self._posts > seen or self._dropping, REORDER_HOLD_S)

    def _pause(self, seconds: float) -> None:
        with self._wake:
            self._wake.wait_for(lambda: self._dropping, seconds)

    def _run(self) -> None:
        """The clock: hands each task to the pool at its time."""
        while True:
            with self._wake:
                if self._stopped:
                    return
                now = time.monotonic()
                if not self._tasks or self._tasks[0][0] > now:
                    self._wake.wait(self._tasks[0][0] - now if self._tasks else None)
                    continue
                task = heapq.heappop(self._tasks)[2]
                self._busy += 1
            self._pool.submit(self._work, task).add_done_callback(_report)

    def _work(self, task: Callable[[], None]) -> None:
        try:
            task()
        finally:
            with self._wake:
                self._busy -= 1
                self._wake.notify_all()


def _report(done: Future[None]) -> None:
    """A task that raised is a bug of the simulator: say so, as nobody waits for its result."""
    if not done.cancelled() and (error := done.exception()):
        log.error("a webhook could not be posted", exc_info=error)


def _exchange(webhook: Webhook, timeout_s: float) -> tuple[int | None, str]:
    """One POST over its own connection; status None and the reason when no answer came."""
    target = urlsplit(webhook.url)
    scheme = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = scheme(target.netloc, timeout=timeout_s)
    try:
        path = target.path + (f"?{target.query}" if target.query else "")
        connection.request("POST", path, webhook.body, dict(webhook.headers))
        response = connection.getresponse()
        return response.status, response.read(4096).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        # The ledger keeps it, and the provider's retry rule decides what follows.
        return None, f"{type(error).__name__}: {error}"
    finally:
        connection.close()
