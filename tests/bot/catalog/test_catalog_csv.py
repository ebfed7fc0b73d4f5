"""The catalog CSV is taken whole or not at all, with row-numbered reasons (bad-input table, row 45)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bot.catalog.catalog_csv import parse_catalog, read_catalog
from bot.errors import BadInputError

HEADER = "sku,name,category,aliases,base_unit,pack_units,unit_price,active\n"
GOOD = 'A1,Blue Box,box,"blue box|box blue",piece,bundle=50|carton=100,0.21,true\n'


def written(tmp_path: Path, raw: bytes) -> Path:
    path = tmp_path / "catalog.csv"
    path.write_bytes(raw)
    return path


def test_a_good_row_becomes_a_product() -> None:
    (product,) = parse_catalog(HEADER + GOOD)
    assert product.aliases == ("blue box", "box blue")
    assert product.pack_units == {"bundle": Decimal(50), "carton": Decimal(100)}
    assert product.unit_price == Decimal("0.21")


def test_row_45_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    assert read_catalog(written(tmp_path, b"\xef\xbb\xbf" + (HEADER + GOOD).encode()))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ((HEADER + GOOD).encode("utf-16"), "UTF-16"),
        (HEADER.encode() + GOOD.replace("Blue", "Bl\u00fce").encode("cp1252"), "row 2: the file is not UTF-8"),
        (b"", "missing columns"),
        (HEADER.encode(), "no rows"),
        ((HEADER + GOOD).replace("unit_price", "price").encode(), "missing columns: unit_price"),
        ((HEADER.strip() + ",extra\n" + GOOD.strip() + ",x\n").encode(), "unknown columns: extra"),
        ((HEADER + GOOD + GOOD).encode(), "row 3: SKU A1 is already in row 2"),
        ((HEADER + GOOD.replace("0.21", "-1")).encode(), "row 2: unit_price"),
        ((HEADER + GOOD.replace("0.21", "NaN")).encode(), "row 2: unit_price"),
        ((HEADER + GOOD.replace("0.21", "1e309")).encode(), "row 2: unit_price"),
        ((HEADER + GOOD.replace("0.21", "0.21555")).encode(), "row 2: unit_price 0.21555 has more than four decimals"),
        ((HEADER + GOOD.replace("carton=100", "carton=0")).encode(), "row 2: pack unit carton"),
        ((HEADER + GOOD.replace("carton=100", "carton")).encode(), "row 2: pack unit"),
        ((HEADER + GOOD.replace("true", "maybe")).encode(), "row 2: active"),
        ((HEADER + GOOD.replace("Blue Box", "=HYPERLINK(1)")).encode(), "row 2: name looks like"),
        ((HEADER + GOOD.replace(",true", "")).encode(), "row 2: 7 cells"),
        ((HEADER + GOOD.replace("Blue", "Bl\0ue")).encode(), "NUL"),
    ],
)
def test_row_45_a_bad_file_is_refused_with_the_row_and_the_reason(tmp_path: Path, raw: bytes, words: str) -> None:
    with pytest.raises(BadInputError) as caught:
        read_catalog(written(tmp_path, raw))
    assert words in str(caught.value)


def test_row_45_every_bad_row_is_named_at_once() -> None:
    bad = GOOD.replace("0.21", "x")
    with pytest.raises(BadInputError) as caught:
        parse_catalog(HEADER + bad + bad.replace("A1", "A2"))
    assert "row 2" in str(caught.value)
    assert "row 3" in str(caught.value)


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        read_catalog(tmp_path / "none.csv")
