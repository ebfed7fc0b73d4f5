"""Figures that people look at: orders and revenue, how well messages are read, how fast they are answered, what is missing.

Days are the supplier's own. Synthetic orders and contacts do not count. Figures that are counted from the same rows share a
statement, which a page runs once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, TextClause, text

PLACED = "q.status = 'placed' AND NOT q.is_synthetic AND q.placed_at >= now() - :days * interval '1 day'"
# The few synthetic conversations are left out by their ids: joining every message to its contact takes twice as long.
_SYNTHETIC = "SELECT c.id FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE k.is_synthetic"
_REAL = f"""FROM conversation_messages m WHERE m.direction = 'inbound' AND m.context IS NOT NULL
AND m.created_at >= now() - :days * interval '1 day' AND m.conversation_id NOT IN ({_SYNTHETIC})"""
_DAY = "(m.created_at AT TIME ZONE :zone)::date"
_DAYS = "generate_series((now() AT TIME ZONE :zone)::date - CAST(:days AS int) + 1, (now() AT TIME ZONE :zone)::date, interval '1 day')"


def _by_day(inner: str) -> TextClause:
    """Every day of the period, also those without a row of their own."""
    return text(f"SELECT d::date AS label, x.* FROM {_DAYS} d LEFT JOIN ({inner}) x ON x.day = d::date ORDER BY d")


_ORDERS = _by_day(f"""
    SELECT (q.placed_at AT TIME ZONE :zone)::date AS day, count(*) AS orders, sum(q.total) AS revenue FROM orders q WHERE {PLACED} GROUP BY 1
""")
_READ = _by_day(f"""
    SELECT {_DAY} AS day, sum((m.context -> 'llm' ->> 'cost_usd')::numeric) AS cost,
           round(100.0 * count(*) FILTER (WHERE m.intent = 'order.create' AND jsonb_array_length(COALESCE(m.context -> 'questions', '[]')) = 0)
                 / NULLIF(count(*) FILTER (WHERE m.intent = 'order.create'), 0), 1) AS clear {_REAL} GROUP BY 1
""")
# date_part() counts in floating point, which is exact enough for seconds and several times as fast as extract().
_REPLIED = _by_day(f"""
    SELECT {_DAY} AS day, round((percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', r.finished_at - m.created_at)))::numeric, 1) AS seconds
    FROM conversation_messages r JOIN conversation_messages m ON m.id = r.in_reply_to
    WHERE r.state = 'sent' AND r.sequence = 1 AND r.created_at >= now() - :days * interval '1 day'
      AND m.created_at >= now() - :days * interval '1 day' AND r.conversation_id NOT IN ({_SYNTHETIC}) GROUP BY 1
""")
_HANDED_OVER = _by_day(f"""
    SELECT (e.opened_at AT TIME ZONE :zone)::date AS day, count(*) AS tasks FROM escalations e
    WHERE e.opened_at >= now() - :days * interval '1 day' AND e.conversation_id NOT IN ({_SYNTHETIC}) GROUP BY 1
""")
_OUTLETS = text(f"""
    SELECT t.name AS label, sum(q.total) AS value FROM orders q JOIN outlets t ON t.id = q.outlet_id WHERE {PLACED}
    GROUP BY t.id ORDER BY 2 DESC, 1 LIMIT 12
""")
# Names are looked up for the few that are shown: comparing one of each line takes longer than adding the lines up.
_PRODUCTS = text(f"""
    SELECT COALESCE(p.name, l.sku) AS label, l.value
    FROM (SELECT l.sku, sum(l.line_total) AS value FROM orders q JOIN order_lines l ON l.order_id = q.id WHERE {PLACED}
          GROUP BY l.sku ORDER BY 2 DESC, 1 LIMIT 12) l LEFT JOIN products p ON p.sku = l.sku
    ORDER BY 2 DESC, 1
""")
# Only messages with such a question are taken apart.
_WISHES = text(f"""
    SELECT lower(left(q ->> 0, 60)) AS label, count(*) AS value
    FROM (SELECT m.context {_REAL} AND m.context @> '{{"questions": [["unknown"]]}}') m, jsonb_array_elements(m.context -> 'questions') q
    WHERE q ->> 1 = 'unknown' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12
""")


@dataclass(frozen=True, slots=True)
class Figure:
    """`column` of the statement's rows is the value; `unit` says what it counts. With `by_day` labels are days, the oldest first."""

    title: str
    words: str
    unit: str
    statement: TextClause
    column: str = "value"
    by_day: bool = False


def _daily(title: str, words: str, unit: str, statement: TextClause, column: str) -> Figure:
    return Figure(title, words, unit, statement, column, by_day=True)


FIGURES: Mapping[str, Figure] = {
    "orders": _daily("Orders", "placed, by day", "orders", _ORDERS, "orders"),
    "revenue": _daily("Revenue", "with tax, by day", "money", _ORDERS, "revenue"),
    "outlets": Figure("Outlets", "by revenue with tax", "money", _OUTLETS),
    "products": Figure("Products", "by revenue before tax", "money", _PRODUCTS),
    "clear": _daily("Read without a question", "orders of which nothing was asked, by day", "percent", _READ, "clear"),
    "seconds": _daily("Time to reply", "middle one, by day", "seconds", _REPLIED, "seconds"),
    "handovers": _daily(
        "Hand-overs", "conversations given to a person, by day", "conversations", _HANDED_OVER, "tasks"
    ),
    "wishes": Figure("Wishes nobody sells", "words that no product has, by how often", "times", _WISHES),
    "llm": _daily("Language model", "cost in USD, by day", "money", _READ, "cost"),
}


@dataclass(frozen=True, slots=True)
class Point:
    label: date | str
    value: Decimal


def read(connection: Connection, *names: str, days: int, zone: str) -> dict[str, list[Point]]:
    """The points of these figures, of a day without any 0. Raises KeyError for one that is none."""
    values: dict[str, Any] = {"days": days, "zone": zone}
    statements = {id(FIGURES[name].statement): FIGURES[name].statement for name in names}
    rows = {key: connection.execute(statement, values).mappings().all() for key, statement in statements.items()}
    return {name: _points(FIGURES[name], rows[id(FIGURES[name].statement)]) for name in names}


def _points(figure: Figure, rows: Sequence[RowMapping]) -> list[Point]:
    return [Point(row["label"], Decimal(str(row[figure.column] or 0))) for row in rows]
