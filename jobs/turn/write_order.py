"""An OrderWrite becomes rows: the order if nobody changed it meanwhile, its lines, and its history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, astuple
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from bot import failpoints
from bot.decision import OrderWrite
from bot.errors import Fenced
from bot.ordering.pricing import OrderLine
from bot.situation import OrderView, Said
from jobs.lease import Lease

INSERT_ORDER = text("""
INSERT INTO orders (number, outlet_id, conversation_id, message_id, channel, status, currency, subtotal, tax_rate, tax, total,
                    delivery_date, notes, is_synthetic, placed_at)
VALUES (CASE WHEN :synthetic THEN 'TEST-' || :message_id ELSE COALESCE(NULLIF(CAST(:number AS text), ''), 'SO-' || nextval('order_numbers')) END,
        :outlet_id, :conversation_id, :message_id, :channel, :status, :currency, :subtotal, :tax_rate, :tax, :total, :delivery_date, :notes, :synthetic,
        CASE WHEN :status IN ('placed', 'awaiting_approval') THEN CAST(:now AS timestamptz) END)
RETURNING id, number
""")
UPDATE_ORDER = text("""
UPDATE orders SET status = :status, subtotal = :subtotal, tax_rate = :tax_rate, tax = :tax, total = :total,
    delivery_date = :delivery_date, notes = :notes, version = version + 1,
    placed_at = COALESCE(placed_at, CASE WHEN :status IN ('placed', 'awaiting_approval') THEN CAST(:now AS timestamptz) END)
WHERE id = :order_id AND version = :version
RETURNING id, number
""")
DELETE_LINES = text("DELETE FROM order_lines WHERE order_id = :order_id")
INSERT_LINES = text("""
INSERT INTO order_lines (order_id, position, sku, name, quantity, unit, unit_price, pack_quantity, pack_unit,
    said_quantity, said_unit, line_total)
SELECT :order_id, l.position, l.sku, l.name, l.quantity, l.unit, l.unit_price, l.pack_quantity, l.pack_unit,
    l.said_quantity, l.said_unit, l.line_total
FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS l(position int, sku text, name text, quantity numeric, unit text,
    unit_price numeric, pack_quantity numeric, pack_unit text, said_quantity numeric, said_unit text,
    line_total numeric)
""")
# Each at the moment it happened, all by the database's clock: a message came in when its row was made, what was thought was
# done `since` seconds ago, the rest happens now.
INSERT_EVENTS = text("""
INSERT INTO order_events (order_id, message_id, kind, detail, at)
SELECT :order_id, e.message_id, e.kind, e.detail,
       CASE WHEN e.kind = 'received' THEN (SELECT created_at FROM conversation_messages WHERE id = e.message_id)
            ELSE clock_timestamp() - e.since * interval '1 s' END
FROM jsonb_to_recordset(CAST(:events AS jsonb)) AS e(kind text, detail jsonb, message_id bigint, since double precision)
""")
THOUGHT = ("resolved", "parsed", "validated")
"""Steps of the decision; what follows them happens with the writing."""


def write_order(
    connection: Connection, lease: Lease, said: Said, order: OrderWrite, currency: str, now: datetime
) -> tuple[int, str]:
    values: dict[str, Any] = {
        "number": order.number,
        "outlet_id": order.outlet_id,
        "conversation_id": lease.conversation_id,
        "message_id": said.last_id,
        "channel": lease.channel,
        "status": order.status,
        "currency": currency,
        "subtotal": order.totals.subtotal,
        "tax_rate": order.totals.tax_rate,
        "tax": order.totals.tax,
        "total": order.totals.total,
        "delivery_date": order.delivery_date,
        "notes": order.notes,
        "synthetic": lease.is_synthetic,
        "now": now,
        "order_id": order.order_id,
        "version": order.version,
    }
    row = connection.execute(INSERT_ORDER if order.order_id is None else UPDATE_ORDER, values).one_or_none()
    if row is None:
        raise Fenced("the order was changed meanwhile")
    if order.order_id is not None:
        connection.execute(DELETE_LINES, {"order_id": row.id})
    failpoints.hit("apply.before_lines")
    insert_lines(connection, row.id, order.lines)
    return row.id, row.number


def insert_lines(connection: Connection, order_id: int, lines: Sequence[OrderLine]) -> None:
    """The lines of an order that has none."""
    rows = [{**asdict(line), "position": position, "line_total": line.total} for position, line in enumerate(lines, 1)]
    connection.execute(INSERT_LINES, {"order_id": order_id, "lines": json.dumps(rows, default=str)})


def write_events(
    connection: Connection, said: Said, order: OrderWrite, order_id: int, *, thought_s: float = 0.0
) -> None:
    """The timeline: each message received and all resolved before, persisted and replied after what the decision says.

    `thought_s` is how many seconds ago the decision was made.
    """
    received = [_event("received", message_id) for message_id in said.message_ids]
    steps = ("resolved",) if received else ()
    events = received + [_event(kind, said.last_id, thought_s) for kind in (*steps, *order.events, "persisted")]
    events[-2]["detail"] = _history(order)
    connection.execute(INSERT_EVENTS, {"order_id": order_id, "events": json.dumps(events, default=str)})


def _event(kind: str, message_id: int | None, thought_s: float = 0.0) -> dict[str, Any]:
    since = thought_s if kind in THOUGHT else 0.0
    return {"kind": kind, "detail": {}, "message_id": message_id, "since": since}


def _history(order: OrderWrite) -> dict[str, Any]:
    """What the order became, what it was, and what the message added."""
    detail: dict[str, Any] = {
        "status": order.status,
        "total": order.totals.total,
        "delivery_date": order.delivery_date,
        "lines": [[line.sku, line.quantity] for line in order.lines],
    }
    if order.said:
        detail["said"] = order.said
    if order.before is not None:
        detail["before"] = before_of(order.before)
    return detail


def before_of(order: OrderView) -> dict[str, Any]:
    """The order as it was, whole: a change that is not approved goes back to it."""
    return {
        "status": order.status,
        "total": order.total,
        "delivery_date": order.delivery_date,
        "notes": order.notes,
        "lines": [list(astuple(line)) for line in order.lines],
    }
