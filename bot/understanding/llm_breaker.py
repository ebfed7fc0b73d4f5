"""Whether the language model may be asked at this moment: not after it was silent or failed in a row, nor while it asks to wait.

The library's own `call` holds its lock until the answer is there, so that calls would go one by one; it is told of their ends
instead.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import openai
import pybreaker

from bot.telemetry import get_logger, metrics
from bot.understanding.gaps import GapOutcome

log = get_logger(__name__)

FAILURES_TO_OPEN = 5
TIMEOUTS_TO_OPEN = 2
"""Each cost a customer the whole budget, so that fewer are borne."""
OPEN_S = 60.0
MAX_WAIT_S = 600.0
"""However long the other side asks to be left alone for."""


class CountedBreaker(pybreaker.CircuitBreakerListener):
    """Counts the changes of the breaker's state. A listener is an object: pybreaker calls its methods by name."""

    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        metrics.llm_breaker_total.labels(new_state.name).inc()
        log.warning("language model breaker", state=new_state.name)


class LlmBreaker(CountedBreaker):
    """Thread-safe. Ask `refusal` before each call, and tell `ended` how it went."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timeouts = 0
        self._open_until = self._trial_until = self._wait_until = 0.0
        self.circuit = pybreaker.CircuitBreaker(
            fail_max=FAILURES_TO_OPEN, reset_timeout=OPEN_S, listeners=[self], throw_new_error_on_trip=False, name="llm"
        )

    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        super().state_change(cb, old_state, new_state)
        if new_state.name == pybreaker.STATE_OPEN:
            self._open_until = time.monotonic() + OPEN_S

    def refusal(self) -> GapOutcome | None:
        """Why it must not be asked now; None when it may. While it is on trial one call at a time may find out."""
        now = time.monotonic()
        with self._lock:
            if now < self._wait_until:
                return GapOutcome.RATE_LIMIT
            if self.circuit.current_state == pybreaker.STATE_CLOSED:
                return None
            if now < max(self._open_until, self._trial_until):
                return GapOutcome.CIRCUIT_OPEN
            self._trial_until = now + OPEN_S
            if self.circuit.current_state == pybreaker.STATE_OPEN:
                self.circuit.half_open()
            return None

    def ended(self, error: Exception | None) -> None:
        """How a call went; None for an answer."""
        silent = isinstance(error, openai.APITimeoutError | TimeoutError)
        with self._lock:
            self._trial_until = 0.0
            self._timeouts = self._timeouts + 1 if silent else 0
            if self.circuit.current_state == pybreaker.STATE_OPEN:
                return  # a call that was under way when it opened says nothing new
            with suppress(pybreaker.CircuitBreakerError, *([type(error)] if error else [])):
                self.circuit.call(_end, error)
            if self._timeouts >= TIMEOUTS_TO_OPEN and self.circuit.current_state == pybreaker.STATE_CLOSED:
                self.circuit.open()

    def wait(self, seconds: float) -> None:
        """The other side asks to be left alone for so long."""
        with self._lock:
            self._wait_until = max(self._wait_until, time.monotonic() + min(seconds, MAX_WAIT_S))


def _end(error: Exception | None) -> None:
    if error is not None:
        raise error


def retry_after_s(error: openai.APIStatusError) -> float | None:
    """The seconds of its Retry-After; None without one, or for a date."""
    said = error.response.headers.get("retry-after", "")
    return float(said) if said.replace(".", "", 1).isdecimal() else None
