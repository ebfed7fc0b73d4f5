"""Failpoints cost nothing unarmed, strike once at the nth pass, and never in production."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import failpoints
from bot.errors import StartupRefused


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


def test_an_unarmed_place_does_nothing() -> None:
    failpoints.hit("apply.begin")


def test_the_nth_pass_strikes_and_only_once() -> None:
    failpoints.arm("here:2:raise")
    failpoints.hit("here")
    with pytest.raises(failpoints.FailpointError):
        failpoints.hit("here")
    failpoints.hit("here")


@pytest.mark.parametrize("text", ["here", "here:x:kill", "here:1:explode", ":1:kill"])
def test_what_is_no_failpoint_is_refused(text: str) -> None:
    with pytest.raises(StartupRefused):
        failpoints.read(text)


def test_armed_in_production_refuses_to_start() -> None:
    failpoints.arm("here:1:kill")
    failpoints.refuse_in_production(False)
    with pytest.raises(StartupRefused):
        failpoints.refuse_in_production(True)


def test_a_resting_place_neither_strikes_nor_counts() -> None:
    failpoints.arm("here:1:raise")
    with failpoints.resting():
        failpoints.hit("here")
    with pytest.raises(failpoints.FailpointError):
        failpoints.hit("here")
