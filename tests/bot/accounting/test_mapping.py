"""What of a customer and a product of ours is written in Xero, field by field, as it was agreed."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.accounting import contacts, items
from bot.accounting.contacts import Customer
from bot.accounting.invoice import Terms
from bot.catalog.product import Product

AGREED = Path(__file__).with_name("mapping.json")
TERMS = Terms("200", "OUTPUTY24", 30)
CUSTOMERS = (Customer(7, "Tan & Söhne <Bakery> 陈记"), Customer(12, "  Two   Spaces  "), Customer(40, "Long " * 60))
PRODUCTS = (
    Product("PB10-K", "Pizza Box 10 inch Brown Kraft", "Boxes", "piece", Decimal("0.28")),
    Product("纸-盒", "纸盒 & lids", "盒子", "piece", Decimal("0.0375")),
    Product("A-VERY-LONG-CODE-THAT-XERO-WILL-NOT-TAKE", "Name " * 20, "Other", "kg", Decimal("12.5")),
)


def written() -> dict[str, list[dict[str, Any]]]:
    return {
        "contacts": [contacts.body(each) for each in CUSTOMERS],
        "items": [items.body(each, TERMS) for each in PRODUCTS],
    }


def test_contacts_and_items_are_written_as_agreed() -> None:
    assert json.loads(json.dumps(written(), default=str)) == json.loads(AGREED.read_text("utf-8"))


def test_what_was_written_is_known_again_and_nothing_has_to_be_written() -> None:
    for customer, there in zip(CUSTOMERS, written()["contacts"], strict=True):
        assert contacts.matching(customer, [there | {"ContactID": "c"}]) is not None
    for there in written()["items"]:
        assert items.is_same(there, there)
