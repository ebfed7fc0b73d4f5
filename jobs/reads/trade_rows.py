"""What is sold to whom, for people and other programs: products, outlets, customers, contract prices. Plain values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

_PRODUCTS = text("""
SELECT p.sku, p.name, p.category, p.aliases, p.base_unit, p.unit_price, p.is_active AS active,
       COALESCE((SELECT json_object_agg(u.unit, u.factor::text ORDER BY u.factor) FROM pack_units u WHERE u.product_id = p.id), '{}') AS pack_units,
       COALESCE((SELECT json_agg(json_build_object('outlet', o.code, 'alias', a.alias) ORDER BY o.code, a.alias)
                 FROM product_aliases a JOIN outlets o ON o.id = a.outlet_id WHERE a.product_id = p.id), '[]') AS outlet_aliases
FROM products p
WHERE (CAST(:sku AS text) IS NULL OR lower(p.sku) = lower(:sku)) AND (:everything OR p.is_active)
  AND (CAST(:words AS text) IS NULL OR position(lower(:words) IN lower(concat_ws(' ', p.sku, p.name, p.category, array_to_string(p.aliases, ' ')))) > 0)
ORDER BY p.sku LIMIT :most
""")
_OUTLETS = text("""
SELECT o.code AS outlet_id, o.name, c.name AS customer, o.default_language, o.confirm_orders, o.cutoff, o.delivery_days, o.is_active AS active,
       COALESCE((SELECT json_agg(json_build_object('channel', k.channel, 'address', k.address) ORDER BY k.channel, k.address)
                 FROM contact_outlets b JOIN contacts k ON k.id = b.contact_id WHERE b.outlet_id = o.id AND NOT k.is_synthetic), '[]') AS contacts,
       (SELECT max(q.placed_at) FROM orders q WHERE q.outlet_id = o.id AND NOT q.is_synthetic) AS last_order_at
FROM outlets o JOIN customers c ON c.id = o.customer_id
WHERE (CAST(:code AS text) IS NULL OR lower(o.code) = lower(:code))
ORDER BY o.code LIMIT :most
""")
_OUTLET_NAMES = text("SELECT code AS outlet_id, name, is_active AS active FROM outlets ORDER BY code")
_CUSTOMERS = text("""
SELECT c.id, c.name, array_remove(array_agg(o.code ORDER BY o.code), NULL) AS outlets,
       (SELECT count(*) FROM contract_prices p WHERE p.customer_id = c.id) AS contract_prices,
       (SELECT count(*) FROM orders q JOIN outlets t ON t.id = q.outlet_id WHERE t.customer_id = c.id AND q.status = 'placed' AND NOT q.is_synthetic) AS orders_placed
FROM customers c LEFT JOIN outlets o ON o.customer_id = c.id
WHERE CAST(:name AS text) IS NULL OR lower(c.name) = lower(:name)
GROUP BY c.id ORDER BY c.name LIMIT :most
""")
_PRICES = text("""
SELECT c.name AS customer, p.sku, p.name AS product, k.unit_price, p.unit_price AS list_price, k.valid_from, k.valid_to,
       CAST(:today AS date) BETWEEN k.valid_from AND COALESCE(k.valid_to, 'infinity') AS in_force
FROM contract_prices k JOIN customers c ON c.id = k.customer_id JOIN products p ON p.id = k.product_id
WHERE (CAST(:customer AS text) IS NULL OR lower(c.name) = lower(:customer)) AND (CAST(:sku AS text) IS NULL OR lower(p.sku) = lower(:sku))
ORDER BY c.name, p.sku, k.valid_from LIMIT :most
""")

Rows = list[dict[str, Any]]
PRICES = ("unit_price", "list_price")
"""Decimal strings, as in the export of orders."""


def products(
    connection: Connection,
    *,
    sku: str | None = None,
    words: str | None = None,
    everything: bool = True,
    most: int = 1_000_000,
) -> Rows:
    """By SKU; `words` are looked for in SKU, name, category and aliases."""
    return _rows(connection, _PRODUCTS, sku=sku, words=words, everything=everything, most=most)


def outlets(connection: Connection, *, code: str | None = None, most: int = 1_000_000) -> Rows:
    return _rows(connection, _OUTLETS, code=code, most=most)


def outlet_names(connection: Connection) -> Rows:
    """For a list to choose from: without their people and orders, which take long to count."""
    return _rows(connection, _OUTLET_NAMES)


def customers(connection: Connection, *, name: str | None = None, most: int = 1_000_000) -> Rows:
    return _rows(connection, _CUSTOMERS, name=name, most=most)


def contract_prices(
    connection: Connection, *, today: Any, customer: str | None = None, sku: str | None = None, most: int = 1_000_000
) -> Rows:
    return _rows(connection, _PRICES, today=today, customer=customer, sku=sku, most=most)


def price_words(price: Decimal) -> str:
    """Two decimals, and as many more as are needed: 0.28, 0.0125."""
    return f"{price:.2f}" if price == round(price, 2) else f"{price.normalize():f}"


def _rows(connection: Connection, statement: Any, **values: Any) -> Rows:
    return [
        {name: price_words(value) if name in PRICES else value for name, value in row.items()}
        for row in connection.execute(statement, values).mappings()
    ]
