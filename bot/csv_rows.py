"""Reads a CSV file of ours into rows by column name: UTF-8 only, known columns only, each row with its number.

Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from pathlib import Path

from bot.errors import BadInputError

MAX_BYTES = 50_000_000
MAX_ERRORS_SHOWN = 20
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row = dict[str, str]


def read_rows(path: Path, required: Collection[str], optional: Collection[str] = ()) -> Iterator[tuple[int, Row]]:
    """`(row number, {column: stripped cell})` of each row that is not empty; absent optional columns are "".

    Raises BadInputError naming the row.
    """
    reader = csv.reader(io.StringIO(_text_of(path), newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, required, optional)
        start = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise BadInputError(f"row {start}: {len(cells)} cells where {len(header)} are expected")
                yield start, dict.fromkeys(optional, "") | _by_name(header, cells)
            start = reader.line_num + 1
    except csv.Error as error:
        raise BadInputError(f"row {reader.line_num}: {error}") from error


def refuse(errors: list[str]) -> None:
    """Raise BadInputError with one line per error (the first twenty), when there are any."""
    if not errors:
        return
    more = [f"and {len(errors) - MAX_ERRORS_SHOWN} more"] if len(errors) > MAX_ERRORS_SHOWN else []
    raise BadInputError("\n".join([*errors[:MAX_ERRORS_SHOWN], *more]))


def _by_name(header: list[str], cells: list[str]) -> Row:
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _text_of(path: Path) -> str:
    try:
        raw = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        raise BadInputError(f"cannot read {path.name}: {error.strerror}") from error
    if raw is None:
        raise BadInputError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise BadInputError(f"row {row}: the file is not UTF-8; save it as CSV UTF-8") from error
    if "\0" in text:
        raise BadInputError(f"row {text.count(chr(10), 0, text.index(chr(0))) + 1}: a NUL character")
    return text


def _check_header(header: list[str], required: Collection[str], optional: Collection[str]) -> None:
    missing = [name for name in required if name not in header]
    unknown = [name for name in header if name not in required and name not in optional]
    twice = sorted({name for name in header if header.count(name) > 1})
    for words, names in (("missing columns", missing), ("unknown columns", unknown), ("columns twice", twice)):
        if names:
            raise BadInputError(f"row 1: {words}: {', '.join(names)[:200]}")
