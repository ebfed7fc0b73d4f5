"""Orders as others read them: the export's shape, the list, and the timeline of one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

# The page is chosen first: what is told of an order is not looked up for those that are skipped.
# Messages of one burst are finished in one transaction, hence at one instant: that is what ties merged ones to the one
# that the order names.
_ORDERS = """
SELECT o.id, o.number, o.version, o.conversation_id, t.code AS outlet_id, t.name AS outlet_name, o.status, o.placed_at, o.created_at,
       o.delivery_date, o.currency, o.subtotal, o.tax, o.total, o.channel, o.notes,
       (SELECT coalesce(array_agg(x.provider_id ORDER BY x.id), '{}') FROM (
           SELECT DISTINCT m.id, m.provider_id
           FROM (SELECT o.message_id AS id UNION SELECT e.message_id FROM order_events e WHERE e.order_id = o.id) s
           JOIN conversation_messages l ON l.id = s.id
           JOIN conversation_messages m ON m.conversation_id = l.conversation_id
            AND (m.id = l.id OR (m.state = 'merged' AND m.finished_at = l.finished_at))
           WHERE m.direction = 'inbound' AND m.provider_id IS NOT NULL) x) AS source_message_ids,
       (SELECT json_build_object('status', CASE WHEN i.state = 'gone' THEN 'none' WHEN i.state IN ('sent', 'blocked', 'failed') THEN i.state
                   WHEN a.blocked IS NOT NULL OR jsonb_array_length(COALESCE(a.facts -> 'problems', '[]')) > 0 THEN 'blocked'
                   ELSE 'pending' END, 'number', i.number, 'id', i.xero_id, 'state', i.xero_status, 'error', i.error)
        FROM invoices i LEFT JOIN accounting_connection a ON a.id = 1 WHERE i.order_id = o.id) AS invoice
FROM (
    SELECT q.* FROM orders q JOIN outlets s ON s.id = q.outlet_id
    WHERE (:synthetic OR NOT q.is_synthetic)
      AND (CAST(:number AS text) IS NULL OR q.number = :number)
      AND (CAST(:since AS timestamptz) IS NULL OR coalesce(q.placed_at, q.created_at) >= :since)
      AND (CAST(:status AS text) IS NULL OR q.status = :status)
      AND (CAST(:outlets AS text[]) IS NULL OR s.code = ANY(:outlets))
      AND (CAST(:day AS date) IS NULL OR q.delivery_date = :day)
    ORDER BY q.id DESC LIMIT :most OFFSET :skip) o
JOIN outlets t ON t.id = o.outlet_id
ORDER BY o.id DESC
"""
_LINES = (
    "SELECT order_id, sku, name, quantity, unit, pack_quantity, pack_unit, unit_price, line_total"
    " FROM order_lines WHERE order_id = ANY(:ids) ORDER BY order_id, position"
)
# The order's own events, those of its messages, and what became of each reply: taken by the provider (one that has its id was,
# whatever was learnt later), given up before, and the provider's last word about it.
_TIMELINE = """
WITH mine AS (SELECT id, message_id FROM orders WHERE number = :number),
     sources AS (SELECT message_id AS id FROM mine
                 UNION SELECT e.message_id FROM order_events e JOIN mine ON e.order_id = mine.id),
     events AS (
         SELECT e.id AS rank, e.at, e.kind, e.message_id, e.detail FROM order_events e
         WHERE e.order_id = (SELECT id FROM mine)
            OR (e.order_id IS NULL AND e.message_id IN (SELECT id FROM sources))),
     replies AS (
         SELECT m.* FROM conversation_messages m
         WHERE m.direction = 'outbound' AND m.in_reply_to IN (SELECT id FROM sources) AND m.finished_at IS NOT NULL)
SELECT rank, at, kind, message_id, detail FROM events
UNION ALL
SELECT id, finished_at, CASE WHEN state = 'sent' OR provider_id IS NOT NULL THEN 'replied' ELSE 'not_replied' END, in_reply_to,
       CASE WHEN state <> 'sent' AND provider_id IS NULL THEN jsonb_build_object('state', state, 'reason', reason)
            ELSE jsonb_build_object('state', 'sent') END
FROM replies WHERE NOT EXISTS (SELECT 1 FROM events WHERE kind = 'replied')
UNION ALL
SELECT r.id, d.updated_at, CASE d.status WHEN 'failed' THEN 'undelivered' ELSE d.status END, r.in_reply_to,
       CASE WHEN d.status = 'failed' THEN jsonb_build_object('reason', d.error) ELSE '{}' END
FROM replies r JOIN delivery_receipts d ON d.channel = r.channel AND d.provider_id = r.provider_id
WHERE d.status IN ('failed', 'delivered', 'read')
ORDER BY at, rank
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which orders: from `since` on (placed, or begun), of one status or number, of these outlets' codes, delivered on `day`;
    the newest `most` after `skip`, None for all."""

    since: datetime | None = None
    status: str | None = None
    number: str | None = None
    most: int | None = None
    synthetic: bool = False
    outlets: tuple[str, ...] | None = None
    day: date | None = None
    skip: int = 0


def read_orders(connection: Connection, wanted: Wanted) -> list[dict[str, Any]]:
    """Newest first, in the export's shape plus `id`, `version`, `conversation_id`, `outlet_name`, `notes` and, in each line, `name`."""
    rows = connection.execute(
        text(_ORDERS),
        {
            "since": wanted.since,
            "status": wanted.status,
            "number": wanted.number,
            "most": wanted.most,
            "synthetic": wanted.synthetic,
            "outlets": None if wanted.outlets is None else list(wanted.outlets),
            "day": wanted.day,
            "skip": wanted.skip,
        },
    ).all()
    lines = _lines_of(connection, [row.id for row in rows])
    return [_order(row, lines.get(row.id, [])) for row in rows]


def read_timeline(connection: Connection, number: str) -> list[dict[str, Any]]:
    """`{at, kind, message_id, detail}` in the order it happened; empty when there is no such order."""
    return [
        {"at": _iso(row.at), "kind": row.kind, "message_id": row.message_id, "detail": row.detail}
        for row in connection.execute(text(_TIMELINE), {"number": number})
    ]


def _lines_of(connection: Connection, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(text(_LINES), {"ids": list(ids)}):
        found.setdefault(row.order_id, []).append(_line(row))
    return found


def _line(row: Any) -> dict[str, Any]:
    return {
        "sku": row.sku,
        "name": row.name,
        "quantity": _number(row.quantity),
        "unit": row.unit,
        "pack_quantity": _number(row.pack_quantity),
        "pack_unit": row.pack_unit,
        "unit_price": _price(row.unit_price),
        "line_total": str(row.line_total),
    }


def _order(row: Any, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": row.id,
        "version": row.version,
        "conversation_id": row.conversation_id,
        "number": row.number,
        "outlet_id": row.outlet_id,
        "outlet_name": row.outlet_name,
        "status": row.status,
        "placed_at": _iso(row.placed_at),
        "delivery_date": row.delivery_date.isoformat() if row.delivery_date else None,
        "currency": row.currency,
        "subtotal": str(row.subtotal),
        "tax": str(row.tax),
        "total": str(row.total),
        "lines": lines,
        "channel": row.channel,
        "source_message_ids": list(row.source_message_ids),
        "notes": row.notes,
        "invoice": {name: row.invoice[name] for name in ("status", "number", "id")} if row.invoice else None,
        "invoice_words": _invoice_words(row.invoice) if row.invoice else "",
    }


def _invoice_words(invoice: dict[str, Any]) -> str:
    words = [invoice["status"], (invoice["state"] or "").lower(), invoice["error"] or ""]
    return ", ".join(dict.fromkeys(filter(None, words)))


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _number(quantity: Decimal | None) -> int | float | None:
    """A JSON number: whole where it is whole; three decimals at most, which a float shows exactly."""
    if quantity is None:
        return None
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def _price(price: Decimal) -> str:
    """Four decimals are kept where they are needed: 0.28, 0.0125."""
    return str(price.quantize(Decimal("0.01"))) if price == round(price, 2) else f"{price.normalize():f}"
