"""Brings an outlets file into the database in one transaction: outlets, their customers, and the phones that may order.

A phone that already orders for another outlet orders for both; nothing unbinds a phone here,
and an outlet that was switched off stays off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, text

from bot.identity.outlets_csv import OutletRow
from jobs.access.binding import bind
from jobs.catalog_changed import catalog_changed, lock_catalog
from jobs.imports.compared import Compared, Preview, preview_of

CHANNEL, PHONES = "whatsapp", "phones"
BOUND_BY = "import"

_CUSTOMER = text(
    "INSERT INTO customers (name) VALUES (:name) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id"
)
_OUTLET = text("""
INSERT INTO outlets (code, customer_id, name, default_language, confirm_orders, cutoff, delivery_days)
VALUES (:code, :customer_id, :name, :default_language, :confirm_orders, :cutoff, :delivery_days)
ON CONFLICT (code) DO UPDATE SET customer_id = excluded.customer_id, name = excluded.name, default_language = excluded.default_language,
    confirm_orders = excluded.confirm_orders, cutoff = excluded.cutoff, delivery_days = excluded.delivery_days
""")
_PRESENT = text("""
SELECT o.code, c.name AS customer, o.name, o.default_language, o.confirm_orders, o.cutoff, o.delivery_days
FROM outlets o JOIN customers c ON c.id = o.customer_id WHERE o.code = ANY(:codes)
""")
_BOUND = text("""
SELECT k.address, array_agg(o.code ORDER BY o.code) AS codes
FROM contacts k JOIN contact_outlets b ON b.contact_id = k.id JOIN outlets o ON o.id = b.outlet_id
WHERE k.channel = :channel AND k.address = ANY(:phones) GROUP BY k.address
""")
_CONTACT = text(
    "INSERT INTO contacts (channel, address) VALUES (:channel, :address)"
    " ON CONFLICT (channel, address) DO UPDATE SET address = excluded.address RETURNING id"
)


@dataclass(slots=True)
class OutletsImport:
    """How many outlets were new, changed or the same, and how many phones were bound that were not before."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    bound: int = 0


def import_outlets(connection: Connection, outlets: Sequence[OutletRow], *, actor: str = BOUND_BY) -> OutletsImport:
    """Write what differs. Imports wait for each other."""
    lock_catalog(connection)
    done = OutletsImport()
    for outlet, row in zip(outlets, compare_outlets(connection, outlets), strict=True):
        rules = row.differences.keys() - {PHONES}
        done.added += row.is_new
        done.changed += bool(rules) and not row.is_new
        done.unchanged += not rules
        if rules:
            _write(connection, row)
        outlet_id = connection.scalar(text("SELECT id FROM outlets WHERE code = :code"), {"code": outlet.code})
        done.bound += sum(_bind(connection, phone, int(outlet_id or 0), actor) for phone in outlet.phones)
    if done.added or done.changed:
        catalog_changed(connection)
    return done


def preview_outlets(connection: Connection, outlets: Mapping[int, OutletRow], refused: Sequence[str]) -> Preview:
    """What `import_outlets` would do with these rows of a file. Nothing is written."""
    return preview_of(dict(zip(outlets, compare_outlets(connection, list(outlets.values())), strict=True)), refused)


def compare_outlets(connection: Connection, outlets: Sequence[OutletRow]) -> list[Compared]:
    """Each with what is stored of it."""
    codes, phones = [outlet.code for outlet in outlets], [phone for outlet in outlets for phone in outlet.phones]
    present = {row["code"]: row for row in connection.execute(_PRESENT, {"codes": codes}).mappings()}
    found = connection.execute(_BOUND, {"channel": CHANNEL, "phones": phones})
    bound: dict[str, list[str]] = {row.address: row.codes for row in found}
    return [_one_compared(outlet, present.get(outlet.code), bound) for outlet in outlets]


def _one_compared(outlet: OutletRow, stored: RowMapping | None, bound: Mapping[str, list[str]]) -> Compared:
    after = {
        "customer": outlet.customer,
        "name": outlet.name,
        "default_language": outlet.default_language,
        "confirm_orders": outlet.confirm_orders,
        "cutoff": outlet.cutoff,
        "delivery_days": list(outlet.delivery_days) if outlet.delivery_days else None,
    }
    before = {name: stored[name] for name in after} if stored else None
    if before is not None:
        before[PHONES] = [phone for phone in outlet.phones if outlet.code in bound.get(phone, ())]
    others = {phone: [code for code in bound.get(phone, ()) if code != outlet.code] for phone in outlet.phones}
    notes = tuple(f"{phone} orders for {', '.join(codes)} as well" for phone, codes in others.items() if codes)
    return Compared(outlet.code, outlet.name, after | {PHONES: list(outlet.phones)}, before, notes)


def _write(connection: Connection, row: Compared) -> None:
    customer_id = connection.scalar(_CUSTOMER, {"name": row.after["customer"]})
    connection.execute(_OUTLET, {"code": row.code, "customer_id": customer_id, **row.after})


def _bind(connection: Connection, phone: str, outlet_id: int, actor: str) -> bool:
    contact_id = connection.scalar(_CONTACT, {"channel": CHANNEL, "address": phone})
    return bool(bind(connection, int(contact_id or 0), [outlet_id], by=actor, actor=actor))
