"""Units: the one place where a quantity said becomes base units, and base units become packs again for showing.

Units are catalog words (carton, packet, kg); turning what people write ("ctn", 箱) into them is the lexicon's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bot.catalog.product import Product
from bot.errors import BadInputError

DOZEN = "dozen"
PIECE = "piece"
MEASURES: Mapping[str, Mapping[str, Decimal]] = {
    "kg": {"kg": Decimal(1), "g": Decimal("0.001")},
    "litre": {"litre": Decimal(1), "l": Decimal(1), "ml": Decimal("0.001")},
    "l": {"litre": Decimal(1), "l": Decimal(1), "ml": Decimal("0.001")},
}
"""Base units that are a measure: their quantities may be decimal, and these units convert into them."""

ABBREVIATIONS: Mapping[str, str] = {
    "piece": "pcs",
    "carton": "ctn",
    "packet": "pkt",
    "bundle": "bdl",
    "sleeve": "slv",
    "bottle": "btl",
    "dozen": "doz",
}


class UnitNotSoldError(BadInputError):
    """The product is not sold in the unit that was said."""


def by_measure(product: Product) -> bool:
    """True where the base unit is a weight or a volume, so that decimals are legal."""
    return product.base_unit in MEASURES


def factor(product: Product, unit: str | None) -> Decimal | None:
    """Base units in one `unit`, or None when the product is not sold in it. No unit means base units."""
    if unit is None or unit == product.base_unit:
        return Decimal(1)
    pack = product.pack_units.get(unit)
    if pack is not None:
        return pack
    if unit == DOZEN:
        return Decimal(12)
    if unit == PIECE and not by_measure(product):
        return Decimal(1)
    return MEASURES.get(product.base_unit, {}).get(unit)


def to_base(product: Product, quantity: Decimal, unit: str | None) -> Decimal:
    """`quantity` of `unit` in base units, exactly. Raises UnitNotSoldError."""
    per_unit = factor(product, unit)
    if per_unit is None:
        raise UnitNotSoldError(f"{product.name} is not sold by the {unit}", code="unit_not_sold")
    return quantity * per_unit


def whole_enough(product: Product, base_quantity: Decimal) -> bool:
    """A quantity that can be delivered: whole base units, or down to a gram or millilitre where sold by measure."""
    step = Decimal("0.001") if by_measure(product) else Decimal(1)
    return base_quantity % step == 0


def in_packs(product: Product, base_quantity: Decimal) -> tuple[Decimal, str] | None:
    """The largest pack that divides the quantity evenly, for "2 ctn = 200 pcs"; None when there is none."""
    for unit, size in sorted(product.pack_units.items(), key=lambda item: -item[1]):
        if size > 1 and base_quantity >= size and base_quantity % size == 0:
            return base_quantity / size, unit
    return None


def label(unit: str) -> str:
    """The short word for a unit in replies: ctn, pkt, pcs; other units as they are."""
    return ABBREVIATIONS.get(unit, unit)
