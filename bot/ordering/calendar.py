"""Delivery days: what a customer's date words mean, in Singapore's calendar, day before month, the next one to come."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import lru_cache

import holidays

WEEK = 7
HOLIDAY_YEARS_AHEAD = 2


def in_days(today: date, days: int) -> date:
    """The day so many days from today."""
    return today + timedelta(days=days)


def next_weekday(today: date, weekday: int) -> date:
    """The next such day after today (Monday is 0): said on a Monday, "Monday" is a week away."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % WEEK + 1)


def weekday_of_week(today: date, weekday: int, weeks_ahead: int) -> date:
    """That weekday of the calendar week (Monday first) so many weeks ahead."""
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(days=weekday + WEEK * weeks_ahead)


def day_of_month(today: date, day: int) -> date | None:
    """The next "30th" from today on; None when no month of the coming year has it."""
    year, month = today.year, today.month
    for _ in range(12):
        found = real_date(year, month, day)
        if found is not None and found >= today:
            return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None


def day_and_month(today: date, day: int, month: int) -> date | None:
    """The next such day from today on; None when there is none (31 February)."""
    for year in (today.year, today.year + 1):
        found = real_date(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def real_date(year: int, month: int, day: int) -> date | None:
    """The date, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def end_of_month(today: date) -> date:
    """The last day of this month."""
    return today.replace(day=calendar.monthrange(today.year, today.month)[1])


def festival(today: date, name: str) -> date | None:
    """The next day of a festival of Singapore, by the name the holidays library gives it."""
    days = sorted(day for day, title in _singapore(today.year) if _same_festival(title, name) and day >= today)
    return days[0] if days else None


def _same_festival(title: str, name: str) -> bool:
    return name.casefold() in title.casefold() and "observed" not in title.casefold() and "eve" not in title.casefold()


@lru_cache(maxsize=8)
def _singapore(year: int) -> tuple[tuple[date, str], ...]:
    years = range(year, year + HOLIDAY_YEARS_AHEAD + 1)
    found = holidays.country_holidays("SG", years=years)
    return tuple((day, title) for day, titles in found.items() for title in titles.split("; "))
