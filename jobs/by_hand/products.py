"""A person changes a product, its packs and names, or what a customer pays for it: checked as in an import, audited before and after.

The next message is read with it; placed orders keep what they have.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Connection, text

from bot.catalog.catalog_csv import product_row
from bot.errors import BadInputError
from bot.ordering.prices_csv import price_row
from jobs.audit import audit
from jobs.catalog_changed import catalog_changed
from jobs.imports.catalog import import_catalog
from jobs.imports.prices import import_prices
from jobs.reads.trade_rows import products

MOST = Decimal("100000")

_BEFORE = text("SELECT id, unit_price, is_active FROM products WHERE sku = :sku FOR UPDATE")
_ID = text("SELECT id FROM products WHERE sku = :sku")
_PRICE = text("""
SELECT k.id, k.product_id, k.unit_price, k.valid_to FROM contract_prices k
JOIN customers c ON c.id = k.customer_id JOIN products p ON p.id = k.product_id
WHERE p.sku = :sku AND c.name = :customer AND k.valid_from = :first FOR UPDATE OF k
""")
_END_PRICE = text("UPDATE contract_prices SET valid_to = :last WHERE id = :id")
_REMOVE_PRICE = text("DELETE FROM contract_prices WHERE id = :id")
_CHANGE = text("UPDATE products SET unit_price = :price, is_active = :active WHERE id = :id")


def change_product(connection: Connection, sku: str, *, price: str, active: bool, actor: str) -> bool:
    """False when it was so already. Placed orders keep their prices. Raises BadInputError."""
    amount = _price(price)
    row = connection.execute(_BEFORE, {"sku": sku}).one_or_none()
    if row is None:
        raise BadInputError(f"there is no product {sku[:40]}")
    if (row.unit_price, row.is_active) == (amount, active):
        return False
    connection.execute(_CHANGE, {"id": row.id, "price": amount, "active": active})
    catalog_changed(connection)
    before = {"unit_price": str(row.unit_price), "active": row.is_active}
    after = {"unit_price": str(amount), "active": active}
    audit(connection, actor, "product_changed", f"product:{row.id}", {"before": before, "after": after})
    return True


def change_details(connection: Connection, sku: str, cells: Mapping[str, str], *, actor: str) -> bool:
    """`cells` are those of the catalog file; SKU and base unit stay, because orders count in them.

    False when it was so already. Raises BadInputError with everything that is wrong.
    """
    before = _product(connection, sku)
    names = ("name", "category", "aliases", "pack_units", "unit_price", "active")
    written = {name: cells.get(name, "").strip() for name in names}
    wanted = product_row({**written, "sku": before["sku"], "base_unit": before["base_unit"]})
    if not import_catalog(connection, [wanted], deactivate_missing=False).changed:
        return False
    _note(connection, "product_changed", actor, before, _product(connection, sku))
    return True


def set_contract_price(connection: Connection, sku: str, cells: Mapping[str, str], *, actor: str) -> bool:
    """One row of the file of contract prices: a price that begins later ends the open one before it. Raises BadInputError."""
    product = _product(connection, sku)
    names = ("customer", "unit_price", "valid_from", "valid_to")
    written = {name: cells.get(name, "").strip() for name in names}
    try:
        done = import_prices(connection, [price_row({**written, "sku": product["sku"]})])
    except BadInputError as error:
        raise BadInputError(str(error).removeprefix("row 0: ")) from error
    if done.written:
        product_id = connection.execute(_ID, {"sku": product["sku"]}).scalar_one()
        audit(connection, actor, "contract_price_set", f"product:{product_id}", written)
    return bool(done.written)


def end_contract_price(
    connection: Connection, sku: str, customer: str, first: date, last: date, *, today: date, actor: str
) -> bool:
    """The price holds up to `last`, from then on the price for everybody; one that has not begun by then is taken away.

    False when it ended then already. Raises BadInputError. Placed orders keep their prices.
    """
    product = _product(connection, sku)
    key = {"sku": product["sku"], "customer": customer, "first": first}
    row = connection.execute(_PRICE, key).one_or_none()
    if row is None or (row.valid_to is not None and row.valid_to < today):
        raise BadInputError(f"{customer[:60]} has no such price of {product['sku']} any more")
    if last < today - timedelta(days=1):
        raise BadInputError(f"{last:%-d %b %Y} has passed: placed orders keep their prices")
    if row.valid_to is not None and row.valid_to <= last:
        return False
    connection.execute(_END_PRICE if last >= first else _REMOVE_PRICE, {"id": row.id, "last": last})
    catalog_changed(connection)
    before = {
        "customer": customer,
        "unit_price": str(row.unit_price),
        "valid_from": str(first),
        "valid_to": _day(row.valid_to),
    }
    after = {**before, "valid_to": str(last)} if last >= first else {}
    audit(connection, actor, "contract_price_ended", f"product:{row.product_id}", {"before": before, "after": after})
    return True


def _day(day: date | None) -> str | None:
    return None if day is None else str(day)


def _product(connection: Connection, sku: str) -> dict[str, Any]:
    found = products(connection, sku=sku)
    if not found:
        raise BadInputError(f"there is no product {sku[:40]}")
    return found[0]


def _note(connection: Connection, action: str, actor: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Only what differs is kept."""
    product_id = connection.execute(_ID, {"sku": after["sku"]}).scalar_one()
    differ = [name for name in after if name != "outlet_aliases" and before[name] != after[name]]
    detail = {"before": {name: before[name] for name in differ}, "after": {name: after[name] for name in differ}}
    audit(connection, actor, action, f"product:{product_id}", detail)


def _price(written: str) -> Decimal:
    """Per base unit, with four decimals at most."""
    try:
        found = Decimal(written.strip())
    except InvalidOperation as error:
        raise BadInputError(f"{written[:20]!r} is not a price; write it as 0.28") from error
    if not written.isascii() or not found.is_finite() or not 0 < found <= MOST or found != round(found, 4):
        raise BadInputError(f"{written[:20]!r} is not a price above 0 with at most four decimals")
    return found
