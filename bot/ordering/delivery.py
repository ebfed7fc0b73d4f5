"""When an order can be delivered and until when it can be changed. All instants are aware; days are the supplier's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

COUNTRY = "SG"
LANGUAGE = "en_SG"
"""Of the names of its public holidays: Hari Raya Puasa, Deepavali."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SAME_TALK = timedelta(minutes=30)
"""Goods named this soon after an order, without a day, belong to it; a basket repeated this soon is asked about."""
HORIZON_DAYS = 60
"""Nobody orders farther ahead; also ends the search when an outlet has no delivery day at all."""


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """`cutoff` is the local time on the day before delivery; `days` empty means every day but public holidays.

    Nothing is delivered on `closed` days, whoever asks; on `opened` ones it is, though they are public holidays.
    """

    zone: ZoneInfo
    cutoff: time
    days: frozenset[str] = frozenset()
    country: str = COUNTRY
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()


@lru_cache(maxsize=32)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def holidays_between(first: date, last: date, country: str = COUNTRY) -> dict[date, str]:
    """The public holidays of these days, by the names that the country itself uses."""
    found = holidays.country_holidays(country, years=range(first.year, last.year + 1), language=LANGUAGE)
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}


def is_holiday(day: date, rules: DeliveryRules) -> bool:
    """A public holiday where the goods would go, on which nothing is delivered."""
    return day in _public_holidays(rules.country, day.year) and day not in rules.opened


def is_delivery_day(day: date, rules: DeliveryRules) -> bool:
    """Not a public holiday, not closed, and one of the outlet's days."""
    if is_holiday(day, rules) or day in rules.closed:
        return False
    return not rules.days or DAYS[day.weekday()] in rules.days


def cutoff_of(delivery: date, rules: DeliveryRules) -> datetime:
    """The last instant at which an order for that day can be placed or changed."""
    return datetime.combine(delivery - timedelta(days=1), rules.cutoff, rules.zone)


def in_time(delivery: date, said_at: datetime, rules: DeliveryRules) -> bool:
    """Judged by when the customer wrote, not by when it reached us."""
    return said_at <= cutoff_of(delivery, rules)


class Obstacle(StrEnum):
    """Why nothing is delivered on a day."""

    HOLIDAY = "holiday"
    NOT_A_DAY = "not_a_day"
    """None of the outlet's days, or closed for all."""
    CUTOFF = "cutoff"
    MISSED = "missed"
    """It was in time, but is worked on only when the day has come."""


def obstacle(day: date, said_at: datetime, now: datetime, rules: DeliveryRules) -> Obstacle | None:
    """The first thing that stands against a delivery on that day; None when it can be had."""
    if is_holiday(day, rules):
        return Obstacle.HOLIDAY
    if not is_delivery_day(day, rules):
        return Obstacle.NOT_A_DAY
    if not in_time(day, said_at, rules):
        return Obstacle.CUTOFF
    return Obstacle.MISSED if has_come(day, now, rules) else None


def has_come(day: date, now: datetime, rules: DeliveryRules) -> bool:
    """Whether the day has begun where the goods would go."""
    return day <= now.astimezone(rules.zone).date()


def next_delivery(said_at: datetime, rules: DeliveryRules, not_before: date | None = None) -> date | None:
    """The first delivery day whose cut-off is still ahead, from `not_before` on; None when there is none within 60 days."""
    today = said_at.astimezone(rules.zone).date()
    start = max(today, not_before or today)
    days = (start + timedelta(days=ahead) for ahead in range(HORIZON_DAYS))
    return next((day for day in days if is_delivery_day(day, rules) and in_time(day, said_at, rules)), None)
