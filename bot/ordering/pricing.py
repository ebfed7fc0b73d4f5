"""Prices a basket: Decimal, line totals rounded half-up to the cent, tax on the subtotal. Prices come from our rows only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot.catalog.product import Product
from bot.catalog.units import in_packs, to_base

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """Half-up, as on the invoice."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line with its name and price copied. `quantity` is in base units; the pack is how it is best shown, if any.

    `said_quantity` of `said_unit` is how the customer last said it; no unit where base units were meant.
    """

    sku: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    pack_quantity: Decimal | None = None
    pack_unit: str | None = None
    said_quantity: Decimal | None = None
    said_unit: str | None = None

    @property
    def total(self) -> Decimal:
        return to_cents(self.quantity * self.unit_price)


@dataclass(frozen=True, slots=True)
class Totals:
    subtotal: Decimal
    tax_rate: Decimal
    tax: Decimal
    total: Decimal


def price_line(
    product: Product, quantity: Decimal, said: tuple[Decimal, str] | None, price: Decimal | None = None
) -> OrderLine:
    """`said` is the pack as the customer put it ("2 carton"); `price` a contract price that replaces the catalog's."""
    meant = said if said and to_base(product, *said) == quantity else None
    pack = meant if meant and meant[1] in product.pack_units else in_packs(product, quantity)
    unit_price = product.unit_price if price is None else price
    shown, kept = pack or (None, None), meant or (None, None)
    return OrderLine(product.sku, product.name, quantity, product.base_unit, unit_price, *shown, *kept)


def total_of(lines: Sequence[OrderLine], tax_rate: Decimal) -> Totals:
    """Subtotal of the rounded lines, tax on that subtotal, and their sum."""
    subtotal = sum((line.total for line in lines), Decimal("0.00"))
    tax = to_cents(subtotal * tax_rate)
    return Totals(to_cents(subtotal), tax_rate, tax, to_cents(subtotal) + tax)


def baskets_equal(lines: Sequence[OrderLine], others: Sequence[OrderLine]) -> bool:
    return _quantities(lines) == _quantities(others)


def _quantities(lines: Sequence[OrderLine]) -> Mapping[str, Decimal]:
    return {line.sku: line.quantity for line in lines}


@dataclass(frozen=True, slots=True)
class Amount:
    """`count` of `unit`, which are `pieces` base units."""

    count: Decimal
    unit: str
    pieces: Decimal


def amount_asked(product: Product, asked: Iterable[tuple[Decimal, str]]) -> Amount | None:
    """The first amount whose unit this product is sold by; None for one base unit, whose price is shown anyway."""
    sizes = {product.base_unit: Decimal(1), **product.pack_units}
    found = (Amount(count, unit, count * sizes[unit]) for count, unit in asked if unit in sizes)
    amount = next(found, None)
    return amount if amount is not None and amount.pieces != 1 else None
