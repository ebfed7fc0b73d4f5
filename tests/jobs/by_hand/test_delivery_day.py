"""Days that a person chooses: what stands against each is said in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.errors import BadInputError
from bot.ordering.delivery import DeliveryRules
from jobs.by_hand.delivery_day import check, why_not

ZONE = ZoneInfo("Asia/Singapore")
RULES = DeliveryRules(ZONE, time(17, 0), frozenset({"mon", "wed", "fri"}))
NOW = datetime(2026, 12, 15, 18, 0, tzinfo=ZONE)  # a Tuesday, after the cut-off


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 12, 14), "Mon 14 Dec 2026 has passed"),
        (date(2026, 12, 25), "Fri 25 Dec 2026 is a public holiday"),
        (date(2026, 12, 17), "Thu 17 Dec 2026 is none of this outlet's delivery days (mon, wed, fri)"),
        (date(2026, 12, 16), "the cut-off for Wed 16 Dec 2026 was Tue 15 Dec, 17:00"),
        (date(2062, 12, 15), "Fri 15 Dec 2062 is more than 60 days away"),
        (date(2026, 12, 18), None),
    ],
)
def test_what_stands_against_a_day_is_said(day: date, words: str | None) -> None:
    assert why_not(day, NOW, RULES) == words


def test_a_day_that_is_agreed_is_taken_and_what_stood_against_it_is_kept() -> None:
    holiday = date(2026, 12, 25)
    with pytest.raises(BadInputError, match="public holiday: choose another day, or tick"):
        check(holiday, NOW, RULES, all_the_same=False)
    assert check(holiday, NOW, RULES, all_the_same=True) == "Fri 25 Dec 2026 is a public holiday"
    assert check(date(2026, 12, 18), NOW, RULES, all_the_same=False) is None
    assert check(None, NOW, RULES, all_the_same=False) is None


def test_a_day_that_is_closed_for_all_says_where() -> None:
    closed = replace(RULES, closed=frozenset({date(2026, 12, 18)}))
    assert (
        why_not(date(2026, 12, 18), NOW, closed)
        == "nothing is delivered on Fri 18 Dec 2026: it is closed under Delivery days"
    )


def test_a_public_holiday_that_is_opened_is_like_any_day() -> None:
    assert why_not(date(2026, 12, 25), NOW, replace(RULES, opened=frozenset({date(2026, 12, 25)}))) is None
