"""The catalog's values: a product, its pack units and names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """One SKU as the catalog row has it.

    `base_unit` is what stock counts in (piece, kg, tin). `pack_units` maps a unit's name to base units in one of it.
    `unit_price` is per base unit, before tax. `aliases` are for everyone; `outlet_aliases` maps an outlet id to names
    that only this outlet uses, which outrank everyone's.
    """

    sku: str
    name: str
    category: str
    base_unit: str
    unit_price: Decimal
    aliases: tuple[str, ...] = ()
    pack_units: Mapping[str, Decimal] = field(default_factory=dict)
    active: bool = True
    outlet_aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
