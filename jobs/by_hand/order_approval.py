"""A person lets an order above a limit through, or not. One conditional UPDATE each, audited, and the customer is told.

The order's version rises: a worker that was deciding with the order as it was before is fenced and decides again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from bot.decision import Reply
from bot.errors import BadInputError
from bot.ordering.delivery import next_delivery
from bot.settings import Settings
from bot.situation import OrderView, Outlet
from jobs.by_hand import record_change
from jobs.order_rows import ORDER_JSON, OUTLET_JSON, order_view, outlet_of
from jobs.outbox.write import say_reply

_HELD = text(f"""
SELECT {ORDER_JSON} AS order, {OUTLET_JSON} AS outlet FROM orders q JOIN outlets o ON o.id = q.outlet_id
WHERE q.number = :number AND q.status = 'awaiting_approval' FOR UPDATE OF q
""")
_ORDER = text(f"SELECT {ORDER_JSON} FROM orders q WHERE q.number = :number")
_PLACE = text("""
UPDATE orders SET status = 'placed', delivery_date = :delivery_date, version = version + 1 WHERE id = :id
""")
_CANCEL = text("UPDATE orders SET status = 'cancelled', version = version + 1 WHERE id = :id")
# The first event since it was last placed that left it waiting, whatever happened to it and by whom while it waited.
_BEFORE = text("""
SELECT detail->'before' FROM order_events WHERE order_id = :id AND detail->>'status' = 'awaiting_approval' AND id > COALESCE(
    (SELECT max(id) FROM order_events WHERE order_id = :id AND detail->>'status' = 'placed'), 0)
ORDER BY id LIMIT 1
""")
_RESTORE = text("""
WITH lines AS (
    SELECT position, l->>0 AS sku, l->>1 AS name, (l->>2)::numeric AS quantity, l->>3 AS unit, (l->>4)::numeric AS unit_price,
           (l->>5)::numeric AS pack_quantity, l->>6 AS pack_unit,
           (l->>7)::numeric AS said_quantity, l->>8 AS said_unit
    FROM jsonb_array_elements(CAST(:lines AS jsonb)) WITH ORDINALITY AS t(l, position)
)
INSERT INTO order_lines (order_id, position, sku, name, quantity, unit, unit_price, pack_quantity, pack_unit,
    said_quantity, said_unit, line_total)
SELECT :id, position, sku, name, quantity, unit, unit_price, pack_quantity, pack_unit, said_quantity, said_unit,
    round(quantity * unit_price, 2) FROM lines
""")
_DELETE_LINES = text("DELETE FROM order_lines WHERE order_id = :id")
_TOTALS = text("""
UPDATE orders q SET status = 'placed', delivery_date = :delivery_date, notes = :notes, version = version + 1,
    subtotal = s.subtotal, tax = round(s.subtotal * q.tax_rate, 2), total = s.subtotal + round(s.subtotal * q.tax_rate, 2)
FROM (SELECT sum(line_total) AS subtotal FROM order_lines WHERE order_id = :id) s WHERE q.id = :id
""")
_CLOSE = text("""
UPDATE escalations SET closed_at = now(), closed_by = :actor
WHERE conversation_id = :conversation_id AND closed_at IS NULL AND reason ~ '^approval: [a-z]+(; approval: [a-z]+)*$'
""")


def approve(connection: Connection, settings: Settings, number: str, *, actor: str, now: datetime) -> int:
    """Places the order as it stands; a delivery day that has come meanwhile becomes the next one. Returns the row to send."""
    order, outlet = _held(connection, settings, number)
    today = now.astimezone(settings.zone).date()
    day = order.delivery_date
    if day is None or day <= today:
        day = next_delivery(now, outlet.delivery)
    connection.execute(_PLACE, {"id": order.id, "delivery_date": day})
    detail = {"status": "placed", "total": order.total, "delivery_date": day}
    return _done(connection, settings, number, "approved", "approved", detail, actor, outlet)


def decline(connection: Connection, settings: Settings, number: str, *, actor: str) -> int:
    """Cancels the order, or takes it back to what it was before the change that was above a limit. Returns the row to send."""
    order, outlet = _held(connection, settings, number)
    before = connection.execute(_BEFORE, {"id": order.id}).scalar()
    if before is None or before["status"] != "placed":
        connection.execute(_CANCEL, {"id": order.id})
        return _done(connection, settings, number, "declined", "declined", {"status": "cancelled"}, actor, outlet)
    _restore(connection, order, before)
    detail = {"status": "placed", "total": before["total"], "lines": [line[:3:2] for line in before["lines"]]}
    return _done(connection, settings, number, "declined", "declined_change", detail, actor, outlet)


def _held(connection: Connection, settings: Settings, number: str) -> tuple[OrderView, Outlet]:
    row = connection.execute(_HELD, {"number": number.upper()}).one_or_none()
    if row is None:
        raise BadInputError(f"order {number[:40]} does not wait for approval")
    return order_view(row.order), outlet_of(row.outlet, settings)


def _restore(connection: Connection, order: OrderView, before: Mapping[str, Any]) -> None:
    connection.execute(_DELETE_LINES, {"id": order.id})
    connection.execute(_RESTORE, {"id": order.id, "lines": json.dumps(before["lines"])})
    values = {"id": order.id, "delivery_date": before["delivery_date"], "notes": before["notes"]}
    connection.execute(_TOTALS, values)


def _done(
    connection: Connection, settings: Settings, number: str, kind: str, key: str, detail: Mapping[str, Any], actor: str, outlet: Outlet,
) -> int:  # fmt: skip
    """The history, the invoice, the audit, the closed task and the word to the customer."""
    order = order_view(connection.execute(_ORDER, {"number": number.upper()}).scalar_one())
    audited = {"total": str(order.total)}
    record_change.record(connection, settings, order.id, kind, detail, actor=actor, audited=audited)
    connection.execute(_CLOSE, {"conversation_id": order.conversation_id, "actor": actor})
    return say_reply(connection, settings, order.conversation_id, Reply(key, {"order": order}), outlet.name)
