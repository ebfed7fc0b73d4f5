"""What has to be packed for one day: per product over all outlets, and per outlet. Placed orders only, synthetic ones left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, text

from bot.catalog.units import label

_TOTALS = text("""
SELECT l.sku, min(l.name) AS name, l.unit, sum(l.quantity) AS quantity, count(DISTINCT q.outlet_id) AS outlets,
       (SELECT json_object_agg(u.unit, trim_scale(u.factor)::text ORDER BY u.factor DESC)
        FROM pack_units u JOIN products p ON p.id = u.product_id WHERE p.sku = l.sku AND u.factor > 1) AS packs
FROM orders q JOIN order_lines l ON l.order_id = q.id
WHERE q.delivery_date = :day AND q.status = 'placed' AND NOT q.is_synthetic
GROUP BY l.sku, l.unit ORDER BY name, l.sku
""")
_DAYS = text("""
SELECT q.delivery_date AS day, count(*) AS orders FROM orders q
WHERE q.status = 'placed' AND NOT q.is_synthetic AND q.delivery_date >= :today
GROUP BY 1 ORDER BY 1 LIMIT 14
""")


@dataclass(frozen=True, slots=True)
class Picked:
    """`quantity` base units of one product; `as_packs` says it in the packs it is stored in: `3 ctn + 40 pcs`."""

    sku: str
    name: str
    unit: str
    quantity: Decimal
    outlets: int
    packs: dict[str, str] | None

    @property
    def as_packs(self) -> str:
        rest, parts = self.quantity, []
        for unit, factor in sorted((self.packs or {}).items(), key=lambda pack: -Decimal(pack[1])):
            count, rest = divmod(rest, Decimal(factor))
            if count:
                parts.append(f"{count.normalize():f} {label(unit)}")
        if not parts:
            return ""
        return " + ".join([*parts, f"{rest.normalize():f} {label(self.unit)}"] if rest else parts)


def picking_list(connection: Connection, day: date) -> list[Picked]:
    return [Picked(*row) for row in connection.execute(_TOTALS, {"day": day})]


def days_ahead(connection: Connection, today: date) -> list[tuple[date, int]]:
    """The days from today on that have placed orders, and how many."""
    return [(row.day, int(row.orders)) for row in connection.execute(_DAYS, {"today": today})]
