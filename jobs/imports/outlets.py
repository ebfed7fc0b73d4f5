"""Brings an outlets file into the database in one transaction: outlets, their customers, and the phones that may order.

A phone that already orders for another outlet orders for both; nothing unbinds a phone here,
and an outlet that was switched off stays off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from bot.identity.outlets_csv import OutletRow
from jobs.access.binding import bind
from jobs.catalog_changed import catalog_changed

CHANNEL = "whatsapp"
BOUND_BY = "import"

_CUSTOMER = text(
    "INSERT INTO customers (name) VALUES (:name) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id"
)
_OUTLET = text(
    "INSERT INTO outlets AS o"
    " (code, customer_id, name, default_language, confirm_orders, cutoff, delivery_days)"
    " VALUES (:code, :customer_id, :name, :default_language, :confirm_orders, :cutoff, :delivery_days)"
    " ON CONFLICT (code) DO UPDATE SET customer_id = excluded.customer_id, name = excluded.name,"
    " default_language = excluded.default_language, confirm_orders = excluded.confirm_orders,"
    " cutoff = excluded.cutoff, delivery_days = excluded.delivery_days"
    " WHERE (o.customer_id, o.name, o.default_language, o.confirm_orders, o.cutoff, o.delivery_days)"
    " IS DISTINCT FROM (excluded.customer_id, excluded.name, excluded.default_language, excluded.confirm_orders,"
    " excluded.cutoff, excluded.delivery_days)"
    " RETURNING (xmax = 0) AS added"
)
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


def import_outlets(connection: Connection, outlets: Sequence[OutletRow]) -> OutletsImport:
    done = OutletsImport()
    for outlet in outlets:
        _count(done, _write_outlet(connection, outlet))
        outlet_id = connection.scalar(text("SELECT id FROM outlets WHERE code = :code"), {"code": outlet.code})
        done.bound += sum(_bind(connection, phone, int(outlet_id or 0)) for phone in outlet.phones)
    if done.added or done.changed:
        catalog_changed(connection)
    return done


def _write_outlet(connection: Connection, outlet: OutletRow) -> bool | None:
    """True when new, False when changed, None when the row already said so."""
    customer_id = connection.scalar(_CUSTOMER, {"name": outlet.customer})
    values = {
        "code": outlet.code,
        "customer_id": customer_id,
        "name": outlet.name,
        "default_language": outlet.default_language,
        "confirm_orders": outlet.confirm_orders,
        "cutoff": outlet.cutoff,
        "delivery_days": list(outlet.delivery_days) if outlet.delivery_days else None,
    }
    added = connection.scalar(_OUTLET, values)
    return None if added is None else bool(added)


def _count(done: OutletsImport, added: bool | None) -> None:
    if added is None:
        done.unchanged += 1
    elif added:
        done.added += 1
    else:
        done.changed += 1


def _bind(connection: Connection, phone: str, outlet_id: int) -> bool:
    contact_id = connection.scalar(_CONTACT, {"channel": CHANNEL, "address": phone})
    return bool(bind(connection, int(contact_id or 0), [outlet_id], by=BOUND_BY, actor=BOUND_BY))
