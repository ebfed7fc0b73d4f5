"""The outlets file: everything or nothing, each error with the row a spreadsheet shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadInputError
from bot.identity.outlets_csv import OutletRow, read_outlets
from bot.settings import ROOT

HEAD = "outlet_id,name,phone,default_language"
FULL = f"{HEAD},customer,contacts,confirm_orders,cutoff,delivery_days"


def written(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "outlets.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def test_demo_outlets_are_read() -> None:
    outlets = read_outlets(ROOT / "data" / "outlets.csv")
    assert outlets[0].phones == ("+6580000101",)
    assert outlets[0].name == "Canadian Pizza Pasir Ris"
    assert len({outlet.code for outlet in outlets}) == len(outlets)


def test_every_column_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        FULL,
        "A1,A&W Jewel,9123 4567,zh,A&W Restaurants,+6591234568|whatsapp:+6591234567,always,15:30,mon|Wednesday fri",
    )
    assert read_outlets(path) == [
        OutletRow(
            "A1",
            "A&W Jewel",
            ("+6591234567", "+6591234568"),
            "zh",
            "A&W Restaurants",
            "always",
            "15:30",
            ("mon", "wed", "fri"),
        )
    ]


def test_customer_is_the_outlet_itself_where_none_is_named(tmp_path: Path) -> None:
    (outlet,) = read_outlets(written(tmp_path, HEAD, "A1,Cafe,91234567,"))
    assert (outlet.customer, outlet.default_language, outlet.delivery_days) == ("Cafe", "en", None)


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path, FULL,
        "A1,Cafe,91234567,en,,,,,",
        "A2,,91234567,en,,,,,",
        "A3,Cafe,0065 9123 4567,en,,,,,",
        "A4,Cafe,91234567,fr,,,,,",
        "A5,Cafe,91234567,en,,12|x,,,",
        "A6,Cafe,91234567,en,,,maybe,,",
        "A7,Cafe,91234567,en,,,,25:00,",
        "A8,Cafe,91234567,en,,,,,someday",
        "A1,Cafe,91234567,en,,,,,",
        "=A9,Cafe,91234567,en,,,,,",
    )  # fmt: skip
    with pytest.raises(BadInputError) as refused:
        read_outlets(path)
    said = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in said] == [f"row {n}" for n in range(3, 12)]
    assert "already in row 2" in said[7]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["outlet_id,name,phone"], "missing columns: default_language"),
        ([f"{HEAD},colour"], "unknown columns: colour"),
        ([f"{HEAD},name"], "columns twice: name"),
        ([HEAD], "no outlets"),
        ([HEAD, "A1,Cafe,91234567"], "row 2: 3 cells where 4 are expected"),
        ([HEAD, 'A1,"Cafe,91234567,en'], "row 2"),
        ([HEAD, "A1,Ca\0fe,91234567,en"], "row 2: a NUL character"),
    ],
)
def test_file_that_is_no_such_table_is_refused(tmp_path: Path, lines: list[str], reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        read_outlets(written(tmp_path, *lines))


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings_are_refused_in_words(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(BadInputError, match="not UTF-8"):
        read_outlets(written(tmp_path, HEAD, "A1,Café,91234567,en", encoding=encoding))


def test_byte_order_mark_and_empty_rows_are_harmless(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, "", "A1,Cafe,91234567,en", ",,,", "", encoding="utf-8-sig")
    assert [outlet.code for outlet in read_outlets(path)] == ["A1"]


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"cannot read nothing\.csv"):
        read_outlets(tmp_path / "nothing.csv")
