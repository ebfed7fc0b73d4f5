"""Files of ours: rows have the numbers that a spreadsheet shows, and what is wrong is said in words."""

from __future__ import annotations

import pytest

from bot.csv_rows import each_row, rows_of
from bot.errors import BadInputError

COLUMNS = ("sku", "name")


def test_a_cell_with_line_breaks_is_one_row() -> None:
    text = 'sku,name\nA,"Olive Oil\n5L tin"\nB,Rice\n'
    assert [number for number, _ in rows_of(text, COLUMNS)] == [2, 3]


def test_an_empty_row_counts_as_in_a_spreadsheet() -> None:
    assert [number for number, _ in rows_of("sku,name\nA,Oil\n,\n\nB,Rice\n", COLUMNS)] == [2, 5]


def test_an_error_behind_a_cell_with_line_breaks_names_the_row_of_the_spreadsheet() -> None:
    with pytest.raises(BadInputError, match="row 3: 3 cells where 2 are expected"):
        list(rows_of('sku,name\nA,"Olive\nOil"\nB,Rice,25\n', COLUMNS))


def test_semicolons_are_named() -> None:
    with pytest.raises(BadInputError, match="separated by semicolons"):
        list(rows_of("sku;name\nA;Oil\n", COLUMNS))


def test_a_refused_row_leaves_the_others_readable() -> None:
    def read(row: dict[str, str]) -> str:
        if row["name"] == "bad":
            raise BadInputError("name is bad")
        return row["sku"]

    errors: list[str] = []
    rows = rows_of("sku,name\nA,bad\nB,good\nC,bad\n", COLUMNS)
    assert list(each_row(rows, read, errors)) == [(3, "B")]
    assert errors == ["row 2: name is bad", "row 4: name is bad"]
