"""Our orders beside Xero's invoices: what is missing, what nobody ordered, and what differs by a cent or more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

OURS = re.compile(r"SO-\d+")
ENDED = ("DELETED", "VOIDED")


@dataclass(frozen=True, slots=True)
class Ordered:
    """One order. `expected` says that Xero must have its invoice by now; `credited` that credit notes make up the difference."""

    number: str
    total: Decimal
    placed: bool
    expected: bool
    invoiced: Decimal | None
    credited: bool


@dataclass(frozen=True, slots=True)
class Difference:
    number: str
    ours: Decimal
    theirs: Decimal

    def as_json(self) -> dict[str, str]:
        return {"number": self.number, "ours": str(self.ours), "theirs": str(self.theirs)}


@dataclass(frozen=True, slots=True)
class Reconciled:
    orders: int
    invoices: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    differing: tuple[Difference, ...]

    @property
    def ok(self) -> bool:
        return not (self.missing or self.extra or self.differing)

    def as_json(self) -> dict[str, Any]:
        return {
            "orders": self.orders,
            "invoices": self.invoices,
            "missing": list(self.missing),
            "extra": list(self.extra),
            "differing": [each.as_json() for each in self.differing],
            "ok": self.ok,
        }

    def repairs(self) -> list[tuple[str, str, str]]:
        """Number, what is wrong, and what to do about it."""
        return [
            *((number, "missing in Xero", f"flask xero resend {number}") for number in self.missing),
            *(
                (number, "in Xero without a placed order", "void or delete it in Xero, or find out who made it")
                for number in self.extra
            ),
            *(
                (
                    each.number,
                    f"{each.ours} here, {each.theirs} in Xero",
                    f"put it right in Xero, or flask xero resend {each.number}",
                )
                for each in self.differing
            ),
        ]


def reconcile(orders: Sequence[Ordered], invoices: Sequence[Mapping[str, Any]]) -> Reconciled:
    """Only numbers of our form are ours: what else the supplier invoices in Xero is none of our business."""
    there = {
        str(row["InvoiceNumber"]): Decimal(str(row.get("Total") or 0))
        for row in invoices
        if OURS.fullmatch(str(row.get("InvoiceNumber") or "")) and row.get("Status") not in ENDED
    }
    placed = {order.number: order for order in orders if order.placed}
    counted = [order for order in placed.values() if order.expected or order.number in there]
    missing = tuple(order.number for order in counted if order.number not in there)
    extra = tuple(sorted(number for number in there if number not in placed))
    differing = tuple(
        Difference(order.number, _wanted(order), there[order.number])
        for order in counted
        if order.number in there and there[order.number] != _wanted(order)
    )
    return Reconciled(len(counted), len(there), missing, extra, differing)


def _wanted(order: Ordered) -> Decimal:
    """The invoice keeps its total where credit notes follow it."""
    return order.invoiced if order.credited and order.invoiced is not None else order.total
