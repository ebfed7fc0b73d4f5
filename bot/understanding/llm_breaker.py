"""Whether the language model may be asked at this moment: not after it was silent or failed in a row, nor while it asks to wait."""

from __future__ import annotations

import time

import openai

from bot.breaker import Breaker
from bot.telemetry import metrics
from bot.understanding.gaps import GapOutcome

FAILURES_TO_OPEN = 5
TIMEOUTS_TO_OPEN = 2
"""Each cost a customer the whole budget, so that fewer are borne."""
OPEN_S = 60.0
MAX_WAIT_S = 600.0
"""However long the other side asks to be left alone for."""


class LlmBreaker(Breaker):
    """Thread-safe. Ask `refusal` before each call, and tell `ended` how it went."""

    def __init__(self) -> None:
        super().__init__("language model", metrics.llm_breaker_total, failures=FAILURES_TO_OPEN, open_s=OPEN_S)
        self._timeouts = 0
        self._wait_until = 0.0

    def refusal(self) -> GapOutcome | None:
        """Why it must not be asked now; None when it may."""
        with self._lock:
            if time.monotonic() < self._wait_until:
                return GapOutcome.RATE_LIMIT
            return GapOutcome.CIRCUIT_OPEN if self.wait_s() else None

    def ended(self, error: Exception | None) -> None:
        """How a call went; None for an answer."""
        silent = isinstance(error, openai.APITimeoutError | TimeoutError)
        with self._lock:
            self._timeouts = self._timeouts + 1 if silent else 0
            super().ended(error)
            if self._timeouts >= TIMEOUTS_TO_OPEN:
                self.trip()

    def wait(self, seconds: float) -> None:
        """The other side asks to be left alone for so long."""
        with self._lock:
            self._wait_until = max(self._wait_until, time.monotonic() + min(seconds, MAX_WAIT_S))


def retry_after_s(error: openai.APIStatusError) -> float | None:
    """The seconds of its Retry-After; None without one, or for a date."""
    said = error.response.headers.get("retry-after", "")
    return float(said) if said.replace(".", "", 1).isdecimal() else None
