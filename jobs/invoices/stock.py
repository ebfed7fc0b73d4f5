"""What Xero has in stock of the items that it tracks, read every quarter of an hour and kept in our rows.

No customer waits for it: a conversation reads what is kept, and nothing where that is too old (jobs/reads/stock.py).
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text

from bot.accounting.items import stock_of
from bot.errors import PermanentError
from bot.runtime import Runtime
from bot.settings import Settings, StockShortage
from jobs.invoices import connection as standing
from jobs.invoices.accounting import Accounting
from jobs.invoices.connection import Standing
from jobs.invoices.permits import ORGANISATION, STOCK, alone
from models.database import transaction

EVERY_S = 15 * 60.0
_KEEP = text("""
UPDATE accounting_links a SET in_stock = read.in_stock, seen_at = now()
FROM (SELECT id, CAST(CAST(:stock AS jsonb) ->> code AS numeric) AS in_stock FROM accounting_links WHERE kind = 'item') read
WHERE a.id = read.id AND a.in_stock IS DISTINCT FROM read.in_stock
""")
_READ = text("UPDATE accounting_connection SET stock_at = now() WHERE id = 1")


def is_old(found: Standing, settings: Settings) -> bool:
    if settings.xero_stock_shortage is StockShortage.OFF or found.stock_age_s is None:
        return False
    return found.stock_age_s > EVERY_S


def refresh(runtime: Runtime, accounting: Accounting, found: Standing) -> None:
    """One call, by one worker at a time, when it is due."""
    if not is_old(found, runtime.settings):
        return
    with alone(runtime, ORGANISATION, STOCK) as is_mine:
        if is_mine:
            _keep(runtime, _items(accounting))


def _items(accounting: Accounting) -> list[dict[str, Any]]:
    """None where there are no items to be asked for."""
    try:
        return accounting.xero.list_items()
    except PermanentError as error:
        if error.code != "404":
            raise
        return []


def _keep(runtime: Runtime, items: list[dict[str, Any]]) -> None:
    tracked = {str(row["Code"]): str(stock) for row in items if (stock := stock_of(row)) is not None}
    with transaction(runtime.engine) as connection:
        standing.ensure(connection)
        connection.execute(_KEEP, {"stock": json.dumps(tracked)})
        connection.execute(_READ)
