"""How amounts are written: words for packs, sizes said in words, what is left, what is used up, one amount for two."""

from __future__ import annotations

import pytest

from bot.understanding.intent import QuestionReason
from tests.bot.understanding.trades import amounts, read

READ = [
    ("the catalog's own word for a pack", "hardware", "12 lengths of 20mm pvc pipe", {"PV-20": 12}),
    (
        "a number that belongs to a name",
        "hardware",
        "240 grit 1 packet, 120 grit 30 sheets",
        {"SD-240": 50, "SD-120": 30},
    ),
    ("watts in words", "hardware", "three boxes of twelve watt bulbs", {"LB-12W": 30}),
    ("watts with a space", "hardware", "9 watt bulb 2 boxes", {"LB-9W": 20}),
    ("an operation's word inside a name", "hardware", "cutting disc 10, double sided tape 4", {"CD-4": 10, "TP-DS": 4}),
    ("one roll, said without a number", "packaging", "roll of cling wrap please", {"CW-30": 1}),
    (
        "used up and asked for",
        "packaging",
        "we are out of forks and knives, 3 packets each",
        {"FK-W": 300, "KN-W": 300},
    ),
    ("what is left is not wanted", "packaging", "have 1 carton of fries box left so add 2 cartons", {"FR-M": 2000}),
    ("what is left, without goods", "hardware", "2 boxes left, please send 5 boxes of 9W bulb", {"LB-9W": 50}),
    ("one amount for both", "packaging", "both forks and knives 2 packets", {"FK-W": 200, "KN-W": 200}),
    ("both in Malay", "packaging", "garpu kayu dan pisau kayu kedua-dua 2 paket", {"FK-W": 200, "KN-W": 200}),
    ("both in Mandarin", "packaging", "木叉和木勺都要2包", {"FK-W": 200, "SP-W": 200}),
    ("a negation between goods", "packaging", "3 boxes of medium gloves no small this week", {"GV-M": 300}),
    ("heads on a form", "packaging", "Burger box: 2 ctn\nGuests: 80", {"CL6": 800}),
    ("a slip in the unit", "hardware", "river sand 3 bgas", {"SN-R": 75}),
    ("two words as one, vowels left out", "packaging", "2 ctn burgerbx", {"CL6": 800}),
    ("of two near words the one with these consonants", "packaging", "4 pkt woodn fork", {"FK-W": 400}),
]


@pytest.mark.parametrize(("trade", "text", "lines"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_it_is_read_as_meant_and_nothing_is_asked(trade: str, text: str, lines: dict[str, int]) -> None:
    intent = read(trade, text)
    assert amounts(intent) == lines
    assert intent.questions == ()


@pytest.mark.parametrize(
    ("trade", "text"),
    [
        ("hardware", "river sand 2 tonnes"),
        ("packaging", "forks 3 fathoms"),
        ("packaging", "锡纸 2 吨"),
        ("hardware", "simen 3 tan"),
    ],
)
def test_a_word_where_a_unit_stands_is_never_taken_for_base_units(trade: str, text: str) -> None:
    intent = read(trade, text)
    assert intent.lines == ()
    assert [question.reason for question in intent.questions] == [QuestionReason.UNIT]


def test_what_is_used_up_is_not_asked_about_when_something_else_is_wanted() -> None:
    intent = read("packaging", "we are out of pizza paper, bring 2 packets of tray liner")
    assert amounts(intent) == {"LN-TR": 500}
    assert intent.questions == ()


@pytest.mark.parametrize(
    "text",
    [
        "10in box 5 ctn (500pcs)",
        "10in box 5 ctn = 500 pcs",
        "10in box 500 pcs (5 ctn)",
        "5 ctn (500 pcs) 10in box",
        "10寸披萨盒 5箱(500个)",
        "• 5 ctn = 500 pcs Pizza Box 10 inch Brown Kraft × SGD 0.28 = SGD 140.00",
    ],
)
def test_one_amount_in_two_units_is_one_amount(text: str) -> None:
    intent = read("packaging", text)
    assert amounts(intent) == {"PB10-K": 500}
    assert intent.sure


def test_one_amount_in_two_units_that_do_not_agree_is_asked_about() -> None:
    intent = read("packaging", "10in box 5 ctn (400pcs)")
    assert amounts(intent) == {}
    assert intent.questions
