"""How long to wait before something is tried again."""

from __future__ import annotations

import random

MAX_PAUSE_S = 300


def wait_s(attempts: int, retry_after_s: float | None) -> float:
    """The provider's own word, else 1, 2, 4 ... seconds with jitter, at most five minutes."""
    if retry_after_s is not None:
        return retry_after_s + random.uniform(0, 0.5)
    return float(min(MAX_PAUSE_S, 2 ** (attempts - 1))) * random.uniform(0.8, 1.2)
