"""Writes down, in the transaction that changes an order, that its invoice has to follow. Sending is push's."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, text

from bot.ordering.delivery import DeliveryRules, cutoff_of
from bot.settings import InvoiceWhen, Settings
from jobs.order_rows import OUTLET_JSON, outlet_of

_STORED = text(f"""
SELECT q.delivery_date, {OUTLET_JSON} AS outlet FROM orders q JOIN outlets o ON o.id = q.outlet_id WHERE q.id = :order_id
""")
_NOTE = text("""
INSERT INTO invoices (order_id, number, authorise_at, due_at)
SELECT o.id, o.number, CAST(:cutoff AS timestamptz), CASE WHEN :at_once THEN now() ELSE :cutoff END
FROM orders o WHERE o.id = :order_id AND o.status = 'placed' AND NOT o.is_synthetic
ON CONFLICT (order_id) DO NOTHING
""")
# A try that is under way is told by `changed`, because its claim stands in `due_at`. What was given up may have arrived there all
# the same: it begins anew as `unknown`, so that it is looked up.
_FOLLOW = text("""
UPDATE invoices i SET changed = TRUE, authorise_at = CAST(:cutoff AS timestamptz),
    attempts = CASE WHEN i.state = 'sending' THEN i.attempts ELSE 0 END,
    due_at = CASE WHEN i.state = 'sending' THEN i.due_at WHEN :at_once OR o.status <> 'placed' THEN now() ELSE :cutoff END,
    state = CASE WHEN i.state IN ('sent', 'gone') THEN 'pending' WHEN i.state IN ('blocked', 'failed') THEN 'unknown' ELSE i.state END
FROM orders o WHERE o.id = :order_id AND i.order_id = o.id
""")


def note(
    connection: Connection, settings: Settings, order_id: int, delivery: date | None, rules: DeliveryRules | None
) -> None:
    """Call it after every change of an order's row or lines. Synthetic orders, and orders without Xero, have no invoice."""
    if not settings.xero_configured:
        return
    cutoff = cutoff_of(delivery, rules) if delivery is not None and rules is not None else None
    values = {
        "order_id": order_id,
        "cutoff": cutoff,
        "at_once": cutoff is None or settings.invoice_when is InvoiceWhen.PLACED,
    }
    if connection.execute(_FOLLOW, values).rowcount == 0:
        connection.execute(_NOTE, values)


def note_as_stored(connection: Connection, settings: Settings, order_id: int) -> None:
    """`note` with the delivery day and the outlet's rules as they are in the database."""
    if settings.xero_configured:
        row = connection.execute(_STORED, {"order_id": order_id}).one()
        note(connection, settings, order_id, row.delivery_date, outlet_of(row.outlet, settings).delivery)
