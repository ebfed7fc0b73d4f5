"""Files of spreadsheets and ERPs: every fault of a row is named at once, and what ordering could not use is never taken."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.catalog.catalog_csv import looks_of, parse_catalog, shared_names
from bot.errors import BadInputError
from bot.identity.outlets_csv import read_outlets
from bot.identity.phones import to_e164
from bot.ordering.pricing import price_line

HEAD = "sku,name,category,aliases,base_unit,pack_units,unit_price,active\n"
ROW = "A1,Blue Box,box,blue,piece,carton=100,0.21,true\n"


def refused(*rows: str) -> str:
    with pytest.raises(BadInputError) as caught:
        parse_catalog(HEAD + "".join(rows))
    return str(caught.value)


def test_every_fault_of_a_row_is_named_and_of_every_row() -> None:
    said = refused("A1,,box,,xx1,carton,NaN,maybe\n", ROW, "A2,Box,box,,piece,carton=0,-1,true\n")
    first, second = said.splitlines()
    for fault in (
        "row 2: ",
        "name is empty",
        "'xx1' is not a unit",
        "pack unit 'carton'",
        "unit_price 'NaN'",
        "active 'maybe'",
    ):
        assert fault in first
    for fault in ("row 4: ", "pack unit carton must hold more", "unit_price -1"):
        assert fault in second


@pytest.mark.parametrize(
    ("cell", "instead", "words"),
    [
        ("A1", "A\u200b1", "sku holds a character that cannot be seen (U+200B)"),
        ("A1", "A\u00a01", "sku holds a character that cannot be seen (U+00A0)"),
        ("Blue Box", "Blue\u00adBox", "name holds a character that cannot be seen (U+00AD)"),
        ("piece", "pie\u2060ce", "base_unit holds a character that cannot be seen (U+2060)"),
        ("A1", "#N/A", "sku is #N/A, a spreadsheet's error"),
        ("Blue Box", "#ref!", "name is #REF!, a spreadsheet's error"),
        ("0.21", "#VALUE!", "unit_price is #VALUE!, a spreadsheet's error"),
    ],
)
def test_what_nobody_sees_and_what_a_spreadsheet_could_not_calculate_is_a_fault(
    cell: str, instead: str, words: str
) -> None:
    assert words in refused(ROW.replace(cell, instead, 1))


def test_scripts_that_write_with_joiners_keep_them() -> None:
    (product,) = parse_catalog(HEAD + ROW.replace("Blue Box", "\u0b95\u0bcd\u200c\u0bb7"))
    assert "\u200c" in product.name


@pytest.mark.parametrize("twin", ["\u04101", "a1", "\uff211", "\u03911"])
def test_two_skus_that_look_alike_are_a_fault(twin: str) -> None:
    said = refused(ROW, ROW.replace("A1", twin, 1))
    assert said.startswith(f"row 3: SKU {twin} ")
    assert said.endswith("row 2")


def test_skus_that_differ_to_the_eye_are_two() -> None:
    assert len({looks_of(sku) for sku in ("A1", "A-1", "AI", "A1 2", "B1", "AO", "A0")}) == 7
    assert looks_of("A\u20131") == looks_of("A-1")


def test_four_decimals_are_a_price_and_the_line_is_rounded_to_the_cent() -> None:
    (straw,) = parse_catalog(HEAD + ROW.replace("0.21", "0.0125"))
    assert straw.unit_price == Decimal("0.0125")
    assert price_line(straw, Decimal(100), None).total == Decimal("1.25")
    assert price_line(straw, Decimal(101), None).total == Decimal("1.26")
    assert price_line(straw, Decimal(1000), None).total == Decimal("12.50")


def test_names_of_several_products_are_known() -> None:
    rows = [ROW, ROW.replace("A1,Blue Box", "A2,Green Box"), ROW.replace("A1", "A3").replace("true", "false")]
    assert shared_names(parse_catalog(HEAD + "".join(rows))) == {"blue": ["A1", "A2"]}


@pytest.mark.parametrize(
    "written", ["6580003102.0", "6580003102.00", "065 8000 3107", "06591234567", "+6580003102\u200e", "\u202a+65 8000 3001\u202c", "+6591234567.0"]
)  # fmt: skip
def test_a_phone_that_a_spreadsheet_spoilt_is_none(written: str) -> None:
    assert to_e164(written) == ""


@pytest.mark.parametrize(
    ("written", "phone"),
    [("+65 8000 3102", "+6580003102"), ("9123.4567", "+6591234567"), ("+39 06 698 12345", "+390669812345")],
)
def test_phones_that_are_right_stay_right(written: str, phone: str) -> None:
    assert to_e164(written) == phone


def test_every_fault_of_an_outlet_is_named(tmp_path: Path) -> None:
    file = tmp_path / "outlets.csv"
    file.write_text(
        "outlet_id,name,phone,default_language,contacts,cutoff,delivery_days\n"
        "Z1,Cafe,6580003102.0,xx,065 8000 3107|+6591234567,25:00,noday\n"
        "Z\u200b2,Cafe,+6580003001,en,,,\n",
        "utf-8",
    )
    with pytest.raises(BadInputError) as caught:
        read_outlets(file)
    first, second = str(caught.value).splitlines()
    for fault in ("'6580003102.0' is not a phone", "'065 8000 3107' is not a phone", "default_language 'xx'", "cutoff '25:00'", "delivery_days 'nod'"):  # fmt: skip
        assert fault in first
    assert "+6591234567' is" not in first
    assert "outlet_id holds a character that cannot be seen (U+200B)" in second
