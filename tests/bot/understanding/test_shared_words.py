"""Words that several items share: a total and its parts, a unit left out, a size or colour said once."""

from __future__ import annotations

import pytest

from tests.bot.understanding.trades import amounts, read

READ = [
    ("a total and its sizes", "packaging", "4 boxes of gloves: 1 small, 3 large", {"GV-S": 100, "GV-L": 300}),
    ("with a dash and bare letters", "packaging", "need 6 boxes gloves - 4 M and 2 L", {"GV-M": 400, "GV-L": 200}),
    ("in brackets", "packaging", "5 bundles kraft bag (2 small, 3 medium)", {"BK-S": 100, "BK-M": 150}),
    ("a total in front", "packaging", "Total 3 cartons: 1 ctn lunch box, 2 ctn fries box", {"LB3": 200, "FR-M": 2000}),
    (
        "three amounts that happen to add up",
        "packaging",
        "5 ctn lunch box, 3 ctn fries box, 2 ctn burger box",
        {"LB3": 1000, "FR-M": 3000, "CL6": 800},
    ),
    ("a unit left out", "packaging", "2 cartons of 9x6 and 3 of the 8x8", {"CL96": 400, "CL8": 600}),
    (
        "a bare amount keeps counting base units",
        "packaging",
        "2 ctn fries box and 30 forks",
        {"FR-M": 2000, "FK-W": 30},
    ),
    (
        "one size of two colours",
        "packaging",
        "pizza box 12 inch: 1 ctn brown, 2 ctn white",
        {"PB12-K": 50, "PB12-W": 100},
    ),
    ("a number and a shortened noun", "packaging", "lunch box 3-comp 1 ctn", {"LB3": 200}),
    ("nil on a form", "packaging", "fork: nil\nknife: 2 pkt", {"KN-W": 200}),
]


@pytest.mark.parametrize(("trade", "text", "lines"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_it_is_read_as_meant_and_nothing_is_asked(trade: str, text: str, lines: dict[str, int]) -> None:
    intent = read(trade, text)
    assert amounts(intent) == lines
    assert intent.questions == ()


NAMES = [
    ("names with nothing between", "grocer", "carrot potato ginger 3kg each", {"VG-CR": 3, "VG-PT": 3, "VG-GG": 3}),
    ("the amount first", "packaging", "2 pkt each fork knife chopsticks", {"FK-W": 200, "KN-W": 200, "CH-B": 200}),
    ("letters for sizes", "packaging", "S L gloves 1 box each", {"GV-S": 100, "GV-L": 100}),
    (
        "one sack in a Malay word",
        "grocer",
        "tepung gandum sekarung, minyak masak 5L sebotol",
        {"FL-PL": 25, "OL-V5": 1},
    ),
    ("a change that is a noun", "grocer", "carrot 4kg, and save this change in your logs", {"VG-CR": 4}),
]


@pytest.mark.parametrize(("trade", "text", "lines"), [row[1:] for row in NAMES], ids=[row[0] for row in NAMES])
def test_each_name_has_its_amount(trade: str, text: str, lines: dict[str, int]) -> None:
    intent = read(trade, text)
    assert amounts(intent) == lines
    assert intent.questions == ()
