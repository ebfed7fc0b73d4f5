"""A message that is worked on days after it was written: days that have come are asked about, and nothing delivered is changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.journeys.counter import TUESDAY, Counter


def late(**waited: int) -> Counter:
    """A counter that reads now what was written on Tuesday at ten."""
    counter = Counter.of()
    counter.now = TUESDAY + timedelta(**waited)
    return counter


@pytest.mark.parametrize("words", ["2 ctn 10in box", "2 ctn 10in box tomorrow", "2 ctn 10in box for wed"])
def test_a_day_that_has_come_meanwhile_is_asked_about(words: str) -> None:
    counter = late(days=3)
    said = counter.say(words, said_at=TUESDAY)[0]
    assert "I could read your message only now, too late for Wed 25 Nov" in said
    assert "The next delivery is Sat 28 Nov" in said
    assert counter.order.status == "awaiting_confirmation"
    counter.say("yes")
    assert (counter.order.status, f"{counter.order.delivery_date:%d %b}") == ("placed", "28 Nov")


def test_a_day_that_is_still_ahead_is_kept_by_when_it_was_written() -> None:
    counter = late(days=1, hours=8)
    assert "is placed" in counter.say("2 ctn 10in box for thu", said_at=TUESDAY)[0]
    assert f"{counter.order.delivery_date:%a}" == "Thu"


def test_some_hours_late_past_the_cut_off_are_not_the_customers_fault() -> None:
    counter = late(hours=9)
    assert "is placed" in counter.say("2 ctn 10in box", said_at=TUESDAY)[0]
    assert f"{counter.order.delivery_date:%d %b}" == "25 Nov"


@pytest.mark.parametrize("words", ["cancel my order", "make it 8 ctn", "remove the box"])
def test_an_order_whose_day_has_come_is_a_persons_work(words: str) -> None:
    counter = Counter.of()
    counter.say("2 ctn 10in box")
    counter.now = TUESDAY + timedelta(days=1)
    said = counter.say(words, said_at=TUESDAY + timedelta(hours=1))[0]
    assert "asked a colleague" in said
    assert (counter.order.status, [int(line.quantity) for line in counter.order.lines]) == ("placed", [200])
