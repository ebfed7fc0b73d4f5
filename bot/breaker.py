"""Whether a provider may be called at this moment: not after it failed several times in a row, and then by one call at a time.

The library's own `call` holds its lock until the answer is there, so that calls would go one by one; it is told of their ends
instead.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import pybreaker
from prometheus_client import Counter

from bot.telemetry import get_logger
from bot.telemetry.metrics import Closed

log = get_logger(__name__)


class CountedBreaker(pybreaker.CircuitBreakerListener):
    """Counts the changes of a breaker's state. A listener is an object: pybreaker calls its methods by name."""

    def __init__(self, name: str, counted: Closed[Counter]) -> None:
        self.name, self._counted = name, counted

    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        self._counted.labels(new_state.name).inc()
        log.warning("breaker changed", breaker=self.name, state=new_state.name)


class Breaker(CountedBreaker):
    """Thread-safe. Ask `wait_s` before each call, and tell `ended` how it went."""

    def __init__(self, name: str, counted: Closed[Counter], *, failures: int, open_s: float) -> None:
        super().__init__(name, counted)
        self._lock = threading.RLock()
        self._open_s = open_s
        self._open_until = self._trial_until = 0.0
        self.circuit = pybreaker.CircuitBreaker(
            fail_max=failures, reset_timeout=open_s, listeners=[self], throw_new_error_on_trip=False, name=name
        )

    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        super().state_change(cb, old_state, new_state)
        if new_state.name == pybreaker.STATE_OPEN:
            self._open_until = time.monotonic() + self._open_s

    def wait_s(self) -> float:
        """0 when a call may go, else how long to wait. While the other side is on trial one call at a time may find out."""
        now = time.monotonic()
        with self._lock:
            if self.circuit.current_state == pybreaker.STATE_CLOSED:
                return 0.0
            if (until := max(self._open_until, self._trial_until)) > now:
                return until - now
            self._trial_until = now + self._open_s
            if self.circuit.current_state == pybreaker.STATE_OPEN:
                self.circuit.half_open()
            return 0.0

    def ended(self, error: Exception | None) -> None:
        """How a call went; None for an answer."""
        with self._lock:
            self._trial_until = 0.0
            if self.circuit.current_state == pybreaker.STATE_OPEN:
                return  # a call that was under way when it opened says nothing new
            with suppress(pybreaker.CircuitBreakerError, *([type(error)] if error else [])):
                self.circuit.call(_end, error)

    def trip(self) -> None:
        """Opens it at once, unless it is on trial or open."""
        with self._lock:
            if self.circuit.current_state == pybreaker.STATE_CLOSED:
                self.circuit.open()


def _end(error: Exception | None) -> None:
    if error is not None:
        raise error
