"""Reads a CSV file of ours into rows by column name: UTF-8 only, known columns only, each row with its number.

Rows are numbered as a spreadsheet shows them: the header is row 1, and a cell with line breaks in it is still one row.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TypeVar

from bot.errors import BadInputError

MAX_BYTES = 50_000_000
MAX_ROWS = 200_000
MAX_ERRORS_SHOWN = 20
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
SPREADSHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})
LINE_ENDS = "\n\r\t"
JOINERS = "\u200c\u200d"
"""Some scripts write with them."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Row = dict[str, str]
Read = TypeVar("Read")


def text_of(path: Path) -> str:
    """The text of the file. Raises BadInputError when it cannot be read, is too large, or is not UTF-8."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        raise BadInputError(f"cannot read {path.name}: {error.strerror}") from error
    if raw is None:
        raise BadInputError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB")
    return text_from(raw)


def text_from(raw: bytes) -> str:
    """The text of a file's bytes. Raises BadInputError when they are not UTF-8."""
    if raw.startswith(UTF_16):
        raise BadInputError("row 1: the file is UTF-16, not UTF-8; save it as CSV UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise BadInputError(f"row {row}: the file is not UTF-8; save it as CSV UTF-8") from error


def rows_of(text: str, required: Collection[str], optional: Collection[str] = ()) -> Iterator[tuple[int, Row]]:
    """`(row number, {column: stripped cell})` of each row that is not empty; absent optional columns are "".

    Raises BadInputError naming the row.
    """
    if "\0" in text:
        raise BadInputError(f"row {text.count(chr(10), 0, text.index(chr(0))) + 1}: a NUL character")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        header = [cell.strip() for cell in next(reader, [])]
        _check_header(header, required, optional)
        for number, cells in enumerate(reader, 2):
            if number > MAX_ROWS:
                raise BadInputError(f"row {number}: more than {MAX_ROWS} rows")
            if any(cell.strip() for cell in cells):
                yield number, dict.fromkeys(optional, "") | _by_name(header, cells, number)
    except csv.Error as error:
        raise BadInputError(f"row {number + 1}: {error}") from error


def read_rows(path: Path, required: Collection[str], optional: Collection[str] = ()) -> Iterator[tuple[int, Row]]:
    """The rows of a file; see rows_of."""
    return rows_of(text_of(path), required, optional)


def each_row(
    rows: Iterator[tuple[int, Row]], read: Callable[[Row], Read], errors: list[str]
) -> Iterator[tuple[int, Read]]:
    """What `read` makes of each row. A row that it refuses goes into `errors` with its number, and the next one is read."""
    for number, row in rows:
        try:
            yield number, read(row)
        except BadInputError as error:
            errors.append(f"row {number}: {error}")


class Faults:
    """What is wrong with one row, all of it: an operator who mends one fault at a time imports the file as often."""

    def __init__(self, row: Row, codes: Collection[str] = ()) -> None:
        """`codes` are the columns that programs compare: nothing unseen may stand in them, not even a wide space."""
        self.found = [
            f"{name} {problem}" for name, cell in row.items() if (problem := _unreadable(cell, code=name in codes))
        ]

    def of(self, read: Callable[[], Read], instead: Read) -> Read:
        """What `read` returns; when it refuses, its words are kept and `instead` stands for the value."""
        try:
            return read()
        except BadInputError as error:
            self.found.append(str(error))
            return instead

    def raise_all(self) -> None:
        """Raises BadInputError when there was any."""
        if self.found:
            raise BadInputError("; ".join(dict.fromkeys(self.found)))


def _unreadable(cell: str, *, code: bool) -> str:
    if cell.upper() in SPREADSHEET_ERRORS:
        return f"is {cell.upper()}, a spreadsheet's error"
    if cell.isascii() and cell.isprintable():
        return ""
    for char in cell:
        kind = unicodedata.category(char)
        unseen = kind in ("Cc", "Cf", "Co", "Cn") and char not in LINE_ENDS and (code or char not in JOINERS)
        if unseen or (code and kind in ("Zs", "Zl", "Zp") and char != " "):
            return f"holds a character that cannot be seen (U+{ord(char):04X})"
    return ""


def refuse(errors: list[str]) -> None:
    """Raise BadInputError with one line per error (the first twenty), when there are any."""
    if not errors:
        return
    more = [f"and {len(errors) - MAX_ERRORS_SHOWN} more"] if len(errors) > MAX_ERRORS_SHOWN else []
    raise BadInputError("\n".join([*errors[:MAX_ERRORS_SHOWN], *more]))


def _by_name(header: list[str], cells: list[str], number: int) -> Row:
    if len(cells) != len(header):
        raise BadInputError(f"row {number}: {len(cells)} cells where {len(header)} are expected")
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _check_header(header: list[str], required: Collection[str], optional: Collection[str]) -> None:
    if len(header) == 1 and header[0].count(";") >= len(required) - 1:
        raise BadInputError("row 1: the columns are separated by semicolons; save the file with commas")
    missing = [name for name in required if name not in header]
    unknown = [name for name in header if name not in required and name not in optional]
    twice = sorted({name for name in header if header.count(name) > 1})
    for words, names in (("missing columns", missing), ("unknown columns", unknown), ("columns twice", twice)):
        if names:
            raise BadInputError(f"row 1: {words}: {', '.join(names)[:200]}")
