"""How much of each tracked product can still be promised: what the accounting system had, without what is ordered since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, text

from bot.settings import Settings, StockShortage

FRESH_S = 3_600
"""What was read longer ago says nothing: nobody is asked about stock while the accounting system is away."""
# An invoice lowers the stock there once it is authorised; what is open and was not when the stock was read is still to go.
_LEFT = text("""
WITH tracked AS (
    SELECT a.key AS sku, a.in_stock, c.stock_at FROM accounting_links a JOIN accounting_connection c ON c.id = 1
    WHERE a.kind = 'item' AND a.in_stock IS NOT NULL AND c.stock_at > now() - :fresh * interval '1 s'),
promised AS (
    SELECT t.sku, sum(l.quantity) AS quantity
    FROM tracked t JOIN order_lines l ON l.sku = t.sku JOIN orders o ON o.id = l.order_id LEFT JOIN invoices i ON i.order_id = o.id
    WHERE o.status IN ('placed', 'awaiting_approval') AND o.delivery_date >= :today
      AND (i.xero_status IS DISTINCT FROM 'AUTHORISED' OR i.authorise_at > t.stock_at)
    GROUP BY t.sku)
SELECT t.sku, t.in_stock - COALESCE(p.quantity, 0) AS stock_left FROM tracked t LEFT JOIN promised p ON p.sku = t.sku
""")


def stock_left(connection: Connection, settings: Settings, today: date) -> Mapping[str, Decimal]:
    """By SKU, in base units; empty where no stock is known."""
    if not settings.xero_configured or settings.xero_stock_shortage is StockShortage.OFF:
        return {}
    rows = connection.execute(_LEFT, {"fresh": FRESH_S, "today": today})
    return {row.sku: row.stock_left for row in rows}
