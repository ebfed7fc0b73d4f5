"""Reads the catalog CSV: everything or nothing, each error with its row number."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bot.catalog.product import Product
from bot.catalog.units import unit_named
from bot.csv_rows import FORMULA_STARTS, each_row, refuse, rows_of, text_of
from bot.errors import BadInputError

COLUMNS = ("sku", "name", "category", "aliases", "base_unit", "pack_units", "unit_price", "active")
TRUE_WORDS = frozenset({"true", "yes", "y", "1", "active"})
FALSE_WORDS = frozenset({"false", "no", "n", "0", "inactive"})
MAX_PRICE = Decimal(1_000_000)
MAX_FACTOR = Decimal(1_000_000)


def read_catalog(path: str | Path) -> list[Product]:
    """The products of the file at `path`. Raises BadInputError naming every bad row (the first twenty)."""
    return parse_catalog(text_of(Path(path)))


def parse_catalog(text: str) -> list[Product]:
    """The products of a catalog CSV's text. Raises BadInputError."""
    products: list[Product] = []
    errors: list[str] = []
    first_row: dict[str, int] = {}
    for number, product in each_row(rows_of(text, COLUMNS), _product, errors):
        seen = first_row.setdefault(product.sku.casefold(), number)
        if seen != number:
            errors.append(f"row {number}: SKU {product.sku} is already in row {seen}")
        products.append(product)
    refuse(errors or ([] if products else ["the catalog has no rows"]))
    return products


def _product(row: Mapping[str, str]) -> Product:
    for name in ("sku", "name", "base_unit"):
        if not row[name]:
            raise BadInputError(f"{name} is empty")
        if row[name].startswith(FORMULA_STARTS):
            raise BadInputError(f"{name} looks like a spreadsheet formula")
    base_unit = unit_named(row["base_unit"])
    return Product(
        sku=row["sku"],
        name=row["name"],
        category=row["category"],
        base_unit=base_unit,
        unit_price=_price(row["unit_price"]),
        aliases=tuple(dict.fromkeys(a.strip() for a in row["aliases"].split("|") if a.strip())),
        pack_units=_pack_units(row["pack_units"], base_unit),
        active=_active(row["active"]),
    )


def _decimal(text: str, what: str) -> Decimal:
    if not text.isascii() or "_" in text or "e" in text.lower():
        raise BadInputError(f"{what} {text[:40]!r} is not a number")
    try:
        value = Decimal(text)
    except InvalidOperation as e:
        raise BadInputError(f"{what} {text[:40]!r} is not a number") from e
    if not value.is_finite():
        raise BadInputError(f"{what} {text[:40]!r} is not a number")
    return value


def _price(text: str) -> Decimal:
    value = _decimal(text, "unit_price")
    if value < 0 or value > MAX_PRICE:
        raise BadInputError(f"unit_price {text[:40]} is not between 0 and {MAX_PRICE}")
    if value != value.quantize(Decimal("0.01")):
        raise BadInputError(f"unit_price {text[:40]} has more than two decimals")
    return value


def _pack_units(text: str, base_unit: str) -> dict[str, Decimal]:
    packs: dict[str, Decimal] = {}
    for item in filter(None, (part.strip() for part in text.split("|"))):
        unit, equals, count = (part.strip() for part in item.partition("="))
        if not unit or not equals:
            raise BadInputError(f"pack unit {item[:40]!r} is not like carton=100")
        unit = unit_named(unit)
        size = _decimal(count, f"pack unit {unit}")
        if size <= 0 or size > MAX_FACTOR:
            raise BadInputError(f"pack unit {unit} must hold more than 0 base units")
        if unit in packs or unit == base_unit:
            raise BadInputError(f"pack unit {unit} is given twice")
        packs[unit] = size
    return packs


def _active(text: str) -> bool:
    word = text.lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise BadInputError(f"active {text[:40]!r} is neither true nor false")
