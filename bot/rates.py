"""How fast we may talk to a provider: counted in Redis for all workers together, in memory by each while Redis is away.

The counting is the library `limits`'s: a moving window, taken atomically by a script in Redis or under a lock in memory; its
entries expire by themselves on both.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import redis
from limits import RateLimitItem
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot.channels.registry import CHANNELS
from bot.channels.spec import Rate
from bot.telemetry import get_logger

log = get_logger(__name__)

AWAY_S = 5.0
"""How long Redis is left alone after it did not answer."""
MIN_WAIT_S = 0.05


class SharedWindow:
    """One moving window for all processes."""

    def __init__(self, redis_url: str, timeout_s: float = 0.5) -> None:
        once = Retry(NoBackoff(), 1, (redis.ConnectionError,))
        options = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s, "retry": once}
        self._shared = MovingWindowRateLimiter(RedisStorage(redis_url, key_prefix="tria:rate", **options))  # type: ignore[arg-type]
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._away_until = 0.0

    def take(self, item: RateLimitItem, *key: str) -> float:
        """Counts one and returns 0, or counts nothing and returns the seconds until it may be tried again."""
        limiter = self._own if time.monotonic() < self._away_until else self._shared
        try:
            return _take(limiter, item, key)
        except redis.RedisError as error:
            self._away_until = time.monotonic() + AWAY_S
            log.warning("rates counted by this process alone, Redis is away", error=type(error).__name__)
            return _take(self._own, item, key)


def _take(limiter: MovingWindowRateLimiter, item: RateLimitItem, key: tuple[str, ...]) -> float:
    if limiter.hit(item, *key):
        return 0.0
    wait_s = limiter.get_window_stats(item, *key).reset_time - time.time()
    # Others' clocks may be hours ahead; the window is seconds long.
    return min(max(MIN_WAIT_S, wait_s), item.get_expiry())


class SendLimits:
    """Asked before each send."""

    def __init__(self, window: SharedWindow, rates: Mapping[str, Rate | None] | None = None) -> None:
        """`rates` by channel; each channel's own unless told otherwise."""
        self._window = window
        self._rates = rates if rates is not None else {name: spec.rate for name, spec in CHANNELS.items()}

    def wait_s(self, channel: str, sender: str, to: str) -> float:
        """0 when a message may be sent to this recipient now (it is counted), else how long to wait.

        `to` names the recipient by an id of ours, because it becomes a key in Redis. They are asked first: a chat that must wait takes nothing from the others' share.
        """
        rate = self._rates.get(channel)
        if rate is None:
            return 0.0
        if rate.each is not None and (wait_s := self._window.take(rate.each, channel, "to", to)):
            return wait_s
        return self._window.take(rate.whole, channel, "from", sender)
