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
STOCK_LEFT_JSON = f"""
(WITH tracked AS (
    SELECT a.key AS sku, a.in_stock, c.stock_at FROM accounting_connection c JOIN accounting_links a ON c.id = 1
    WHERE a.kind = 'item' AND a.in_stock IS NOT NULL AND c.stock_at > now() - interval '{FRESH_S} s'),
promised AS (
    SELECT t.sku, sum(l.quantity) AS quantity
    FROM tracked t JOIN order_lines l ON l.sku = t.sku JOIN orders p ON p.id = l.order_id LEFT JOIN invoices i ON i.order_id = p.id
    WHERE p.status IN ('placed', 'awaiting_approval') AND p.delivery_date >= CAST(:today AS date)
      AND (i.xero_status IS DISTINCT FROM 'AUTHORISED' OR i.authorise_at > t.stock_at)
    GROUP BY t.sku)
SELECT json_object_agg(t.sku, (t.in_stock - COALESCE(p.quantity, 0))::text) FROM tracked t LEFT JOIN promised p ON p.sku = t.sku)
"""
"""For the column of a statement with `:today`: what is left by SKU, NULL where no stock is known."""
_LEFT = text(f"SELECT {STOCK_LEFT_JSON}")


def asks_for_stock(settings: Settings) -> bool:
    return settings.xero_configured and settings.xero_stock_shortage is not StockShortage.OFF


def stock_of(found: Mapping[str, str] | None) -> Mapping[str, Decimal]:
    """As that column has it: by SKU, in base units; empty where no stock is known."""
    return {sku: Decimal(left) for sku, left in (found or {}).items()}


def stock_left(connection: Connection, settings: Settings, today: date) -> Mapping[str, Decimal]:
    """The same by itself, for orders by hand."""
    if not asks_for_stock(settings):
        return {}
    return stock_of(connection.execute(_LEFT, {"today": today}).scalar())
