"""What is sold to whom, for people and other programs: products, outlets, customers, contract prices. Plain values."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from bot.errors import BadInputError

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
_UNITS = text("""
SELECT p.sku, array_prepend(p.base_unit, array_agg(u.unit ORDER BY u.factor) FILTER (WHERE u.unit IS NOT NULL)) AS units
FROM products p LEFT JOIN pack_units u ON u.product_id = p.id WHERE p.sku = ANY(:skus) GROUP BY p.id
""")
# The page is chosen first: people and last orders are looked up for its outlets only.
_OUTLETS = text("""
WITH page AS MATERIALIZED (
    SELECT o.*, c.name AS customer, count(*) OVER () AS total FROM outlets o JOIN customers c ON c.id = o.customer_id
    WHERE (CAST(:code AS text) IS NULL OR lower(o.code) = lower(:code))
      AND (CAST(:words AS text) IS NULL OR position(lower(:words) IN lower(concat_ws(' ', o.code, o.name, c.name))) > 0
           OR o.id IN (SELECT b.outlet_id FROM contact_outlets b JOIN contacts k ON k.id = b.contact_id
                       WHERE NOT k.is_synthetic AND position(lower(:words) IN lower(concat_ws(' ', k.address, k.display_name))) > 0))
    ORDER BY o.code LIMIT :most OFFSET :skip
)
SELECT o.total, o.code AS outlet_id, o.name, o.customer, o.default_language, o.confirm_orders, o.cutoff, o.delivery_days,
       o.min_order_total::text, o.is_active AS active,
       COALESCE((SELECT json_agg(json_build_object('channel', k.channel, 'address', k.address) ORDER BY k.channel, k.address)
                 FROM contact_outlets b JOIN contacts k ON k.id = b.contact_id WHERE b.outlet_id = o.id AND NOT k.is_synthetic), '[]') AS contacts,
       (SELECT max(q.placed_at) FROM orders q WHERE q.outlet_id = o.id AND NOT q.is_synthetic) AS last_order_at
FROM page o ORDER BY o.code
""")
_OUTLET_NAMES = text("""
SELECT code AS outlet_id, name, is_active AS active FROM outlets
WHERE (CAST(:words AS text) IS NULL OR position(lower(:words) IN lower(concat_ws(' ', code, name))) > 0) ORDER BY code LIMIT :most
""")
# Whole codes first, then whole names, then what holds the words.
_OUTLET_CALLED = text("""
SELECT code, name, lower(code) = lower(:words) OR lower(name) = lower(:words) AS whole FROM outlets
WHERE position(lower(:words) IN lower(concat_ws(' ', code, name))) > 0
ORDER BY lower(code) = lower(:words) DESC, lower(name) = lower(:words) DESC, code LIMIT 4
""")
_CATEGORY_NAMES = text("SELECT DISTINCT category FROM products WHERE category <> '' ORDER BY category LIMIT :most")
_CUSTOMER_NAMES = text("SELECT name FROM customers ORDER BY name LIMIT :most")
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


def units_of(connection: Connection, skus: Sequence[str]) -> dict[str, list[str]]:
    """What each of these can be ordered in, its base unit first."""
    return {row.sku: row.units for row in connection.execute(_UNITS, {"skus": list(skus)})}


def outlets(connection: Connection, *, code: str | None = None, most: int = 1_000_000) -> Rows:
    """By code."""
    return outlet_page(connection, code=code, most=most)[0]


def outlet_page(
    connection: Connection, *, code: str | None = None, words: str | None = None, most: int = 1_000_000, skip: int = 0
) -> tuple[Rows, int]:
    """By code, and how many there are in all; `words` are looked for in codes, names, customers, phones and people."""
    rows = _rows(connection, _OUTLETS, code=code, words=words, most=most, skip=skip)
    total = max((int(row.pop("total")) for row in rows), default=0)
    return rows, total


def outlet_names(connection: Connection, *, words: str | None = None, most: int = 1_000_000) -> Rows:
    """For a list to choose from: without their people and orders, which take long to count."""
    return _rows(connection, _OUTLET_NAMES, words=words, most=most)


def outlet_called(connection: Connection, words: str, *, whole: bool = False) -> str:
    """The code of the outlet with this code or name, or of the only one that has the words in either.

    `whole` is for who may order: no part of a name finds an outlet. Raises BadInputError.
    """
    found = connection.execute(_OUTLET_CALLED, {"words": words}).all()
    if whole:
        found = [row for row in found if row.whole]
    if not found:
        raise BadInputError(f"there is no outlet with the code or name {words[:40]!r}")
    names = [row for row in found if row.whole] or found
    if len(names) > 1 and names[0].code.lower() != words.lower():
        raise BadInputError(
            f"several outlets are called {words[:40]!r}: " + ", ".join(f"{row.name} ({row.code})" for row in names)
        )
    return str(names[0].code)


def customer_names(connection: Connection, *, most: int = 1_000_000) -> list[str]:
    return [row.name for row in connection.execute(_CUSTOMER_NAMES, {"most": most})]


def category_names(connection: Connection, *, most: int) -> list[str]:
    return [row.category for row in connection.execute(_CATEGORY_NAMES, {"most": most})]


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
