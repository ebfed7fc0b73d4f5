"""What a message does beside an order, a draft or a question: every line of follow_ups.txt, and what holds for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalog import units
from bot.understanding.intent import Basket, Context, Intent, IntentKind, Pack, Question, QuestionReason
from tests.bot.understanding.trades import index_of, read

PACKAGING = index_of("packaging")
FIRST, SECOND = "SO-100001", "SO-100002"
QUIET = (IntentKind.OTHER, IntentKind.THANKS, IntentKind.ORDER_CONFIRM, IntentKind.GREETING, IntentKind.INQUIRY_PRODUCT)


def basket(
    lines: str, number: str = FIRST, status: str = "placed", day: date | None = None, trade: str = "packaging"
) -> Basket:
    """ "5 carton PB10-K, 20 KT" as an order, each line as it was said."""
    found: list[tuple[str, Decimal]] = []
    packs: list[Pack] = []
    for line in lines.split(","):
        amount, *unit, sku = line.split()
        product = index_of(trade).products[sku]
        found.append((sku, units.to_base(product, Decimal(amount), unit[0] if unit else None)))
        packs += [Pack(sku, Decimal(amount), unit[0])] if unit else []
    return Basket(tuple(found), day, number, status, tuple(packs))


def context_of(heading: str) -> Context:
    kind, _, what = heading.partition(": ")
    trade, _, kind = kind.partition("/")
    if kind == "placed":
        return Context(last_order=basket(what, day=date(2026, 11, 19), trade=trade))
    if kind == "orders":
        dated = [part.rsplit(" on ", 1) for part in what.split("; ")]
        orders = tuple(
            basket(lines, number, day=date.fromisoformat(day), trade=trade)
            for (lines, day), number in zip(dated, (FIRST, SECOND), strict=True)
        )
        return Context(last_order=orders[-1], orders=orders)
    lines, _, asked = what.partition("; asked ")
    draft = basket(lines, status="draft", day=date(2026, 11, 19), trade=trade)
    if not asked:
        return Context(draft=draft)
    amount, unit, *skus = asked.split()
    question = Question("12 inch box", QuestionReason.AMBIGUOUS, tuple(skus), Decimal(amount), unit)
    return Context(draft=draft, pending=(question,))


def cases() -> Iterator[tuple[str, str, str]]:
    heading = ""
    for line in (Path(__file__).parent / "follow_ups.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif line and not line.startswith("#"):
            text, _, wanted = line.partition(" => ")
            yield heading, text, wanted


def held(context: Context, number: str | None) -> dict[str, Decimal]:
    own = (context.draft, *context.orders, context.last_order)
    found = next((b for b in own if b is not None and number in (None, b.order_id)), None)
    return dict(found.lines) if found else {}


def check(intent: Intent, context: Context, wanted: str) -> None:
    if wanted.startswith("cancel"):
        place = {"cancel first": FIRST, "cancel second": SECOND}.get(wanted)
        assert intent.kind is IntentKind.ORDER_CANCEL
        assert intent.sure
        assert place in (None, intent.order_id)
    elif wanted == "may cancel":
        assert (intent.kind, intent.sure) == (IntentKind.ORDER_CANCEL, False)
    elif wanted == "none":
        assert intent.kind in QUIET
    elif wanted.startswith("ask"):
        reason = wanted.removeprefix("ask ")
        assert intent.questions
        assert reason == "any" or reason in [q.reason for q in intent.questions]
        assert not intent.changes
    elif wanted == "note":
        assert (intent.kind, intent.changes, intent.questions) == (IntentKind.ORDER_AMEND, (), ())
        assert intent.notes
    elif wanted == "dropped":
        assert (intent.kind, intent.questions) == (IntentKind.ORDER_AMEND, ())
        assert {line.sku: line.quantity for line in intent.lines} == held(context, None)
    elif wanted.startswith("day"):
        assert intent.delivery_date == date.fromisoformat(wanted.split()[1])
        assert (intent.kind, intent.changes) == (IntentKind.ORDER_AMEND, ())
    elif wanted.startswith("apart "):
        assert intent.apart
        check_lines(intent, Context(), wanted.removeprefix("apart "))
    else:
        check_lines(intent, context, wanted.removeprefix("shown "), sure=not wanted.startswith("shown "))


def check_lines(intent: Intent, context: Context, wanted: str, *, sure: bool = True) -> None:
    lines, _, day = wanted.partition(" day ")
    place, _, lines = lines.rpartition(": ")
    after = held(context, {"first": FIRST, "second": SECOND}.get(place))
    for line in lines.split(","):
        sku, *amounts = line.replace(" or ", " ").split()
        told = {line.sku: line.quantity for line in intent.lines}.get(sku, Decimal(0))
        assert told in [Decimal(amount) for amount in amounts], f"{sku} is {told}"
        after[sku] = told
    assert {line.sku: line.quantity for line in intent.lines} == {sku: n for sku, n in after.items() if n}
    assert intent.kind in (IntentKind.ORDER_AMEND, IntentKind.ORDER_CREATE)
    assert intent.sure is sure
    assert not day or intent.delivery_date == date.fromisoformat(day)


@pytest.mark.parametrize(("heading", "text", "wanted"), list(cases()))
def test_the_message_does_this_to_what_is_there(heading: str, text: str, wanted: str) -> None:
    context = context_of(heading)
    check(read(heading.partition("/")[0], text, context), context, wanted)


# -- what holds for every order

calm = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SOLD = [
    (product.sku, unit)
    for product in PACKAGING.products.values()
    if product.active and product.base_unit == "piece"
    for unit in product.pack_units
]
amounts = st.integers(1, 40)


def one_line(sku: str, unit: str, amount: int) -> Context:
    return Context(last_order=basket(f"{amount} {unit} {sku}", day=date(2026, 11, 19)))


@calm
@given(st.sampled_from(SOLD), amounts, amounts)
def test_an_amount_without_a_unit_keeps_the_unit_of_its_line(goods: tuple[str, str], had: int, now: int) -> None:
    sku, unit = goods
    intent = read("packaging", f"make it {now}", one_line(sku, unit, had))
    wanted = units.to_base(PACKAGING.products[sku], Decimal(now), unit)
    if wanted > 100_000:
        assert intent.questions
        return
    line = intent.lines[0]
    assert (line.sku, line.quantity, line.unit_said, line.quantity_said) == (sku, wanted, unit, now)


@calm
@given(st.sampled_from(SOLD), amounts, st.sampled_from(["double it", "翻倍", "gandakan", "double the order"]))
def test_double_is_twice_as_much(goods: tuple[str, str], had: int, text: str) -> None:
    sku, unit = goods
    before = units.to_base(PACKAGING.products[sku], Decimal(had), unit)
    intent = read("packaging", text, one_line(sku, unit, had))
    assert [line.quantity for line in intent.lines] in ([2 * before], [before])
    assert intent.lines[0].quantity == 2 * before or intent.questions


CANCELS = re.compile(r"cancel|batal|取消|remove|delete|drop|no |不要|tak nak|dont want|forget|scrap")
WORDS = ["make it", "double", "8", "2", "ctn", "foil", "10in box", "more", "less", "not", "instead", "change", "to", "the", "all",
         "both", "改成", "多", "jadi", "tambah", "only", "friday", "ok", "wait", "sorry", ",", "and", "same", "one", "?"]  # fmt: skip


@calm
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join))
def test_nothing_placed_is_cancelled_or_emptied_but_by_words_that_say_so(text: str) -> None:
    context = context_of("packaging/placed: 5 carton PB10-K, 2 carton FL-30")
    intent = read("packaging", text, context)
    assert not (intent.kind is IntentKind.ORDER_CANCEL and intent.sure), text
    assert not (intent.kind is IntentKind.ORDER_AMEND and intent.changes and not intent.lines), text
    assert not CANCELS.search(text)


@calm
@given(st.text(max_size=60), st.sampled_from(list(dict.fromkeys(h for h, _, _ in cases()))))
def test_no_text_makes_the_effects_raise(text: str, heading: str) -> None:
    assert 0.0 <= read(heading.partition("/")[0], text, context_of(heading)).confidence <= 1.0
