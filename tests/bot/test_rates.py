"""One limiter for both back ends: atomic, bounded, and it resets by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItemPerSecond

from bot.rates import Rate, SendLimits, SharedWindow

AWAY = "redis://127.0.0.1:1/0"
Make = Callable[[], SharedWindow]


@pytest.fixture(params=["redis", "memory"])
def window(request: pytest.FixtureRequest) -> SharedWindow:
    """On the suite's Redis, and in memory because Redis is away."""
    return SharedWindow(request.getfixturevalue("redis_url") if request.param == "redis" else AWAY, timeout_s=0.2)


def test_j11_three_of_five_are_allowed(window: SharedWindow) -> None:
    item = RateLimitItemPerSecond(3, 60)
    assert [window.take(item, "j11", str(id(window))) == 0 for _ in range(5)] == [True, True, True, False, False]


def test_j10_a_hundred_at_once_never_exceed_the_limit(window: SharedWindow) -> None:
    item = RateLimitItemPerSecond(10, 60)
    window.take(item, "warm", str(id(window)))
    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(lambda _: window.take(item, "j10", str(id(window))) == 0, range(100)))
    assert sum(taken) == 10


def test_j14_the_window_ends_on_both_back_ends(window: SharedWindow) -> None:
    item = RateLimitItemPerSecond(1, 1)
    key = ("j14", str(id(window)))
    assert window.take(item, *key) == 0
    wait_s = window.take(item, *key)
    assert 0 < wait_s <= 1
    time.sleep(wait_s + 0.05)
    assert window.take(item, *key) == 0


def test_a_chat_that_must_wait_takes_nothing_from_the_others_share(redis_url: str) -> None:
    limits = SendLimits(
        SharedWindow(redis_url), {"x": Rate(RateLimitItemPerSecond(5, 60), RateLimitItemPerSecond(2, 60))}
    )
    first = [limits.wait_s("x", "bot", "a") for _ in range(4)]
    assert [wait == 0 for wait in first] == [True, True, False, False]
    assert [limits.wait_s("x", "bot", name) == 0 for name in "bcde"] == [True, True, True, False]


def test_a_channel_without_a_rate_never_waits(redis_url: str) -> None:
    assert SendLimits(SharedWindow(redis_url), {}).wait_s("api", "us", "them") == 0


def test_another_workers_clock_an_hour_ahead_costs_one_window_at_most(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, key = RateLimitItemPerSecond(1, 1), ("c43", str(time.time_ns()))
    ahead, here = SharedWindow(redis_url), SharedWindow(redis_url)
    with monkeypatch.context() as an_hour_ahead:
        real = time.time
        an_hour_ahead.setattr(time, "time", lambda: real() + 3600)
        assert ahead.take(item, *key) == 0
    assert 0 < here.take(item, *key) <= 1
