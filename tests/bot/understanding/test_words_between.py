"""Words that carry an amount or a day without being goods: "the same number", "job no.", "tomorrow is fine"."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.understanding.intent import Basket, Context, IntentKind, QuestionReason
from tests.bot.understanding.trades import amounts, read

READ = [
    ("as many", "packaging", "400 forks and the same number of knives", {"FK-W": 400, "KN-W": 400}),
    ("as many packs of one size", "packaging", "forks 3 pkt, wooden spoons the same qty", {"FK-W": 300, "SP-W": 300}),
    ("as many in Malay", "packaging", "garpu kayu 200, sudu kayu jumlah sama", {"FK-W": 200, "SP-W": 200}),
    ("as many in Mandarin", "packaging", "木叉200,木勺数量一样", {"FK-W": 200, "SP-W": 200}),
    ("the number of a job", "hardware", "5 x M8 bolt. Job no. K-3310", {"BLT-M8": 5}),
    ("a slip put right in Malay", "packaging", "garpu kayu 3 paket. Eh salah, 2 paket", {"FK-W": 200}),
]


@pytest.mark.parametrize(("trade", "text", "lines"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_it_is_read_as_meant_and_nothing_is_asked(trade: str, text: str, lines: dict[str, int]) -> None:
    intent = read(trade, text)
    assert amounts(intent) == lines
    assert intent.questions == ()
    assert not intent.doubtful


def test_as_many_of_packs_of_another_size_is_asked_about() -> None:
    intent = read("packaging", "12in white box 3 ctn, liner the same qty")
    assert [question.reason for question in intent.questions] == [QuestionReason.QUANTITY]


@pytest.mark.parametrize("text", ["Tomorrow is fine", "tmr ok", "明天可以", "esok boleh"])
def test_a_day_for_a_draft_that_lacks_one_changes_it(text: str) -> None:
    draft = Context(
        draft=Basket((("FK-W", Decimal(200)),)), last_bot="Draft: 200 x Wooden Fork. When should we deliver?"
    )
    intent = read("packaging", text, draft)
    assert (intent.kind, intent.delivery_date) == (IntentKind.ORDER_AMEND, date(2026, 11, 19))
    assert not intent.doubtful


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("we got 3 packets chopsticks instead of 5", IntentKind.COMPLAINT),
        ("pls credit 2 ctn foil", IntentKind.COMPLAINT),
        ("could you do 4 ctn lunch box at $60", IntentKind.INQUIRY_PRICE),
    ],
)
def test_what_came_and_what_it_may_cost_order_nothing(text: str, kind: IntentKind) -> None:
    assert read("packaging", text).kind is kind


STOCK = [
    ("what they have, goods first", "we have liner 5 ctn, need 2 ctn foil", {"FL-30": 24}),
    ("what they have, then what they need", "we have 2 ctn liner, need 3 more ctn", {"LN-PZ": 3000}),
    ("a wish in the same words", "can we have 2 ctn liner and 3 pkt fork", {"LN-PZ": 2000, "FK-W": 300}),
    ("a party", "we have a party on Friday, 1 ctn 10in box please", {"PB10-K": 100}),
    ("a reason", "i have 3 rolls of foil so send 6 rolls cling wrap", {"CW-30": 6}),
]


@pytest.mark.parametrize(("text", "lines"), [row[1:] for row in STOCK], ids=[row[0] for row in STOCK])
def test_what_they_have_is_not_ordered(text: str, lines: dict[str, int]) -> None:
    assert amounts(read("packaging", text)) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("half the sugar", {"SG-WH": 20, "FR-LM": 15}),
        ("sugar +5kg", {"SG-WH": 45, "FR-LM": 15}),
        ("double the lemons", {"SG-WH": 40, "FR-LM": 30}),
    ],
)
def test_a_line_is_halved_doubled_or_added_to(text: str, lines: dict[str, int]) -> None:
    draft = Context(draft=Basket((("SG-WH", Decimal(40)), ("FR-LM", Decimal(15)))))
    assert amounts(read("grocer", text, draft)) == lines


def test_half_of_an_odd_number_is_asked_about() -> None:
    draft = Context(draft=Basket((("SG-WH", Decimal(40)), ("FR-LM", Decimal(15)))))
    intent = read("grocer", "half the lemons", draft)
    assert [question.reason for question in intent.questions] == [QuestionReason.QUANTITY]
