"""Past orders through today's understanding and catalog: which would come out otherwise, in SKU, quantity and money. Writes nothing.

Each burst is read alone, as it was recorded; what was read then is in its last message's `context`. Answers and amendments
depend on a conversation that is over, so only messages that began an order are read again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from bot.catalog.index import CatalogIndex
from bot.ordering.pricing import to_cents
from bot.runtime import Runtime
from bot.understanding.intent import Context
from bot.understanding.reader import understand
from jobs.turn.catalog_cache import current_index

# The whole burst that ends with message `m`.
SAID = """(SELECT string_agg(b.content, E'\\n' ORDER BY b.id) FROM conversation_messages b
     WHERE b.conversation_id = m.conversation_id AND b.direction = 'inbound' AND b.id <= m.id AND b.id > COALESCE((
         SELECT max(p.id) FROM conversation_messages p WHERE p.conversation_id = m.conversation_id AND p.direction = 'inbound'
         AND p.id < m.id AND p.state NOT IN ('merged', 'ignored')), 0) AND b.state <> 'ignored')"""
ORDERS_READ = text(f"""
SELECT m.id, m.said_at, m.context -> 'lines' AS lines, o.code AS outlet, {SAID} AS said
FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
LEFT JOIN orders q ON q.message_id = m.id LEFT JOIN outlets o ON o.id = COALESCE(q.outlet_id, c.outlet_id)
WHERE m.direction = 'inbound' AND m.intent = 'order.create' AND m.context IS NOT NULL AND NOT k.is_synthetic
  AND (CAST(:since AS timestamptz) IS NULL OR m.said_at >= :since)
ORDER BY m.id DESC LIMIT :most
""")
CATALOG_VERSION = text("SELECT version FROM catalog_version")


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """Quantities in base units; `money` is the difference at today's catalog price, before tax."""

    sku: str
    before: Decimal
    after: Decimal
    money: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    message_id: int
    lines: tuple[ChangedLine, ...]

    def as_json(self) -> dict[str, Any]:
        names = ("sku", "before", "after", "money")
        return {
            "message_id": self.message_id,
            "lines": [{name: str(getattr(line, name)) for name in names} for line in self.lines],
        }


def read_again(
    runtime: Runtime, connection: Connection, *, since: datetime | None, most: int
) -> tuple[int, list[Difference]]:
    """How many bursts were read, and those that differ, the newest first."""
    index = current_index(runtime, connection, connection.execute(CATALOG_VERSION).scalar_one())
    rows = connection.execute(ORDERS_READ, {"since": since, "most": most}).all()
    differences = [Difference(row.id, read_one(runtime, index, row)) for row in rows]
    return len(rows), [each for each in differences if each.lines]


def read_one(runtime: Runtime, index: CatalogIndex, row: Any) -> tuple[ChangedLine, ...]:
    """The products of `row` (its said_at, said, outlet and lines of then) whose amounts are others today."""
    then: defaultdict[str, Decimal] = defaultdict(Decimal)
    for sku, quantity, *_ in row.lines:
        then[sku] += Decimal(quantity)
    now: defaultdict[str, Decimal] = defaultdict(Decimal)
    said_at = row.said_at.astimezone(runtime.settings.zone)
    for line in understand(row.said, index, Context(), said_at, outlet_id=row.outlet).lines:
        now[line.sku] += line.quantity
    return tuple(
        ChangedLine(sku, then[sku], now[sku], _money(index, sku, now[sku] - then[sku]))
        for sku in sorted(then.keys() | now.keys())
        if then[sku] != now[sku]
    )


def _money(index: CatalogIndex, sku: str, quantity: Decimal) -> Decimal:
    product = index.products.get(sku)
    return to_cents(quantity * product.unit_price) if product else Decimal("0.00")
