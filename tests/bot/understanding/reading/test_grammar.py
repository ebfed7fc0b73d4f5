"""The grammar of orders: what each kind of phrase comes to."""

from __future__ import annotations

import pytest

from bot.understanding.intent import Context, Intent, IntentKind, QuestionReason
from bot.understanding.reader import understand
from tests.bot.understanding.trades import NOW, index_of

READ = [
    ("amount, goods", "packaging", "2 ctn foil", {"FL-30": 24}),
    ("goods, amount", "packaging", "foil 2 ctn", {"FL-30": 24}),
    ("a form", "packaging", "8in box - 200\n14in box - 100\nslice box - 500\nliners - 1000",
     {"PB08-K": 200, "PB14-K": 100, "PB-SLC": 500, "LN-PZ": 1000}),
    ("one amount for all", "packaging", "wooden forks, wooden spoons and wooden knives 2 pkt each",
     {"FK-W": 200, "SP-W": 200, "KN-W": 200}),
    ("each, said first", "packaging", "大纸袋和中纸袋各两捆", {"BK-L": 100, "BK-M": 100}),
    ("a sum", "packaging", "foil 1 carton and 2 rolls", {"FL-30": 14}),
    ("put right", "packaging", "5 ctn foil, sorry make it 3", {"FL-30": 36}),
    ("not the other", "packaging", "wet wipes 300 not 200", {"WW": 300}),
    ("not wanted", "packaging", "No forks. Wooden knives 4 packets.", {"KN-W": 400}),
    ("told before asked", "packaging", "last time 2 rolls of foil were torn, this time send 12 rolls", {"FL-30": 12}),
    ("two names of one product, one within the other", "grocer", "2 ctn each of dark soy sauce and oyster sauce",
     {"SC-DS": 8, "SC-OY": 12}),
    ("how goods came", "pub", "the cola came flat last week so none of that, just 3 cases tonic", {"TNC": 72}),
    ("the same twice", "packaging", "10in box 5 ctn (500pcs)", {"PB10-K": 500}),
]  # fmt: skip


def read(trade: str, text: str) -> Intent:
    return understand(text, index_of(trade), Context(), NOW)


@pytest.mark.parametrize(("trade", "text", "lines"), [row[1:] for row in READ], ids=[row[0] for row in READ])
def test_it_is_read_as_meant(trade: str, text: str, lines: dict[str, int]) -> None:
    assert {line.sku: int(line.quantity) for line in read(trade, text).lines} == lines


def test_words_nobody_knows_behind_the_goods_ask_nothing_and_are_quoted() -> None:
    intent = read("packaging", "foil 2 ctn for the zibbets frambled")
    assert {line.sku: int(line.quantity) for line in intent.lines} == {"FL-30": 24}
    assert intent.questions == ()


def test_a_number_that_belongs_to_nothing_is_quoted() -> None:
    intent = read("packaging", "foil 2 ctn. 17")
    assert "17" in intent.doubts


def test_two_amounts_without_a_word_between_are_not_added_up() -> None:
    intent = read("packaging", "cling wrap, maybe 4 maybe 6 rolls")
    assert not intent.sure


@pytest.mark.parametrize(
    ("trade", "text"),
    [("grocer", "sweet potato 5kg"), ("grocer", "sweet corn 3 cartons"), ("packaging", "vinyl gloves L 4 boxes")],
)
def test_a_word_nobody_knows_before_a_single_noun_makes_it_other_goods(trade: str, text: str) -> None:
    intent = read(trade, text)
    assert intent.lines == ()
    assert [question.reason for question in intent.questions] == [QuestionReason.UNKNOWN]


@pytest.mark.parametrize(
    ("trade", "text"),
    [
        ("bakery", "மைதா மாவு கட்டியா இருக்கு, 2 மூட்டை"),
        ("clinic", "eh sharps bin no cover one, 3 pcs"),
        ("hardware", "wah ur grey paint colour run sia, 2 tin"),
    ],
)
def test_words_that_say_how_the_goods_are_keep_a_message_from_being_an_order(trade: str, text: str) -> None:
    assert read(trade, text).kind is IntentKind.COMPLAINT


@pytest.mark.parametrize("text", ["cling wrap, maybe 4 maybe 6 rolls", "foil, maybe 2 maybe 3 rolls"])
def test_an_amount_said_in_two_ways_is_asked(text: str) -> None:
    intent = read("packaging", text)
    assert intent.lines == ()
    assert [question.reason for question in intent.questions] == [QuestionReason.QUANTITY]


def test_goods_that_head_a_list_are_those_of_its_sizes() -> None:
    intent = read("grocer", "cola: 320ml 4 cases, 1.5L 2 cases")
    assert {line.sku: int(line.quantity) for line in intent.lines} == {"DR-CB": 24}
    assert [question.candidates for question in intent.questions] == [("DR-CC", "DR-CZ")]


def test_an_amount_in_a_unit_that_the_goods_lack_is_of_those_that_have_it() -> None:
    intent = read("packaging", "kicthen asking for 3 bottles dish sope and 4 rolls foil")
    assert {line.sku: int(line.quantity) for line in intent.lines} == {"DL-5": 3, "FL-30": 4}
    assert not intent.sure


@pytest.mark.parametrize("text", ["5 flurbs", "5 bananas", "5 turnips"])
def test_an_amount_of_goods_that_nobody_sells_is_asked_about(text: str) -> None:
    intent = read("packaging", text)
    assert intent.lines == ()
    assert [question.reason for question in intent.questions] == [QuestionReason.UNKNOWN]


@pytest.mark.parametrize("text", ["we are 5 people today", "10 minutes", "only 2 of us working today"])
def test_an_amount_of_people_or_time_asks_nothing(text: str) -> None:
    assert read("packaging", text).questions == ()
