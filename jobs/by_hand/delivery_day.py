"""What stands against a delivery day that a person chose, in words for that person. They may agree on it with the customer all the same."""

from __future__ import annotations

from datetime import date, datetime

from bot.errors import BadInputError
from bot.ordering.delivery import HORIZON_DAYS, DeliveryRules, Obstacle, cutoff_of, obstacle

ALL_THE_SAME = "choose another day, or tick that it is delivered on that day all the same"


def why_not(day: date, now: datetime, rules: DeliveryRules) -> str | None:
    """None when an outlet with these rules can have a delivery on that day, ordered now."""
    today, named = now.astimezone(rules.zone).date(), f"{day:%a %-d %b %Y}"
    if day < today:
        return f"{named} has passed"
    if (day - today).days > HORIZON_DAYS:
        return f"{named} is more than {HORIZON_DAYS} days away"
    found = obstacle(day, now, now, rules)
    return None if found is None else _words(found, day, named, rules)


def _words(found: Obstacle, day: date, named: str, rules: DeliveryRules) -> str:
    if day in rules.closed:
        return f"nothing is delivered on {named}: it is closed under Delivery days"
    days = ", ".join(sorted(rules.days, key=("mon", "tue", "wed", "thu", "fri", "sat", "sun").index))
    return {
        Obstacle.HOLIDAY: f"{named} is a public holiday",
        Obstacle.NOT_A_DAY: f"{named} is none of this outlet's delivery days ({days})",
        Obstacle.CUTOFF: f"the cut-off for {named} was {cutoff_of(day, rules):%a %-d %b, %H:%M}",
        Obstacle.MISSED: f"{named} has begun already",
    }[found]


def check(day: date | None, now: datetime, rules: DeliveryRules, *, all_the_same: bool) -> str | None:
    """What stands against the day and is agreed to, for the history. Raises BadInputError when it is not agreed to."""
    trouble = None if day is None else why_not(day, now, rules)
    if trouble is not None and not all_the_same:
        raise BadInputError(f"{trouble}: {ALL_THE_SAME}")
    return trouble
