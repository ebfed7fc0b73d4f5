"""Our customers and products into Xero, once each: what is there is found by our number or code and never doubled.

First everything is read on both sides and planned, then it is written; a dry run ends after the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from bot.accounting import contacts as contact_values
from bot.accounting import items as item_values
from bot.accounting.answers import refusal_of
from bot.accounting.contacts import Customer
from bot.catalog.product import Product
from bot.errors import PermanentError
from bot.runtime import Runtime
from jobs.invoices.accounting import Accounting
from jobs.invoices.contacts import CONTACT, link, links, written_print
from jobs.invoices.items import ITEM
from models.database import transaction

AT_ONCE = 50
CREATE, UPDATE, SKIP = "create", "update", "skip"
_CUSTOMERS = text("""
SELECT c.id, c.name FROM customers c WHERE EXISTS (SELECT 1 FROM outlets o WHERE o.customer_id = c.id AND o.is_active) ORDER BY c.id
""")
_PRODUCTS = text("SELECT sku, name, category, base_unit, unit_price FROM products WHERE is_active ORDER BY id")
_STOCK = text("UPDATE accounting_links SET in_stock = :stock, seen_at = now() WHERE kind = 'item' AND key = :key")


@dataclass(frozen=True, slots=True)
class Planned:
    """One contact or item: what is to be done, our key of it, what is written, and its id there when it has one."""

    act: str
    key: str
    body: Mapping[str, Any]
    xero_id: str | None
    stock: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    contacts: tuple[Planned, ...]
    items: tuple[Planned, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        return {
            name: {act: sum(each.act == act for each in planned) for act in (CREATE, UPDATE, SKIP)}
            for name, planned in (("contacts", self.contacts), ("items", self.items))
        }


def plan(runtime: Runtime, accounting: Accounting) -> Plan:
    """Reads both sides and writes nothing. Raises before anything was written when either side is away."""
    with transaction(runtime.engine) as connection:
        customers = [Customer(row.id, row.name) for row in connection.execute(_CUSTOMERS)]
        products = [Product(*row) for row in connection.execute(_PRODUCTS)]
        known_contacts = links(connection, CONTACT, [str(customer.id) for customer in customers])
        known_items = links(connection, ITEM, [product.sku for product in products])
    contacts, items = accounting.xero.list_contacts(), accounting.xero.list_items()
    by_code = {str(row.get("Code")): row for row in items if row.get("ItemID")}
    return Plan(
        tuple(_contact(each, contacts, known_contacts) for each in customers),
        tuple(
            _item(product.sku, item_values.body(product, accounting.terms), by_code, known_items)
            for product in products
        ),
    )


def carry_out(runtime: Runtime, accounting: Accounting, planned: Plan) -> None:
    """Writes what the plan says, in requests of 50. Raises PermanentError with Xero's words; a second run goes on where it ended."""
    xero = accounting.xero
    _write(runtime, CONTACT, planned.contacts, "ContactID", "ContactNumber", xero.write_contacts)
    _write(runtime, ITEM, planned.items, "ItemID", "Code", xero.write_items)


def _contact(customer: Customer, there: Sequence[Mapping[str, Any]], known: Mapping[str, tuple[str, str]]) -> Planned:
    body, key = contact_values.body(customer), str(customer.id)
    kept = known.get(key)
    found = next((row for row in there if kept and row.get("ContactID") == kept[0]), None)
    found = found or contact_values.matching(customer, there)
    if found is None:
        return Planned(CREATE, key, body, None)
    return Planned(SKIP if found.get("Name") == body["Name"] else UPDATE, key, body, str(found["ContactID"]))


def _item(
    sku: str, body: Mapping[str, Any], there: Mapping[str, Mapping[str, Any]], known: Mapping[str, tuple[str, str]]
) -> Planned:
    found = there.get(str(body["Code"]))
    if found is None:
        return Planned(CREATE, sku, body, None)
    stock = item_values.stock_of(found)
    return Planned(SKIP if item_values.is_same(found, body) else UPDATE, sku, body, str(found["ItemID"]), stock)


def _write(
    runtime: Runtime, kind: str, planned: Sequence[Planned], id_name: str, name: str,
    call: Callable[[Sequence[dict[str, Any]], str], list[dict[str, Any]]],
) -> None:  # fmt: skip
    """Links what is there already, writes the rest and links it as soon as each request is answered."""
    with transaction(runtime.engine) as connection:
        for each in planned:
            if each.act == SKIP and each.xero_id:
                _link(connection, kind, each, each.xero_id, name)
    todo = [each for each in planned if each.act != SKIP]
    for start in range(0, len(todo), AT_ONCE):
        part = todo[start : start + AT_ONCE]
        bodies = [dict(each.body) | ({id_name: each.xero_id} if each.xero_id else {}) for each in part]
        rows = {str(row.get(name)): row for row in call(bodies, f"load-{written_print({'rows': bodies})}")}
        refused = [f"{each.key}: {words}" for each in part if (words := refusal_of(rows.get(str(each.body[name]), {})))]
        with transaction(runtime.engine) as connection:
            for each in part:
                row = rows.get(str(each.body[name]), {})
                if row.get(id_name) and not refusal_of(row):
                    _link(connection, kind, each, str(row[id_name]), name)
        if refused:
            raise PermanentError(f"Xero refused {len(refused)} of {kind}s: {'; '.join(refused[:3])}", code="refused")


def _link(connection: Connection, kind: str, each: Planned, xero_id: str, name: str) -> None:
    code = str(each.body[name])
    link(connection, kind, each.key, xero_id, str(each.body["Name"]), code, written_print(each.body))
    if each.stock is not None:
        connection.execute(_STOCK, {"key": each.key, "stock": each.stock})
