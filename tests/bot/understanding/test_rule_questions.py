"""Questions about our own rules, told apart from orders and their changes."""

from __future__ import annotations

from datetime import date

import pytest

from bot.language.folding import fold
from bot.understanding.rule_questions import DAYS, LEAST, UNTIL, days_named, rules_asked
from tests.journeys.counter import demo_index

TUESDAY = date(2026, 11, 24)


def asked(text: str, *, requests: bool = False) -> tuple[str, ...]:
    return rules_asked(fold(text).text, demo_index(), TUESDAY, requests=requests)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Do you deliver on Sundays?", DAYS),
        ("is there delivery on christmas eve", DAYS),
        ("sunday got deliver anot", DAYS),
        ("do you all open on public holidays?", DAYS),
        ("what is the minimum order", LEAST),
        ("how much must I order at least?", LEAST),
        ("until when can I change my order", UNTIL),
        ("boss, whats the cut-off for friday", UNTIL),
        ("星期日有没有送货", DAYS),
        ("最少要订多少", LEAST),
        ("最晚几点下单", UNTIL),
        ("hari Ahad ada hantar tak?", DAYS),
        ("paling kurang berapa kena order?", LEAST),
        ("பொது விடுமுறையில் டெலிவரி உண்டா?", DAYS),
        ("குறைந்தபட்ச ஆர்டர் எவ்வளவு?", LEAST),
    ],
)
def test_a_question_of_nothing_but_rule_words_asks_about_the_rule(text: str, rule: str) -> None:
    assert asked(text) == (rule,)


@pytest.mark.parametrize(
    "text",
    [
        "deliver on Sunday please",
        "do you deliver 2 ctn foil on sunday?",
        "do you deliver to Jurong on Sunday?",
        "jangan hantar hari Ahad",
        "tak hantar hari Ahad",
        "改星期六送可以吗",
        "我的订单明天几点到?",
        "what time is my order",
        "order for sunday",
        "you deliver on sunday",
        "must have delivery on sunday",
        "whats the smallest",
    ],
)
def test_one_word_more_or_a_wish_asks_about_no_rule(text: str) -> None:
    assert asked(text) == ()


@pytest.mark.parametrize("text", ["can you deliver on Saturday?", "deliver on saturday?", "boleh hantar hari Ahad?"])
def test_what_may_be_a_request_counts_only_where_requests_do(text: str) -> None:
    assert asked(text) == ()
    assert asked(text, requests=True) == (DAYS,)


def test_the_day_that_is_asked_about_is_named() -> None:
    assert days_named(fold("will you deliver on 25 December?").text, demo_index(), TUESDAY) == (date(2026, 12, 25),)
