"""Delivery days: the next one to come, by Singapore's calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ordering import calendar

WEDNESDAY = date(2026, 11, 18)
days = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@given(days, st.integers(0, 6))
def test_a_bare_weekday_is_one_to_seven_days_away(today: date, weekday: int) -> None:
    found = calendar.next_weekday(today, weekday)
    assert found.weekday() == weekday
    assert timedelta(days=1) <= found - today <= timedelta(days=7)


@given(days, st.integers(1, 31), st.integers(1, 12))
def test_a_day_and_month_is_never_in_the_past(today: date, day: int, month: int) -> None:
    found = calendar.day_and_month(today, day, month)
    assert found is None or (found >= today and (found.day, found.month) == (day, month))


def test_next_week_is_the_next_calendar_week() -> None:
    assert calendar.weekday_of_week(WEDNESDAY, 1, 1) == date(2026, 11, 24)
    assert calendar.weekday_of_week(WEDNESDAY, 4, 1) == date(2026, 11, 27)


def test_a_day_no_calendar_has_is_none() -> None:
    assert calendar.day_and_month(WEDNESDAY, 31, 2) is None
    assert calendar.day_and_month(WEDNESDAY, 29, 2) is None


def test_the_month_rolls_over_at_the_end_of_the_year() -> None:
    assert calendar.day_of_month(date(2026, 12, 31), 2) == date(2027, 1, 2)
    assert calendar.day_of_month(date(2027, 1, 31), 31) == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("name", "day"),
    [("Christmas Day", date(2026, 12, 25)), ("Chinese New Year", date(2027, 2, 6)), ("Good Friday", date(2027, 3, 26))],
)
def test_festivals_are_singapores(name: str, day: date) -> None:
    assert calendar.festival(WEDNESDAY, name) == day


def test_the_end_of_the_month_is_its_last_day() -> None:
    assert calendar.end_of_month(WEDNESDAY) == date(2026, 11, 30)
