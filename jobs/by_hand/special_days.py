"""A person closes a day of delivery, or opens a public holiday; the next message is answered by it. Orders that are placed stay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.ordering.delivery import DeliveryRules, is_holiday
from jobs.audit import audit

LONGEST_NOTE = 120
FARTHEST = timedelta(days=730)
_FOUND = text("SELECT delivers, note FROM special_days WHERE day = :day FOR UPDATE")
_SET = text("""
INSERT INTO special_days (day, delivers, note, changed_by) VALUES (:day, :delivers, :note, :by)
ON CONFLICT (day) DO UPDATE SET delivers = excluded.delivers, note = excluded.note, changed_by = excluded.changed_by
""")
_REMOVE = text("DELETE FROM special_days WHERE day = :day")


def set_day(
    connection: Connection, rules: DeliveryRules, day: date, note: str, *, delivers: bool, today: date, actor: str
) -> bool:
    """`rules` are those of every outlet. False when it was so already. Raises BadInputError for a day that it changes nothing of."""
    _check(rules, day, note, delivers, today)
    before = _stored(connection, day)
    after = {"delivers": delivers, "note": note.strip()}
    if before == after:
        return False
    connection.execute(_SET, {"day": day, **after, "by": actor})
    audit(connection, actor, "delivery_day_set", f"day:{day.isoformat()}", {"before": before, "after": after})
    return True


def remove_day(connection: Connection, day: date, *, actor: str) -> None:
    """The rule counts again. Raises BadInputError when the day does not differ from it."""
    before = _stored(connection, day)
    if before is None:
        raise BadInputError(f"{day:%a %-d %b %Y} is not in the list: it may have been taken out meanwhile")
    connection.execute(_REMOVE, {"day": day})
    audit(connection, actor, "delivery_day_removed", f"day:{day.isoformat()}", {"before": before})


def _check(rules: DeliveryRules, day: date, note: str, delivers: bool, today: date) -> None:
    named = f"{day:%a %-d %b %Y}"
    if day < today:
        raise BadInputError(f"{named} has passed")
    if day > today + FARTHEST:
        raise BadInputError(f"{named} is more than two years away")
    if is_holiday(day, rules) is not delivers:
        why = (
            "is no public holiday: there is delivery already"
            if delivers
            else "is a public holiday: nothing is delivered already"
        )
        raise BadInputError(f"{named} {why}")
    if len(note.strip()) > LONGEST_NOTE:
        raise BadInputError(f"a reason has {LONGEST_NOTE} characters at most")


def _stored(connection: Connection, day: date) -> dict[str, Any] | None:
    row = connection.execute(_FOUND, {"day": day}).mappings().one_or_none()
    return dict(row) if row else None
