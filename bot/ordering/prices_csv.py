"""Reads a file of contract prices: everything or nothing, each error with its row number.

Columns: `customer` (its name), `sku`, `unit_price` (per base unit), `valid_from` and, optional, `valid_to` (days like 2026-12-01).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bot.csv_rows import Row, each_row, read_rows, refuse
from bot.errors import BadInputError

REQUIRED = ("customer", "sku", "unit_price", "valid_from")
OPTIONAL = ("valid_to",)
MAX_PRICE = Decimal("1000000")
STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One contract price as the file has it; `number` is its row."""

    number: int
    customer: str
    sku: str
    price: Decimal
    first: date
    last: date | None

    def overlaps(self, other: PriceRow) -> bool:
        """Both are of one customer and product, and hold on a day together."""
        same = (self.customer, self.sku) == (other.customer, other.sku)
        return same and self.first <= (other.last or date.max) and other.first <= (self.last or date.max)


def read_prices(path: Path) -> list[PriceRow]:
    """The prices of the file. Raises BadInputError naming every bad row (the first twenty)."""
    rows: list[PriceRow] = []
    errors: list[str] = []
    for number, read in each_row(read_rows(path, REQUIRED, OPTIONAL), price_row, errors):
        row = replace(read, number=number)
        clash = next((other for other in rows if row.overlaps(other)), None)
        if clash:
            errors.append(f"row {number}: {row.sku} of {row.customer} has a price for these days in row {clash.number}")
        rows.append(row)
    refuse(errors or ([] if rows else ["the file has no prices"]))
    return rows


def price_row(raw: Row) -> PriceRow:
    """Without its number. Raises BadInputError."""
    for name in ("customer", "sku"):
        if not raw[name]:
            raise BadInputError(f"{name} is empty")
    first, last = _day(raw["valid_from"], "valid_from"), _day(raw["valid_to"], "valid_to") if raw["valid_to"] else None
    if last is not None and last < first:
        raise BadInputError("valid_to is before valid_from")
    return PriceRow(0, raw["customer"], raw["sku"], _price(raw["unit_price"]), first, last)


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInputError(f"{name} {text[:40]!r} is not a day like 2026-12-01") from error


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation as error:
        raise BadInputError(f"unit_price {text[:40]!r} is not a number") from error
    if not price.is_finite() or not 0 < price <= MAX_PRICE or price % STEP:
        raise BadInputError(f"unit_price {text[:40]!r} is not a price above 0 with at most four decimals")
    return price
