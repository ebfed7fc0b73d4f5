"""Catalogs as an ERP exports them: unit words in capitals, SKUs of digits only, names that are made of number words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.catalog_csv import parse_catalog
from bot.catalog.index import CatalogIndex
from bot.catalog.units import unit_named
from bot.errors import BadInputError
from bot.language.lexicon import lexicon
from bot.understanding.intent import Context, Intent
from bot.understanding.reader import understand

NOW = datetime(2026, 11, 18, 2, 15, tzinfo=UTC)
HEADER = "sku,name,category,aliases,base_unit,pack_units,unit_price,active\n"
UNITS = CatalogIndex.build(
    parse_catalog(
        HEADER
        + "A1001,Burger Box Kraft,box,burger box,PC,PKT=50|CTN=400,0.17,true\n"
        + "A1002,Tomato Ketchup 5kg,sauce,ketchup,BTL,CTN=4,9.80,true\n"
        + "A1003,Eggs Grade A,egg,eggs,pack,tray=30,3.50,true\n"
        + "A1004,Hand Soap 5L,cleaning,hand soap,EA,CS=4,8.80,true\n"
        + "A1005,Nitrile Glove,glove,glove,Pcs.,BX=100,0.09,true\n"
        + "A1006,Straw,straw,straw,nos,pkt=250|ctn=5000,0.02,true\n"
        + "A1007,Paper Towel,paper,paper towel,ROLLS,BDL=6|Ctns=24,1.80,true\n"
        + "A1008,Basmati Rice,rice,rice,KGS,BAG=25,2.80,true\n"
        + "A1009,Cheese,cheese,cheese,wheel,CTN=4,28,true\n"
    )
)
CODES = CatalogIndex.build(
    parse_catalog(
        HEADER
        + "10045,Basmati Rice 5kg,rice,basmati,bag,carton=4,14.50,true\n"
        + "10046,Jasmine Rice 5kg,rice,jasmine,bag,carton=4,12.50,true\n"
        + "501,Salt 1kg,salt,salt,packet,carton=20,1.50,true\n"
        + "20010,Half & Half Creamer 1L,dairy,half and half,carton,case=12,5.20,true\n"
        + "8888001,Soy Sauce 640ml,sauce,soy sauce,bottle,carton=12,3.20,true\n"
    )
)


def read(index: CatalogIndex, text: str) -> Intent:
    return understand(text, index, Context(), NOW)


def amounts(intent: Intent) -> dict[str, Decimal]:
    return {line.sku: line.quantity for line in intent.lines}


@pytest.mark.parametrize(
    ("text", "sku", "quantity"),
    [
        ("5 ctn burger box", "A1001", 2000),
        ("2 packets burger box", "A1001", 100),
        ("3 bottles ketchup", "A1002", 3),
        ("5 pack eggs", "A1003", 5),
        ("1 tray eggs", "A1003", 30),
        ("2 cs hand soap", "A1004", 8),
        ("2 cases hand soap", "A1004", 8),
        ("5 pcs hand soap", "A1004", 5),
        ("3 boxes glove", "A1005", 300),
        ("straw 2 ctn", "A1006", 10000),
        ("paper towel 3 rolls", "A1007", 3),
        ("paper towel 1 bundle", "A1007", 6),
        ("rice 800g", "A1008", Decimal("0.8")),
        ("2 bags rice", "A1008", 50),
        ("3 wheels cheese", "A1009", 3),
        ("纸巾 2 卷", "A1007", 0),
    ],
)
def test_unit_words_of_an_erp_mean_what_they_mean_in_a_message(text: str, sku: str, quantity: int) -> None:
    assert amounts(read(UNITS, text)) == ({sku: quantity} if quantity else {})


@given(st.sampled_from(sorted(w for w, p in lexicon().structure.by_first.items() if any("unit" in r for _, r in p))))
def test_a_unit_word_of_any_language_and_case_is_the_unit_of_a_message(word: str) -> None:
    try:
        assert unit_named(word.upper()) == unit_named(word)
    except BadInputError:
        assert not word.isalpha()


@pytest.mark.parametrize("unit", ["#N/A", "12", "ctn=", "??", "x" * 40, "1.5"])
def test_what_is_no_word_is_no_unit(unit: str) -> None:
    with pytest.raises(BadInputError, match="row 2: "):
        parse_catalog(f"{HEADER}A1,Box,box,,{unit},,1,true\n")


def test_one_unit_written_in_two_ways_is_given_twice() -> None:
    with pytest.raises(BadInputError, match="row 2: pack unit carton is given twice"):
        parse_catalog(f"{HEADER}A1,Box,box,,PC,CTN=10|carton=20,1,true\n")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("10045 x 3", {"10045": 3}),
        ("3 x 10045", {"10045": 3}),
        ("3 ctn 10045", {"10045": 12}),
        ("10045 - 2 bags\n10046 - 3 bags", {"10045": 2, "10046": 3}),
        ("10045 2 bags, 10046 1 ctn", {"10045": 2, "10046": 4}),
        ("2 bags of 10045", {"10045": 2}),
        ("10045: 2\n10046: 1", {"10045": 2, "10046": 1}),
        ("501 x 2 ctn", {"501": 40}),
        ("501 - 6", {"501": 6}),
        ("2 ctn 501", {"501": 40}),
        ("code 501, 4 pkt", {"501": 4}),
        ("#501 4 pkt", {"501": 4}),
        ("20010 1 case", {"20010": 12}),
        ("8888001 2 ctn", {"8888001": 24}),
        ("10045 basmati 2 bags", {"10045": 2}),
    ],
)
def test_a_sku_of_digits_names_its_product(text: str, wanted: dict[str, int]) -> None:
    assert amounts(read(CODES, text)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("501 packets salt", {"501": 501}),
        ("salt 501", {"501": 501}),
        ("basmati 501 bags", {"10045": 501}),
        ("jasmine x 501", {"10046": 501}),
        ("10045 bags jasmine", {"10046": 10045}),
    ],
)
def test_a_number_that_counts_goods_is_no_sku(text: str, wanted: dict[str, int]) -> None:
    assert amounts(read(CODES, text)) == wanted


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("half and half 2", 2),
        ("2 half & half", 2),
        ("half n half 1 case", 12),
        ("3 cartons of half and half", 3),
        ("half & half creamer x 4", 4),
    ],
)
def test_number_words_of_a_name_count_nothing(text: str, quantity: int) -> None:
    assert amounts(read(CODES, text)) == {"20010": quantity}
