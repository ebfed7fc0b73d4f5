"""An invoice once more, because a person says so: what is wrong was put right, in Xero or here."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.settings import Settings
from jobs import failures
from jobs.audit import audit
from jobs.invoices import intent
from models.failure_kind import FailureKind

STATE = text("SELECT state FROM invoices WHERE number = :id")
# As `unknown`, so that Xero is asked first: what was given up may have arrived.
AGAIN = text("""
UPDATE invoices SET state = 'unknown', attempts = 0, due_at = now(), reason = NULL, error = NULL, changed = TRUE
WHERE number = :id AND state IN ('blocked', 'failed') RETURNING id
""")
_AGAIN_WHATEVER = text("""
UPDATE invoices SET state = 'unknown', attempts = 0, due_at = now(), reason = NULL, error = NULL, changed = TRUE
WHERE number = :id AND state <> 'sending' RETURNING id
""")
_ORDER = text("""
SELECT q.id, q.status, q.is_synthetic, i.state FROM orders q LEFT JOIN invoices i ON i.order_id = q.id WHERE q.number = :number
""")


def resend(connection: Connection, settings: Settings, number: str, *, actor: str) -> None:
    """Makes the invoice of this order due now, the intent too where it is missing. Raises BadInputError."""
    row = connection.execute(_ORDER, {"number": number}).one_or_none()
    if row is None or row.is_synthetic:
        raise BadInputError(f"there is no order {number[:40]}")
    if row.state is None:
        if row.status != "placed":
            raise BadInputError(f"order {number} is {row.status} and was never invoiced")
        intent.note_as_stored(connection, settings, row.id)
    if connection.execute(_AGAIN_WHATEVER, {"id": number}).one_or_none() is None:
        raise BadInputError(f"the invoice of {number} is being sent at this moment")
    failures.resolve_reference(connection, FailureKind.INVOICE, number, f"sent again by {actor}")
    audit(connection, actor, "resend_invoice", f"order:{row.id}", {"number": number})
