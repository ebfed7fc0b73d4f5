"""Invoices out of PostgreSQL: claimed for a try, with their orders, and how a try ended written down again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from bot.accounting.invoice import InvoiceLine, InvoiceOrder, held
from bot.accounting.steps import Standing
from jobs import order_events

SENDING_S = 30
"""After this a try that never reported counts as lost. One that goes on for longer renews it."""
BATCH, MAX_LINES = 50, 1_500
"""Of one request: far below the 3.5 MB that Xero takes."""

CLAIM = text("""
UPDATE invoices i SET state = 'sending', attempt_id = :attempt, attempts = i.attempts + 1, changed = FALSE,
    due_at = now() + :sending * interval '1 s'
FROM (SELECT id, state FROM invoices WHERE due_at <= now() ORDER BY due_at, id LIMIT :batch FOR UPDATE SKIP LOCKED) before
WHERE i.id = before.id
RETURNING i.id, i.order_id, i.number, before.state AS was, i.attempts, i.serial, i.xero_id, i.xero_status, i.held, i.asked, i.credited,
          i.authorise_at
""")
RENEW = text("""
UPDATE invoices SET due_at = now() + :sending * interval '1 s'
WHERE id IN (SELECT id FROM invoices WHERE attempt_id = :attempt AND state = 'sending' FOR NO KEY UPDATE SKIP LOCKED)
""")
# What a customer wrote before the cut-off and nobody has read yet may still change the order.
_ORDERS = text("""
SELECT o.id, o.number, o.version, o.status, o.currency, o.tax_rate, o.subtotal, o.tax, o.total, o.placed_at, o.created_at,
       c.id AS customer_id, c.name AS customer, o.conversation_id,
       (SELECT COALESCE(json_agg(json_build_array(l.sku, l.name, l.quantity::text, l.unit, l.unit_price::text, l.line_total::text,
               l.pack_quantity::text, l.pack_unit) ORDER BY l.position), '[]') FROM order_lines l WHERE l.order_id = o.id) AS lines,
       EXISTS (SELECT 1 FROM conversation_messages m JOIN conversations v ON v.id = m.conversation_id
               WHERE m.state = 'received' AND v.owner <> 'person' AND (v.id = o.conversation_id OR v.outlet_id = o.outlet_id)
               AND m.created_at > now() - interval '10 minutes') AS unread
FROM orders o JOIN outlets t ON t.id = o.outlet_id JOIN customers c ON c.id = t.customer_id WHERE o.id = ANY(:ids)
""")
_ASK = text(
    "UPDATE invoices SET asked = CAST(:asked AS jsonb) WHERE id = :id AND attempt_id = :attempt AND state = 'sending'"
)
# A change of the order during the try makes another try due, whatever this one came to.
_FINISH = text("""
UPDATE invoices SET
    state = CASE WHEN changed AND :state IN ('sent', 'gone', 'blocked') THEN 'pending' WHEN changed AND :state = 'failed' THEN 'unknown'
            ELSE :state END,
    due_at = CASE WHEN changed AND :state <> 'pending' THEN now() WHEN CAST(:pause AS double precision) IS NOT NULL
             THEN now() + CAST(:pause AS double precision) * interval '1 s' ELSE CAST(:until AS timestamptz) END,
    attempts = CASE WHEN :answered THEN 0 ELSE attempts - :forgiven END, serial = serial + CASE WHEN :answered THEN 1 ELSE 0 END,
    xero_id = COALESCE(:xero_id, xero_id), xero_status = COALESCE(:xero_status, xero_status), total = COALESCE(:total, total),
    held = COALESCE(CAST(:held AS jsonb), held), asked = CASE WHEN :answered THEN NULL ELSE asked END,
    credited = credited + :credited, reason = :reason, error = :error,
    sent_at = CASE WHEN :state = 'sent' AND sent_at IS NULL THEN now() ELSE sent_at END
WHERE id = :id AND attempt_id = :attempt AND state = 'sending'
RETURNING state
""")


@dataclass(frozen=True, slots=True)
class Claimed:
    """One invoice that this try has, with its order as it is now."""

    id: int
    order_id: int
    was: str
    attempts: int
    serial: int
    credited: int
    standing: Standing
    asked: Mapping[str, Any] | None
    order: InvoiceOrder
    conversation_id: int
    unread: bool

    @property
    def number(self) -> str:
        return self.order.number


@dataclass(frozen=True, slots=True)
class Ended:
    """How a try ended for one invoice. `pause_s` or `until` is when to look again; without both it is done with.

    `answered` says that nothing of it is unknown; `forgiven` that it was no try at all.
    """

    state: str
    pause_s: float | None = None
    until: datetime | None = None
    answered: bool = False
    forgiven: bool = False
    xero_id: str | None = None
    xero_status: str | None = None
    total: Decimal | None = None
    held: Mapping[str, Any] | None = None
    credited: int = 0
    reason: str | None = None
    error: str | None = None
    events: tuple[tuple[str, Mapping[str, Any]], ...] = field(default=())


def claim(connection: Connection, attempt: str, zone: ZoneInfo) -> list[Claimed]:
    """What is due, the longest due first, as much as fits one request; the rest of it stays due."""
    rows = connection.execute(CLAIM, {"attempt": attempt, "sending": SENDING_S, "batch": BATCH}).all()
    orders = {row.id: row for row in connection.execute(_ORDERS, {"ids": [row.order_id for row in rows]})}
    return [_claimed(row, orders[row.order_id], zone) for row in sorted(rows, key=lambda row: int(row.id))]


def _claimed(row: Any, order: Any, zone: ZoneInfo) -> Claimed:
    standing = Standing(row.xero_id, row.xero_status, row.held, row.authorise_at)
    return Claimed(
        row.id, row.order_id, row.was, row.attempts, row.serial, row.credited, standing, row.asked, _order(order, zone),
        order.conversation_id, order.unread,
    )  # fmt: skip


def _order(row: Any, zone: ZoneInfo) -> InvoiceOrder:
    day: date = (row.placed_at or row.created_at).astimezone(zone).date()
    return InvoiceOrder(
        number=row.number,
        version=row.version,
        status=row.status,
        customer_id=row.customer_id,
        customer=row.customer,
        placed_on=day,
        currency=row.currency,
        tax_rate=row.tax_rate,
        subtotal=row.subtotal,
        tax=row.tax,
        total=row.total,
        lines=tuple(_line(*line) for line in row.lines),
    )


def _line(
    sku: str, name: str, quantity: str, unit: str, price: str, total: str, packs: str | None, pack_unit: str | None
) -> InvoiceLine:
    note = f"{Decimal(packs).normalize():f} {pack_unit}" if packs and pack_unit else ""
    return InvoiceLine(sku, name, Decimal(quantity), unit, Decimal(price), Decimal(total), note)


def write_asked(connection: Connection, attempt: str, claimed: Sequence[Claimed]) -> None:
    """What is about to be sent, before it is."""
    for each in claimed:
        connection.execute(_ASK, {"id": each.id, "attempt": attempt, "asked": json.dumps(held(each.order))})


def finish(connection: Connection, attempt: str, claimed: Claimed, ended: Ended) -> str | None:
    """The state it is in now; None when the claim was lost, and somebody else sees to it."""
    values = {
        "id": claimed.id,
        "attempt": attempt,
        "state": ended.state,
        "pause": ended.pause_s,
        "until": ended.until,
        "answered": ended.answered,
        "forgiven": int(ended.forgiven),
        "xero_id": ended.xero_id,
        "xero_status": ended.xero_status,
        "total": ended.total,
        "held": None if ended.held is None else json.dumps(dict(ended.held)),
        "credited": ended.credited,
        "reason": ended.reason,
        "error": ended.error,
    }
    state = connection.execute(_FINISH, values).scalar_one_or_none()
    if state is None:
        return None
    for kind, detail in ended.events:
        order_events.add(connection, claimed.order_id, kind, detail)
    return str(state)
