"""Contract prices: what a customer pays for a product from one day to another, instead of the catalog's price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Contract:
    """`first` and `last` are days of ordering, both included; without a `last` it goes on."""

    price: Decimal
    first: date
    last: date | None = None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class PriceList:
    """Every contract by (customer id, SKU). Periods of one key never overlap: the table's constraint sees to it."""

    contracts: Mapping[tuple[int, str], tuple[Contract, ...]] = field(default_factory=dict)

    def price(self, customer_id: int, sku: str, day: date) -> Decimal | None:
        """The agreed price on that day; None where the catalog's price is paid."""
        found = self.contracts.get((customer_id, sku), ())
        return next((contract.price for contract in found if contract.holds(day)), None)


NO_CONTRACTS = PriceList()
