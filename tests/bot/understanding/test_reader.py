"""What plain, mixed and corrected messages mean; each test names the rule it stands for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.understanding.intent import Basket, ChangeOp, Context, IntentKind, QuestionReason
from tests.bot.understanding.shop import asked, draft, lines, read, read_lines


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("50 liners", {"LN": 50}),
        ("boss tmr send 5ctn 10in box n 2 pkt liner", {"PB10-K": 500, "LN": 100}),
        ("10 10in box", {"PB10-K": 10}),
        ('100 x 10" box', {"PB10-K": 100}),
        ("forks 3 pkt and half carton foil", {"FK": 300, "FL": 6}),
        ("a dozen rolls of foil", {"FL": 12}),
        ("1.5k pcs liner", {"LN": 1500}),
        ("two hundred and fifty forks", {"FK": 250}),
        ("10in box: 1 carton and 50 loose pcs", {"PB10-K": 150}),
        ("esok hantar 3 karton foil dan 2 paket liner", {"FL": 36, "LN": 100}),
        ("10寸披萨盒三箱,垫纸两包", {"PB10-K": 300, "LN": 100}),
        ("明天送木叉十包", {"FK": 1000}),
        ("லைனர் 2 பாக்கெட் வேண்டும்", {"LN": 100}),
        ("sarung tangan M 4 kotak", {"GV-M": 400}),
        ("tomato 5kg garlic 500g", {"TM": 5, "GR": Decimal("0.5")}),
        ("2kg prawn x 5", {"PR2": 5}),
        ("santan 2.5 litres", {"CM": Decimal("2.5")}),
        ("forks and liners 2 pkt each", {"FK": 200, "LN": 100}),
        ("４ ctn １０in box", {"PB10-K": 400}),
        ("fork 2 pkt\nfork 1 pkt", {"FK": 300}),
    ],
)
def test_quantities_units_and_sizes_of_every_language_make_the_lines(text: str, wanted: dict[str, int]) -> None:
    intent = read(text)
    assert intent.kind is IntentKind.ORDER_CREATE
    assert lines(intent) == {sku: Decimal(quantity) for sku, quantity in wanted.items()}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("200 10in box, sorry make it 300", {"PB10-K": 300}),
        ("3 cartons foil no wait 4 cartons", {"FL": 48}),
        ("12in white box 4 ctn. actually make that 12in brown", {"PB12-K": 200}),
        ("forks 3 pkt but no liners", {"FK": 300}),
        ("垫纸两包改三包", {"LN": 150}),
    ],
)
def test_later_words_win_and_what_is_not_wanted_gives_no_line(text: str, wanted: dict[str, int]) -> None:
    assert read_lines(text) == {sku: Decimal(quantity) for sku, quantity in wanted.items()}


@pytest.mark.parametrize(
    ("text", "reason", "candidates"),
    [
        ("2 pkt spoons", QuestionReason.AMBIGUOUS, {"SPW", "SPC"}),
        ("12in box 2 ctn", QuestionReason.AMBIGUOUS, {"PB12-K", "PB12-W"}),
        ("need 10in box", QuestionReason.QUANTITY, {"PB10-K"}),
        ("a few packets of forks", QuestionReason.QUANTITY, {"FK"}),
        ("0 ctn 10in box", QuestionReason.QUANTITY, {"PB10-K"}),
        ("9000 cartons of forks", QuestionReason.QUANTITY, {"FK"}),
        ("3 rolls of liners", QuestionReason.UNIT, {"LN"}),
        ("4 ctn 10in white box", QuestionReason.INACTIVE, {"PB10-W"}),
        ("2.5 rolls foil", QuestionReason.QUANTITY, {"FL"}),
    ],
)
def test_what_cannot_be_written_is_asked_about(text: str, reason: QuestionReason, candidates: set[str]) -> None:
    intent = read(text)
    assert not intent.lines
    assert [(q.reason, set(q.candidates)) for q in intent.questions] == [(reason, candidates)]


def test_unknown_goods_are_asked_about_and_clear_goods_are_written() -> None:
    intent = read("2 ctn 10in box and 3 gas canisters")
    assert lines(intent) == {"PB10-K": Decimal(200)}
    assert [q.reason for q in intent.questions] == [QuestionReason.UNKNOWN]


def test_a_size_nobody_has_is_unknown_also_beside_a_name() -> None:
    intent = read("3 ctn 20in box")
    assert not intent.lines
    assert intent.questions[0].reason is QuestionReason.UNKNOWN


def test_a_misspelt_word_is_read_but_needs_a_yes() -> None:
    intent = read("4 pkt woden froks")
    assert lines(intent) == {"FK": Decimal(400)}
    assert not intent.sure


def test_a_real_word_that_is_no_product_never_becomes_one() -> None:
    intent = read("20 corks")
    assert not intent.lines


def test_an_outlets_own_name_outranks_everyones() -> None:
    assert lines(read("2 ctn the usual box", outlet_id="OUT-1")) == {"PB12-W": Decimal(100)}
    assert not read("2 ctn the usual box", outlet_id="OUT-2").lines


def test_the_same_text_is_always_read_the_same() -> None:
    assert read("5ctn 10in box tmr") == read("5ctn 10in box tmr")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2 pkt forks tmr", date(2026, 11, 19)),
        ("2 pkt forks on friday", date(2026, 11, 20)),
        ("2 pkt forks next tuesday", date(2026, 11, 24)),
        ("2 pkt forks 1/12", date(2026, 12, 1)),
        ("2 pkt forks on the 30th", date(2026, 11, 30)),
        ("forks 2 pkt lusa", date(2026, 11, 20)),
        ("木叉两包,下星期二送", date(2026, 11, 24)),
        ("forks 2 pkt, deliver by Christmas", date(2026, 12, 25)),
        ("our last delivery was 12/11. forks 2 pkt", None),
        ("forks 2 pkt on 31/2", None),
    ],
)
def test_days_are_singapores_next_to_come_day_before_month(text: str, day: date | None) -> None:
    assert read(text).delivery_date == day


def test_a_draft_is_changed_by_what_is_said() -> None:
    context = draft(PB10_K=200, LN=100)
    assert read_lines("change the liners to 200", context) == {"PB10-K": 200, "LN": 200}
    assert read_lines("remove the liner", context) == {"PB10-K": 200}
    assert read_lines("add 2 pkt forks", context) == {"PB10-K": 200, "LN": 100, "FK": 200}
    assert read_lines("1 ctn more of 10in box", context) == {"PB10-K": 300, "LN": 100}
    changed = read("垫纸不要了", context)
    assert [change.op for change in changed.changes] == [ChangeOp.REMOVE]


def test_yes_confirms_and_yes_but_changes() -> None:
    context = draft(PB10_K=200)
    assert read("yes", context).kind is IntentKind.ORDER_CONFIRM
    assert read("yes but make it 300 10in box", context).kind is IntentKind.ORDER_AMEND


def test_an_answer_takes_the_quantity_that_was_asked_about() -> None:
    context = asked("gloves", "GV-M", "GV-L", quantity=3, unit="box")
    assert read_lines("the large one", context) == {"GV-L": 300}
    assert read_lines("2", context) == {"GV-L": 300}
    assert read_lines("both, 1 box each", context) == {"GV-M": 100, "GV-L": 100}


def test_a_bare_amount_answers_how_many() -> None:
    assert read_lines("4 packets", asked("liner", "LN")) == {"LN": 200}


def test_the_last_order_is_repeated_with_changes() -> None:
    last = Basket((("PB10-K", Decimal(200)), ("LN", Decimal(100))), None, "SO-1", "delivered")
    context = Context(last_order=last)
    assert read("same as last week", context).kind is IntentKind.ORDER_REPEAT
    assert read_lines("same as last week but no liners", context) == {"PB10-K": 200}


def test_repeat_without_a_last_order_asks() -> None:
    intent = read("same as last week pls")
    assert intent.kind is IntentKind.ORDER_REPEAT
    assert [q.reason for q in intent.questions] == [QuestionReason.NO_HISTORY]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("good morning", IntentKind.GREETING),
        ("谢谢", IntentKind.THANKS),
        ("STOP", IntentKind.OPT_OUT),
        ("how much is 5 ctn of forks?", IntentKind.INQUIRY_PRICE),
        ("do you deliver on sunday", IntentKind.INQUIRY_POLICY),
        ("is the foil oven safe?", IntentKind.INQUIRY_PRODUCT),
        ("2 ctn of the forks came broken", IntentKind.COMPLAINT),
        ("where is my order?", IntentKind.ORDER_STATUS),
        ("nak cakap dengan orang", IntentKind.HUMAN),
    ],
)
def test_messages_that_order_nothing_write_nothing(text: str, kind: IntentKind) -> None:
    intent = read(text)
    assert intent.kind is kind
    assert not intent.lines
