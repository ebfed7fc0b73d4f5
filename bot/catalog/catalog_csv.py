"""Reads the catalog CSV: everything or nothing, each error with its row number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from bot.catalog.product import Product
from bot.catalog.units import unit_named
from bot.csv_rows import FORMULA_STARTS, Faults, each_row, refuse, rows_of, text_of
from bot.errors import BadInputError
from bot.language.folding import fold

COLUMNS = ("sku", "name", "category", "aliases", "base_unit", "pack_units", "unit_price", "active")
TRUE_WORDS = frozenset({"true", "yes", "y", "1", "active"})
FALSE_WORDS = frozenset({"false", "no", "n", "0", "inactive"})
MAX_PRICE = Decimal(1_000_000)
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)\s*")
PRICE_STEP = Decimal("0.0001")
"""Of one base unit; a line's total is rounded to the cent."""
TWINS = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455"
    "\u03b1\u03b2\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
    "abekmhopctyxijsabehiknoptyx",
)
"""Small Cyrillic and Greek letters whose capitals or small forms look Latin."""
MAX_FACTOR = Decimal(1_000_000)


def read_catalog(path: str | Path) -> list[Product]:
    """The products of the file at `path`. Raises BadInputError naming every bad row (the first twenty)."""
    return parse_catalog(text_of(Path(path)))


def parse_catalog(text: str) -> list[Product]:
    """The products of a catalog CSV's text. Raises BadInputError."""
    rows, errors = catalog_rows(text)
    refuse(errors or ([] if rows else ["the catalog has no rows"]))
    return list(rows.values())


def catalog_rows(text: str) -> tuple[dict[int, Product], list[str]]:
    """The good rows by number, and what is wrong with the others. Raises BadInputError when it is no catalog at all."""
    products: dict[int, Product] = {}
    errors: list[str] = []
    first_row: dict[str, int] = {}
    for number, product in each_row(rows_of(text, COLUMNS), product_row, errors):
        seen = first_row.setdefault(looks_of(product.sku), number)
        if seen == number:
            products[number] = product
        else:
            same = products[seen].sku.casefold() == product.sku.casefold()
            words = "is already in" if same else "looks like the one of"
            errors.append(f"row {number}: SKU {product.sku} {words} row {seen}")
    return products, errors


def looks_of(sku: str) -> str:
    """One text for all SKUs that a person could not tell apart: other scripts' twins of Latin letters, any dash, any case."""
    plain = unicodedata.normalize("NFKC", sku).casefold().translate(TWINS)
    return re.sub(r"\s+", " ", re.sub(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]", "-", plain)).strip()


def shared_names(products: Iterable[Product]) -> dict[str, list[str]]:
    """Names and aliases that several products on sale have, with their SKUs: whoever writes one of them is asked which."""
    owners: dict[str, list[str]] = {}
    for product in products:
        for name in {fold(each).text for each in (product.name, *product.aliases)} if product.active else ():
            owners.setdefault(name, []).append(product.sku)
    return {name: skus for name, skus in owners.items() if len(skus) > 1}


def product_row(row: Mapping[str, str]) -> Product:
    """Raises BadInputError with every fault of the row."""
    faults = Faults(dict(row), codes=("sku", "base_unit", "pack_units", "unit_price", "active"))
    for name in ("sku", "name", "base_unit"):
        faults.of(lambda name=name: _filled(row, name), "")  # type: ignore[misc]
    base_unit = faults.of(lambda: unit_named(row["base_unit"]), "") if row["base_unit"] else ""
    product = Product(
        sku=row["sku"],
        name=row["name"],
        category=row["category"],
        base_unit=base_unit,
        unit_price=faults.of(lambda: _price(row["unit_price"]), Decimal(0)),
        aliases=tuple(dict.fromkeys(a.strip() for a in row["aliases"].split("|") if a.strip())),
        pack_units=faults.of(lambda: _pack_units(row["pack_units"], base_unit), {}),
        active=faults.of(lambda: _active(row["active"]), True),
    )
    faults.raise_all()
    return product


def _filled(row: Mapping[str, str], name: str) -> str:
    if not row[name]:
        raise BadInputError(f"{name} is empty")
    if row[name].startswith(FORMULA_STARTS):
        raise BadInputError(f"{name} looks like a spreadsheet formula")
    return row[name]


def _decimal(text: str, what: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise BadInputError(f"{what} {text[:40]!r} is not a number")
    return Decimal(text)


def _price(text: str) -> Decimal:
    value = _decimal(text, "unit_price")
    if value < 0 or value > MAX_PRICE:
        raise BadInputError(f"unit_price {text[:40]} is not between 0 and {MAX_PRICE}")
    if value % PRICE_STEP:
        raise BadInputError(f"unit_price {text[:40]} has more than four decimals")
    return value


def _pack_units(text: str, base_unit: str) -> dict[str, Decimal]:
    packs: dict[str, Decimal] = {}
    for item in filter(None, (part.strip() for part in text.split("|"))):
        unit, size = _pack_unit(item)
        if unit in packs or unit == base_unit:
            raise BadInputError(f"pack unit {unit} is given twice")
        packs[unit] = size
    return packs


def _pack_unit(item: str) -> tuple[str, Decimal]:
    """One unit with the base units it holds, of "carton=100"."""
    name, equals, count = (part.strip() for part in item.partition("="))
    if not name or not equals:
        raise BadInputError(f"pack unit {item[:40]!r} is not like carton=100")
    unit = unit_named(name)
    size = _decimal(count, f"pack unit {unit}")
    if size <= 0 or size > MAX_FACTOR:
        raise BadInputError(f"pack unit {unit} must hold more than 0 base units")
    return unit, size


def _active(text: str) -> bool:
    word = text.lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise BadInputError(f"active {text[:40]!r} is neither true nor false")
    return word in TRUE_WORDS
