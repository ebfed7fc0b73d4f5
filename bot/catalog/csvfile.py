"""Reads the catalog CSV (CONTRACT, "Formats"): everything or nothing, each error with its row number.

Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bot.catalog.product import Product
from bot.errors import BadInputError

COLUMNS = ("sku", "name", "category", "aliases", "base_unit", "pack_units", "unit_price", "active")
TRUE_WORDS = frozenset({"true", "yes", "y", "1", "active"})
FALSE_WORDS = frozenset({"false", "no", "n", "0", "inactive"})
MAX_ROWS = 200_000
MAX_PRICE = Decimal(1_000_000)
MAX_FACTOR = Decimal(1_000_000)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
MAX_ERRORS_SHOWN = 20


def read_catalog(path: str | Path) -> list[Product]:
    """The products of the file at `path`. Raises BadInputError naming every bad row (the first twenty)."""
    return parse_catalog(_text_of(Path(path)))


def parse_catalog(text: str) -> list[Product]:
    """The products of a catalog CSV's text. Raises BadInputError."""
    products: list[Product] = []
    errors: list[str] = []
    first_row: dict[str, int] = {}
    for number, row in _rows(text):
        try:
            product = _product(row)
        except BadInputError as e:
            errors.append(f"row {number}: {e}")
            continue
        seen = first_row.setdefault(product.sku.casefold(), number)
        if seen != number:
            errors.append(f"row {number}: SKU {product.sku} is already in row {seen}")
        products.append(product)
    _refuse(errors)
    if not products:
        raise BadInputError("the catalog has no rows", code="catalog_empty")
    return products


def _text_of(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as e:
        raise BadInputError(f"cannot read {path.name}: {e.strerror}", code="catalog_unreadable") from e
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInputError("row 1: the file is UTF-16; save it as CSV UTF-8", code="catalog_encoding")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        row = raw.count(b"\n", 0, e.start) + 1
        raise BadInputError(f"row {row}: the file is not UTF-8; save it as CSV UTF-8", code="catalog_encoding") from e
    if "\0" in text:
        raise BadInputError(f"row {text.count(chr(10), 0, text.index(chr(0))) + 1}: a NUL character")
    return text


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header)
        start = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, _cells_by_name(header, cells, start)
            start = reader.line_num + 1
            if start > MAX_ROWS:
                raise BadInputError(f"row {start}: more than {MAX_ROWS} rows", code="catalog_too_long")
    except csv.Error as e:
        raise BadInputError(f"row {reader.line_num}: {e}", code="catalog_csv") from e


def _check_header(header: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    twice = sorted({name for name in header if header.count(name) > 1})
    for words, names in (("missing columns", missing), ("unknown columns", unknown), ("columns twice", twice)):
        if names:
            raise BadInputError(f"row 1: {words}: {', '.join(names)[:200]}", code="catalog_header")


def _cells_by_name(header: list[str], cells: list[str], number: int) -> dict[str, str]:
    if len(cells) != len(header):
        raise BadInputError(f"row {number}: {len(cells)} cells where {len(header)} are expected", code="catalog_cells")
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _product(row: Mapping[str, str]) -> Product:
    for name in ("sku", "name", "base_unit"):
        if not row[name]:
            raise BadInputError(f"{name} is empty")
        if row[name].startswith(FORMULA_STARTS):
            raise BadInputError(f"{name} looks like a spreadsheet formula")
    base_unit = row["base_unit"].lower()
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
        unit = unit.lower()
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


def _refuse(errors: list[str]) -> None:
    if not errors:
        return
    more = [f"and {len(errors) - MAX_ERRORS_SHOWN} more"] if len(errors) > MAX_ERRORS_SHOWN else []
    raise BadInputError("\n".join([*errors[:MAX_ERRORS_SHOWN], *more]), code="catalog_rows")
