"""Open orders that would be read otherwise today, with both readings, for a person to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, text

STILL_DOUBTFUL = "r.changes IS NOT NULL AND r.kept_at IS NULL AND q.status = 'placed' AND q.delivery_date >= :today"
"""Of order_rereadings r and orders q. `today` is the supplier's own, as everywhere."""
_LIST = text(f"""
SELECT q.number, t.name AS outlet_name, q.delivery_date, q.currency, left(m.content, 200) AS said, r.read_at,
       (SELECT json_agg(json_build_array(COALESCE(p.name, c ->> 'sku'), c ->> 'before', c ->> 'after', COALESCE(p.base_unit, ''), c ->> 'money')
                        ORDER BY c ->> 'sku')
        FROM jsonb_array_elements(r.changes) c LEFT JOIN products p ON p.sku = c ->> 'sku') AS changes
FROM order_rereadings r JOIN orders q ON q.id = r.order_id JOIN outlets t ON t.id = q.outlet_id
JOIN conversation_messages m ON m.id = q.message_id
WHERE {STILL_DOUBTFUL}
ORDER BY q.delivery_date, q.id LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class ReadOtherwise:
    """One product of the order: base units as they were read then and are read today; `money` at today's price, before tax."""

    product: str
    then: Decimal
    today: Decimal
    unit: str
    money: Decimal


@dataclass(frozen=True, slots=True)
class Doubtful:
    number: str
    outlet_name: str
    delivery_date: date
    currency: str
    said: str
    products: tuple[ReadOtherwise, ...]


def doubtful_orders(connection: Connection, today: date, most: int = 100) -> list[Doubtful]:
    """The one that is delivered first, first."""
    return [
        Doubtful(row.number, row.outlet_name, row.delivery_date, row.currency, row.said, tuple(_product(*each) for each in row.changes))
        for row in connection.execute(_LIST, {"today": today, "most": most})
    ]  # fmt: skip


def _product(name: str, then: str, today: str, unit: str, money: str) -> ReadOtherwise:
    return ReadOtherwise(name, Decimal(then), Decimal(today), unit, Decimal(money))
