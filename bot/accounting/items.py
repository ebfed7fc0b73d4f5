"""A product of ours as an item in Xero."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.accounting.invoice import Terms
from bot.catalog.product import Product

MAX_CODE, MAX_NAME = 30, 50


def code_of(sku: str) -> str:
    """The SKU; one that is too long for Xero is cut and keeps apart by a few letters of its own."""
    if len(sku) <= MAX_CODE:
        return sku
    mark = hashlib.sha256(sku.encode()).hexdigest()[:6]
    return f"{sku[: MAX_CODE - len(mark) - 1]}-{mark}"


def body(product: Product, terms: Terms) -> dict[str, Any]:
    """Without the spaces that Xero takes away itself, which would have to be written again each time."""
    name = " ".join(product.name.split())
    return {
        "Code": code_of(product.sku),
        "Name": name[:MAX_NAME].rstrip(),
        "Description": f"{name}, {product.base_unit}",
        "IsSold": True,
        "SalesDetails": {
            "UnitPrice": product.unit_price,
            "AccountCode": terms.account_code,
            "TaxType": terms.tax_type,
        },
    }


def is_same(there: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether Xero's item says what ours does, so that nothing has to be written."""
    sales = there.get("SalesDetails") or {}
    price = Decimal(str(sales.get("UnitPrice") or 0))
    same = all(there.get(name) == ours[name] for name in ("Name", "Description"))
    wanted = ours["SalesDetails"]
    return (
        same
        and price == wanted["UnitPrice"]
        and all(sales.get(name) == wanted[name] for name in ("AccountCode", "TaxType"))
    )


def stock_of(there: Mapping[str, Any]) -> Decimal | None:
    """What is on hand; None for an item whose stock is not tracked."""
    if not there.get("IsTrackedAsInventory"):
        return None
    return Decimal(str(there.get("QuantityOnHand") or 0))
