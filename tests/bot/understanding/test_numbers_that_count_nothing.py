"""Unit numbers, plates, hours, parts of a list: numbers beside an order that are no amount of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.settings import ROOT
from bot.understanding.intent import Context, Intent
from bot.understanding.reader import understand

INDEX = CatalogIndex.build(read_catalog(ROOT / "data" / "catalog.csv"))
NOW = datetime(2026, 11, 18, 2, 15, tzinfo=UTC)
BOXES = {"PB10-K": 500}


def read(text: str) -> Intent:
    return understand(text, INDEX, Context(), NOW)


def amounts(intent: Intent) -> dict[str, int]:
    return {line.sku: int(line.quantity) for line in intent.lines}


@pytest.mark.parametrize(
    "words",
    [
        "deliver to unit 03-12",
        "02-15 Hougang Mall",
        "blk 123 unit 12-34",
        "to 12-34 Bugis Junction",
        "#B1-05",
        "#03-12",
        "block 45 level 3",
        "table 12",
        "for 30 pax",
        "lorry GBH 1234 A",
        "driver plate no SBA1234G",
        "PO 4500",
        "po#22-0891",
        "@ 0.28",
        "$0.28/pc",
        "between 9 and 11",
        "9-11am",
        "before 10am",
        "blk 12 Pasir Ris St 11 510012",
        "postal code 510012",
        "unit 5-12",
        "level 2 kitchen",
        "from 10 to 12 noon",
        "ext 204",
        "ver 1.2",
        "tel 6123 4567",
        "within 2 hours",
        "2 trips",
    ],
)
def test_a_number_beside_an_order_is_no_amount_of_it(words: str) -> None:
    for text in (f"10in box 5 ctn {words}", f"10in box 5 ctn, {words}", f"10in box 5 ctn\n{words}"):
        assert amounts(read(text)) == BOXES, text


@given(
    st.integers(1, 20),
    st.integers(1, 99),
    st.integers(1, 40),
    st.sampled_from(["unit {f:02}-{n:02}", "#{f:02}-{n:02}"]),
)
def test_no_unit_number_takes_the_place_of_an_amount(floor: int, number: int, wanted: int, shape: str) -> None:
    place = shape.format(f=floor, n=number)
    for text in (
        f"{wanted} ctn 10in box deliver to {place}",
        f"10in box {wanted} ctn {place}",
        f"{place}\n{wanted} ctn 10in box",
    ):
        assert amounts(read(text)) == {"PB10-K": wanted * 100}, text


@pytest.mark.parametrize("text", ["10-15 ctn 10in box", "10in box 5-6 ctn", "liner 100-200"])
def test_a_range_of_amounts_is_asked_about(text: str) -> None:
    intent = read(text)
    assert amounts(intent) == {}
    assert intent.questions


def test_two_numbers_behind_an_amount_that_nothing_explains_need_a_yes() -> None:
    intent = read("10in box 5 ctn 10-12")
    assert amounts(intent) == BOXES
    assert not intent.sure
    assert "10-12" in intent.doubts


@pytest.mark.parametrize("text", ["Order 3 of 5: {}", "(2/3) {}", "page 1 of 2\n{}", "{} (2/3)", "part 2 of 2: {}"])
def test_which_of_several_messages_it_is_counts_nothing(text: str) -> None:
    intent = read(text.format("2 pkt liner"))
    assert (amounts(intent), intent.delivery_date) == ({"LN-PZ": 100}, None)


@pytest.mark.parametrize("day", ["on 25-11", "deliver 25-11", "by 25-11-2026", "on 25-Nov", "25-Nov-26", "date: 25-11"])
def test_a_day_written_with_a_dash_is_a_day(day: str) -> None:
    intent = read(f"10in box 5 ctn {day}")
    assert (amounts(intent), intent.delivery_date) == (BOXES, date(2026, 11, 25))
