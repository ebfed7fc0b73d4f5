"""Amounts listed behind their goods, sizes named by a bare number, and answers that pick by size."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.understanding.intent import Basket, Context, Question, QuestionReason
from tests.bot.understanding.trades import amounts, read

READ = [
    ("strokes", "packaging", "wooden spoons/forks/knives: 4/5/6 packets", {"SP-W": 400, "FK-W": 500, "KN-W": 600}),
    (
        "what is said of the first",
        "packaging",
        "wooden knives/spoons/forks 1/2/3 pkt",
        {"KN-W": 100, "SP-W": 200, "FK-W": 300},
    ),
    ("in turn, in words", "packaging", "forks and knives, 2 and 3 packets respectively", {"FK-W": 200, "KN-W": 300}),
    ("in turn in Mandarin", "packaging", "木叉和木刀分别2包和3包", {"FK-W": 200, "KN-W": 300}),
    ("a bare number for a size", "packaging", "pizza boxes, the 14 ones 3 ctn", {"PB14-K": 150}),
    ("the size said last", "packaging", "2 ctn pizza boxes the 10 type", {"PB10-K": 200}),
    ("enough in Mandarin", "packaging", "錫紙兩卷就夠了", {"FL-30": 2}),
]


@pytest.mark.parametrize(("trade", "text", "lines"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_it_is_read_as_meant_and_nothing_is_asked(trade: str, text: str, lines: dict[str, int]) -> None:
    intent = read(trade, text)
    assert amounts(intent) == lines
    assert intent.questions == ()


def test_a_stroke_between_two_amounts_of_one_thing_is_still_a_choice() -> None:
    assert read("packaging", "forks 2/3 packets").lines == ()


PAINT = Question("white paint", QuestionReason.AMBIGUOUS, ("PT-WE1", "PT-WE5"), Decimal(2), "tin")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("the big one", {"PT-WE5": 2}),
        ("the smaller one, 4 tins", {"PT-WE1": 4}),
        ("biggest", {"PT-WE5": 2}),
        ("yang kecil", {"PT-WE1": 2}),
        ("大的", {"PT-WE5": 2}),
        ("பெரிய", {"PT-WE5": 2}),
    ],
)
def test_an_answer_picks_by_size(text: str, lines: dict[str, int]) -> None:
    intent = read("hardware", text, Context(pending=(PAINT,), last_bot="Which white paint, the 1L or the 5L?"))
    assert amounts(intent) == lines
    assert intent.questions == ()


def test_words_that_fit_two_questions_answer_the_one_left() -> None:
    gloves = Question("glove", QuestionReason.AMBIGUOUS, ("GV-S", "GV-M", "GV-L"), Decimal(1), "box")
    bags = Question("paper bag", QuestionReason.AMBIGUOUS, ("BK-S", "BK-M", "BK-L"), Decimal(50))
    context = Context(draft=Basket((("KT", Decimal(6)),)), pending=(gloves, bags), last_bot="Which?")
    intent = read("packaging", "S for one, medium bag for the other", context)
    assert amounts(intent) == {"KT": 6, "GV-S": 100, "BK-M": 50}
