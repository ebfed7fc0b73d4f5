"""A person changes an outlet's name or rules: checked as in an import, audited before and after; the next message goes by it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.identity.outlets_csv import outlet_row
from jobs.audit import audit
from jobs.catalog_changed import catalog_changed

MOST = Decimal("1000000")
_BEFORE = text("""
SELECT o.id, o.code, c.name AS customer, o.name, o.default_language, o.confirm_orders, o.cutoff, o.delivery_days, o.min_order_total, o.is_active
FROM outlets o JOIN customers c ON c.id = o.customer_id WHERE o.code = :code FOR UPDATE OF o
""")
_CHANGE = text("""
UPDATE outlets SET name = :name, default_language = :default_language, confirm_orders = :confirm_orders, cutoff = :cutoff,
    delivery_days = :delivery_days, min_order_total = :min_order_total, is_active = :is_active WHERE id = :id
""")
RULES = ("name", "default_language", "confirm_orders", "cutoff", "delivery_days", "min_order_total", "is_active")


def change_outlet(connection: Connection, code: str, cells: Mapping[str, str], *, active: bool, actor: str) -> bool:
    """`cells` are named as in the outlets file, and `min_order_total`; an empty one follows the settings.

    False when it was so already. Raises BadInputError with everything that is wrong.
    """
    row = connection.execute(_BEFORE, {"code": code}).one_or_none()
    if row is None:
        raise BadInputError(f"there is no outlet {code[:40]}")
    names = ("name", "default_language", "confirm_orders", "cutoff", "delivery_days")
    written = {name: cells.get(name, "").strip() for name in names}
    wanted = outlet_row({**written, "outlet_id": row.code, "customer": row.customer}, with_phones=False)
    days = list(wanted.delivery_days) if wanted.delivery_days else None
    after = {
        "name": wanted.name,
        "default_language": wanted.default_language,
        "confirm_orders": wanted.confirm_orders,
        "cutoff": wanted.cutoff,
        "delivery_days": days,
        "min_order_total": _minimum(cells.get("min_order_total", "").strip()),
        "is_active": active,
    }
    before = {name: getattr(row, name) for name in RULES}
    if after == before:
        return False
    connection.execute(_CHANGE, {**after, "id": row.id})
    catalog_changed(connection)
    audit(connection, actor, "outlet_changed", f"outlet:{row.id}", {"before": _plain(before), "after": _plain(after)})
    return True


def _minimum(written: str) -> Decimal | None:
    """Before which an order is too small; None follows the settings."""
    if not written:
        return None
    try:
        found = Decimal(written)
    except InvalidOperation as error:
        raise BadInputError(f"smallest order {written[:20]!r} is not an amount; write it as 50.00") from error
    if not written.isascii() or not found.is_finite() or not 0 <= found <= MOST or found != round(found, 2):
        raise BadInputError(f"smallest order {written[:20]!r} is not an amount from 0 with at most two decimals")
    return found


def _plain(rules: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in rules.items()}
