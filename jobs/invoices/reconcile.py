"""Orders against invoices, daily and by hand: one figure that is 0 when both books say the same."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, text

from bot.accounting.reconciling import Ordered, Reconciled
from bot.accounting.reconciling import reconcile as compare
from bot.runtime import Runtime
from bot.settings import InvoiceWhen
from bot.telemetry import get_logger
from jobs.invoices import connection as standing
from jobs.invoices.accounting import Accounting
from jobs.invoices.connection import Standing
from jobs.invoices.permits import ORGANISATION, RECONCILED, alone
from models.database import transaction

log = get_logger(__name__)

DAILY_S = 24 * 3600.0
DAYS_BACK = 8
"""Of the daily look: an order's last change is at most a week after it was placed, nearly always."""
_ORDERS = text("""
SELECT o.number, o.total, o.status = 'placed' AS placed, i.total AS invoiced, COALESCE(i.credited, 0) > 0 AS credited,
       i.id IS NULL OR i.state = 'sent' OR :at_once OR i.authorise_at IS NULL OR i.authorise_at <= now() AS expected
FROM orders o LEFT JOIN invoices i ON i.order_id = o.id
WHERE NOT o.is_synthetic AND o.placed_at >= :start AND o.placed_at < :end
  AND (i.id IS NOT NULL OR o.placed_at >= (SELECT created_at FROM accounting_connection WHERE id = 1))
ORDER BY o.id
""")
_FIRST = text("SELECT min(o.placed_at) FROM orders o JOIN invoices i ON i.order_id = o.id")


def reconcile(runtime: Runtime, accounting: Accounting, first: date | None, last: date) -> Reconciled:
    """From the one local day to the other, both included; without a first day from the first invoice on."""
    zone = runtime.settings.zone
    with transaction(runtime.engine) as connection:
        began = first or _first_day(connection, zone) or last
        start = datetime.combine(began, time.min, zone)
        end = datetime.combine(last + timedelta(days=1), time.min, zone)
        at_once = runtime.settings.invoice_when is InvoiceWhen.PLACED
        rows = connection.execute(_ORDERS, {"start": start, "end": end, "at_once": at_once}).all()
    orders = [Ordered(row.number, row.total, row.placed, row.expected, row.invoiced, row.credited) for row in rows]
    return compare(orders, accounting.xero.list_invoices(began, last))


def _first_day(connection: Connection, zone: Any) -> date | None:
    found = connection.execute(_FIRST).scalar()
    return found.astimezone(zone).date() if found is not None else None


def note(runtime: Runtime, found: Reconciled) -> None:
    with transaction(runtime.engine) as connection:
        standing.ensure(connection)
        standing.note_reconciled(connection, found.as_json())
    if not found.ok:
        log.error(
            "orders and invoices differ",
            missing=len(found.missing),
            extra=len(found.extra),
            differing=len(found.differing),
        )


def is_old(found: Standing) -> bool:
    """A day after the last look; and once a day has passed since we connected, where nobody has looked."""
    if found.reconciled_age_s is not None:
        return found.reconciled_age_s > DAILY_S
    return found.age_s is not None and found.age_s > DAILY_S


def daily(runtime: Runtime, accounting: Accounting, found: Standing) -> None:
    """Of the last days; by one worker, while the others go on with their invoices."""
    if not is_old(found):
        return
    with alone(runtime, ORGANISATION, RECONCILED) as is_mine:
        if is_mine and is_old(standing.read(runtime)):
            today = runtime.clock().astimezone(runtime.settings.zone).date()
            note(runtime, reconcile(runtime, accounting, today - timedelta(days=DAYS_BACK), today))
