"""When a worker is rung for invoices: something is due, nothing keeps us from calling, and nobody was rung a moment ago."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.runtime import Runtime
from bot.settings import Settings
from jobs import heartbeat, queues
from jobs.invoices import check_xero_setup, reconcile, stock
from jobs.invoices import connection as standing
from jobs.invoices.connection import Standing

EVERY_S = 1.0
"""A worker goes on with whatever is due, so that one ring is enough for many invoices; more workers join by the next."""
OVERDUE_S = 5.0
_DUE = text("SELECT 1 FROM invoices WHERE due_at <= now() - :overdue * interval '1 s' LIMIT 1")


def ring(runtime: Runtime, connection: Connection) -> bool:
    """Once per interval, whichever sweeper looks first; whether it rang."""
    if not runtime.settings.xero_configured:
        return False
    if not heartbeat.turn(connection, "invoices_rung", EVERY_S) or wanted(runtime.settings, connection) is None:
        return False
    return queues.ring(runtime, queues.Bell.INVOICE, 0)


def wanted(settings: Settings, connection: Connection, overdue_s: float = 0.0) -> Standing | None:
    """The connection as it is when a worker that looked now would find something to do; None when there is nothing."""
    found = standing.read_on(connection)
    if not may_send(found, settings):
        return None
    due = connection.execute(_DUE, {"overdue": overdue_s}).first() is not None
    looked = check_xero_setup.are_old(found, settings) or reconcile.is_old(found) or stock.is_old(found, settings)
    return found if due or looked else None


def may_send(found: Standing, settings: Settings) -> bool:
    """What was wrong in Xero is looked at again now and then, and at once with other settings."""
    if found.blocked or found.paused_s:
        return False
    return not (found.facts or {}).get("problems") or check_xero_setup.are_old(found, settings)
