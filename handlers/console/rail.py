"""The places of the console, as the rail shows them: where they are, what waits there, who may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request

from handlers.console.sessions import SignedIn
from models.user import Role


@dataclass(frozen=True, slots=True)
class Place:
    """`waits` names the count of jobs/reads/waiting_counts.py that stands beside it; `section` is the address that all its pages begin with."""

    endpoint: str
    label: str
    icon: str
    section: str
    waits: str = ""
    on_phone: bool = False
    role: Role = Role.VIEWER


PLACES = (
    Place("console.inbox", "Inbox", "inbox", "/console/inbox", "escalations", on_phone=True),
    Place("console.todo", "To do", "bell", "/console/todo", "all", on_phone=True),
    Place("console.orders", "Orders", "receipt", "/console/orders", "approvals", on_phone=True),
    Place("console.packing", "Packing", "truck", "/console/packing", on_phone=True),
    Place("console.broadcasts", "Broadcasts", "horn", "/console/broadcasts", role=Role.OPS),
    Place("console.saved_answers", "Saved answers", "saved", "/console/answers", role=Role.OPS),
    Place("console.products", "Products", "box", "/console/products"),
    Place("console.outlets_page", "Outlets", "store", "/console/outlets"),
    Place("console.delivery_days", "Delivery days", "clock", "/console/days"),
    Place("console.figures", "Figures", "chart", "/console/figures"),
    Place("console.users", "Users", "people", "/console/users", role=Role.ADMIN),
    Place("console.audit_page", "Audit", "shield", "/console/audit", role=Role.ADMIN),
)


@dataclass(frozen=True, slots=True)
class Item:
    endpoint: str
    label: str
    icon: str
    on_phone: bool
    is_current: bool
    count: int
    urgent: bool


def rail(who: SignedIn, waiting: Mapping[str, int]) -> list[Item]:
    """What this operator sees of it."""
    return [_item(place, waiting) for place in PLACES if who.may(place.role)]


def _item(place: Place, waiting: Mapping[str, int]) -> Item:
    current = request.path == place.section or request.path.startswith(f"{place.section}/")
    urgent = place.waits in ("escalations", "all") and waiting["overdue"] > 0
    count = waiting.get(place.waits, 0)
    return Item(place.endpoint, place.label, place.icon, place.on_phone, current, count, urgent)
