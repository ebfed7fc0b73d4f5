"""Figures that people look at: orders and revenue, how well messages are read, how fast they are answered, what is missing.

Days are the supplier's own. Synthetic orders and contacts do not count; each figure is one statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, TextClause, text

PLACED = "q.status = 'placed' AND NOT q.is_synthetic AND q.placed_at >= now() - :days * interval '1 day'"
_REAL = """FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE NOT k.is_synthetic AND m.direction = 'inbound' AND m.created_at >= now() - :days * interval '1 day'"""
_DAY = "(m.created_at AT TIME ZONE :zone)::date"
_DAYS = "generate_series((now() AT TIME ZONE :zone)::date - CAST(:days AS int) + 1, (now() AT TIME ZONE :zone)::date, interval '1 day')"


def _by_day(inner: str, column: str) -> str:
    return f"SELECT d::date AS label, COALESCE(x.{column}, 0) AS value FROM {_DAYS} d LEFT JOIN ({inner}) x ON x.day = d::date ORDER BY d"


@dataclass(frozen=True, slots=True)
class Figure:
    """`label` and `value` rows; `unit` says what a value counts. With `by_day` labels are days, the oldest first."""

    title: str
    words: str
    unit: str
    statement: TextClause
    by_day: bool = False


_ORDERS_A_DAY = f"""SELECT (q.placed_at AT TIME ZONE :zone)::date AS day, count(*) AS orders, sum(q.total) AS revenue
FROM orders q WHERE {PLACED} GROUP BY 1"""
FIGURES: Mapping[str, Figure] = {
    "orders": Figure("Orders", "placed, by day", "orders", text(_by_day(_ORDERS_A_DAY, "orders")), by_day=True),
    "revenue": Figure("Revenue", "with tax, by day", "money", text(_by_day(_ORDERS_A_DAY, "revenue")), by_day=True),
    "outlets": Figure("Outlets", "by revenue with tax", "money", text(f"""
        SELECT t.name AS label, sum(q.total) AS value FROM orders q JOIN outlets t ON t.id = q.outlet_id WHERE {PLACED}
        GROUP BY t.id ORDER BY 2 DESC, 1 LIMIT 12""")),
    "products": Figure("Products", "by revenue before tax", "money", text(f"""
        SELECT min(l.name) AS label, sum(l.line_total) AS value FROM orders q JOIN order_lines l ON l.order_id = q.id WHERE {PLACED}
        GROUP BY l.sku ORDER BY 2 DESC, 1 LIMIT 12""")),
    "clear": Figure("Read without a question", "orders of which nothing was asked, by day", "percent", text(_by_day(f"""
        SELECT {_DAY} AS day, round(100.0 * count(*) FILTER (WHERE jsonb_array_length(COALESCE(m.context -> 'questions', '[]')) = 0)
               / count(*), 1) AS share {_REAL} AND m.intent = 'order.create' AND m.context IS NOT NULL GROUP BY 1""", "share")), by_day=True),
    "seconds": Figure("Time to reply", "middle one, by day", "seconds", text(_by_day(f"""
        SELECT {_DAY} AS day, round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.finished_at - m.created_at)))::numeric, 1)
        AS seconds FROM conversation_messages r JOIN conversation_messages m ON m.id = r.in_reply_to JOIN conversations c ON c.id = m.conversation_id
        JOIN contacts k ON k.id = c.contact_id WHERE NOT k.is_synthetic AND r.state = 'sent' AND r.sequence = 1
        AND m.created_at >= now() - :days * interval '1 day' GROUP BY 1""", "seconds")), by_day=True),
    "handovers": Figure("Hand-overs", "conversations given to a person, by day", "conversations", text(_by_day("""
        SELECT (e.opened_at AT TIME ZONE :zone)::date AS day, count(*) AS tasks FROM escalations e
        JOIN conversations c ON c.id = e.conversation_id JOIN contacts k ON k.id = c.contact_id
        WHERE NOT k.is_synthetic AND e.opened_at >= now() - :days * interval '1 day' GROUP BY 1""", "tasks")), by_day=True),
    "wishes": Figure("Wishes nobody sells", "words that no product has, by how often", "times", text(f"""
        SELECT w.word AS label, count(*) AS value FROM (
            SELECT lower(left(q ->> 0, 60)) AS word, m.id FROM (SELECT m.id, m.context {_REAL} AND m.context IS NOT NULL) m,
                   jsonb_array_elements(COALESCE(m.context -> 'questions', '[]')) q WHERE q ->> 1 = 'unknown') w
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12""")),
    "llm": Figure("Language model", "cost in USD, by day", "money", text(_by_day(f"""
        SELECT {_DAY} AS day, sum((m.context -> 'llm' ->> 'cost_usd')::numeric) AS cost {_REAL} AND m.context -> 'llm' IS NOT NULL GROUP BY 1""",
        "cost")), by_day=True),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    label: date | str
    value: Decimal


def read(connection: Connection, name: str, *, days: int, zone: str) -> list[Point]:
    """The rows of one figure. Raises KeyError for one that is none."""
    values: dict[str, Any] = {"days": days, "zone": zone}
    rows = connection.execute(FIGURES[name].statement, values)
    return [Point(row.label, Decimal(str(row.value))) for row in rows]
