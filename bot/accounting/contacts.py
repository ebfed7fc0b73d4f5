"""A customer of ours as a contact in Xero, and which contact there is which customer.

Our number of the customer stands in ContactNumber; by it a contact is known for ever, whatever it is called later. A contact
that a person made is taken over by its exact name, so that nobody gets a double.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_NAME = 255
PREFIX = "TRIA-"


@dataclass(frozen=True, slots=True)
class Customer:
    id: int
    name: str

    @property
    def number(self) -> str:
        return f"{PREFIX}{self.id}"

    @property
    def shown_name(self) -> str:
        """As Xero takes it. A name that is too long is cut and keeps apart by our number."""
        name = " ".join(self.name.split())
        if len(name) <= MAX_NAME:
            return name
        mark = f" ({self.number})"
        return name[: MAX_NAME - len(mark)].rstrip() + mark


def body(customer: Customer, contact_id: str | None = None) -> dict[str, Any]:
    contact = {"Name": customer.shown_name, "ContactNumber": customer.number}
    return contact | ({"ContactID": contact_id} if contact_id else {})


def condition(customer: Customer) -> str | None:
    """The filter that finds this customer; None for a name whose quotes the filter language could not tell from its own."""
    name = customer.shown_name
    if '"' in name or "\\" in name:
        return None
    return f'ContactNumber=="{customer.number}" OR Name=="{name}"'


def matching(customer: Customer, rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The contact that is this customer: by our number, else by its exact name when no other customer of ours has it."""
    active = [row for row in rows if row.get("ContactID") and row.get("ContactStatus", "ACTIVE") == "ACTIVE"]
    known = next((row for row in active if row.get("ContactNumber") == customer.number), None)
    if known is not None:
        return known
    same = (row for row in active if _folded(row.get("Name")) == _folded(customer.shown_name))
    return next((row for row in same if not str(row.get("ContactNumber") or "").startswith(PREFIX)), None)


def _folded(name: object) -> str:
    return " ".join(str(name or "").split()).casefold()
