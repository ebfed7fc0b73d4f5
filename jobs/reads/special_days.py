"""Days that are not like others: public holidays and what the supplier said of single days, with the orders that are for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from bot.ordering.delivery import holidays_between

_DAYS = text("""
SELECT s.day, s.delivers, s.note, s.changed_by FROM special_days s WHERE s.day >= :today
""")
_ORDERS = text("""
SELECT q.delivery_date AS day, count(*) AS orders FROM orders q
WHERE q.delivery_date = ANY(:days) AND q.status IN ('placed', 'awaiting_approval') AND NOT q.is_synthetic GROUP BY 1
""")


@dataclass(frozen=True, slots=True)
class NotedDay:
    """`holiday` is its name, empty for no public holiday. `said_by` is empty where only the calendar speaks."""

    day: date
    holiday: str
    delivers: bool
    note: str
    said_by: str
    orders: int


def noted_days(connection: Connection, today: date) -> list[NotedDay]:
    """From today to the end of next year, by day."""
    holidays = holidays_between(today, date(today.year + 1, 12, 31))
    said = {row.day: row for row in connection.execute(_DAYS, {"today": today})}
    days = sorted({*holidays, *said})
    orders: dict[date, int] = {row.day: int(row.orders) for row in connection.execute(_ORDERS, {"days": days})}
    return [
        NotedDay(
            day=day,
            holiday=holidays.get(day, ""),
            delivers=said[day].delivers if day in said else False,
            note=said[day].note if day in said else "",
            said_by=said[day].changed_by if day in said else "",
            orders=orders.get(day, 0),
        )
        for day in days
    ]
