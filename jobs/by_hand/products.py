"""A person changes what a product costs or whether it is sold: audited before and after; the next message is read with it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from jobs.audit import audit
from jobs.catalog_changed import catalog_changed

MOST = Decimal("100000")

_BEFORE = text("SELECT id, unit_price, is_active FROM products WHERE sku = :sku FOR UPDATE")
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


def _price(written: str) -> Decimal:
    """Per base unit, with four decimals at most."""
    try:
        found = Decimal(written.strip())
    except InvalidOperation as error:
        raise BadInputError(f"{written[:20]!r} is not a price; write it as 0.28") from error
    if not written.isascii() or not found.is_finite() or not 0 < found <= MOST or found != round(found, 4):
        raise BadInputError(f"{written[:20]!r} is not a price above 0 with at most four decimals")
    return found
