"""Brings contract prices into the database in one transaction. A price that begins later ends the open one before it.

Orders copied their prices when they were placed, so no import changes an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from bot.csv_rows import refuse
from bot.ordering.prices_csv import PriceRow
from jobs.catalog_changed import catalog_changed, lock_catalog

_CUSTOMERS = text("SELECT name, id FROM customers")
_PRODUCTS = text("SELECT sku, id FROM products")
_PRESENT = text("""
SELECT 1 FROM contract_prices WHERE customer_id = :customer AND product_id = :product AND valid_from = :first
   AND unit_price = :price AND valid_to IS NOT DISTINCT FROM :last
""")
_END = text("""
UPDATE contract_prices SET valid_to = CAST(:first AS date) - 1
WHERE customer_id = :customer AND product_id = :product AND valid_from < :first AND valid_to IS NULL
""")
_TAKE_AWAY = text("""
DELETE FROM contract_prices WHERE customer_id = :customer AND product_id = :product AND valid_from = :first
""")
_CLASH = text("""
SELECT valid_from FROM contract_prices WHERE customer_id = :customer AND product_id = :product
   AND daterange(valid_from, valid_to, '[]') && daterange(:first, :last, '[]')
""")
_ADD = text("""
INSERT INTO contract_prices (customer_id, product_id, unit_price, valid_from, valid_to)
VALUES (:customer, :product, :price, :first, :last)
""")


@dataclass(frozen=True, slots=True)
class PricesImport:
    written: int
    unchanged: int


def import_prices(connection: Connection, rows: Sequence[PriceRow]) -> PricesImport:
    """Write what differs; raises BadInputError naming every row that does not fit, with nothing to keep."""
    lock_catalog(connection)
    customers: dict[str, int] = {row.name: row.id for row in connection.execute(_CUSTOMERS)}
    products: dict[str, int] = {row.sku: row.id for row in connection.execute(_PRODUCTS)}
    errors = [
        f"row {row.number}: there is no customer {row.customer[:60]!r}" for row in rows if row.customer not in customers
    ]
    errors += [f"row {row.number}: there is no product {row.sku[:60]!r}" for row in rows if row.sku not in products]
    refuse(errors)
    written = 0
    for row in sorted(rows, key=lambda row: row.first):
        values: dict[str, Any] = {"customer": customers[row.customer], "product": products[row.sku]}
        values |= {"price": row.price, "first": row.first, "last": row.last}
        written += _write(connection, row, values)
    if written:
        catalog_changed(connection)
    return PricesImport(written, len(rows) - written)


def _write(connection: Connection, row: PriceRow, values: dict[str, Any]) -> bool:
    if connection.execute(_PRESENT, values).one_or_none():
        return False
    connection.execute(_END, values)
    connection.execute(_TAKE_AWAY, values)
    clash = connection.execute(_CLASH, values).scalar()
    if clash is not None:
        refuse(
            [f"row {row.number}: {row.sku} of {row.customer} already has a price from {clash} for some of these days"]
        )
    connection.execute(_ADD, values)
    return True
