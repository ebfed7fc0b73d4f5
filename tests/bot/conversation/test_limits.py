"""Limits and doubts by their numbers: what passes, what a person approves, what needs a YES."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.catalog.index import CatalogIndex
from bot.channels.base import MessageKind
from bot.conversation import decide
from bot.situation import Rules, Said
from tests.journeys.counter import Counter, demo_products

RULES = Rules(10_000, Decimal("100000.00"), 100, "SGD")


def status_after(text: str, rules: Rules) -> str:
    counter = Counter.of(rules=rules)
    counter.say(text)
    return counter.order.status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("10000 liners", "placed"),
        ("10001 liners", "awaiting_approval"),
        ("9 ctn 10in box", "placed"),
        ("10 ctn 10in box", "placed"),
        ("11 ctn 10in box", "awaiting_approval"),
    ],
)
def test_the_quantity_is_counted_in_the_unit_that_was_said(text: str, status: str) -> None:
    most = 10_000 if "liners" in text else 10
    assert status_after(text, replace(RULES, max_quantity_per_item=most)) == status


@pytest.mark.parametrize(("most", "status"), [("30.52", "placed"), ("30.51", "awaiting_approval")])
def test_a_total_of_exactly_the_limit_passes_and_a_cent_more_is_held(most: str, status: str) -> None:
    assert status_after("100 x 10in box", replace(RULES, max_order_total=Decimal(most))) == status


@pytest.mark.parametrize(("most", "status"), [(2, "placed"), (1, "awaiting_approval")])
def test_one_line_too_many_is_held_whole(most: int, status: str) -> None:
    counter = Counter.of(rules=replace(RULES, max_line_items=most))
    counter.say("2 ctn 10in box and 2 pkt liner")
    assert counter.order.status == status
    assert len(counter.order.lines) == 2


def test_a_product_without_a_price_is_held_and_never_sold_for_nothing() -> None:
    free = [replace(p, unit_price=Decimal(0)) if p.sku == "LN-PZ" else p for p in demo_products()]
    counter = Counter.of(index=CatalogIndex.build(free))
    counter.say("2 ctn 10in box and 2 pkt liner")
    assert counter.order.status == "awaiting_approval"
    assert counter.last_decision is not None
    assert counter.last_decision.reason == "limit_price"


@pytest.mark.parametrize(("minimum", "status"), [("30.52", "placed"), ("30.53", "draft")])
def test_the_minimum_counts_the_total_with_tax(minimum: str, status: str) -> None:
    counter = Counter.of(min_order_total=Decimal(minimum))
    counter.say("100 x 10in box")
    assert counter.order.status == status


@pytest.mark.parametrize("text", ["0 liners", "-5 liners"])
def test_nothing_or_less_makes_no_order(text: str) -> None:
    counter = Counter.of()
    counter.say(text)
    assert [order.status for order in counter.orders if order.status == "placed"] == []


def test_a_limit_is_remembered_over_a_question() -> None:
    counter = Counter.of()
    counter.say("10001 liners and 2 pkt straws")
    counter.say("6mm")
    assert counter.order.status == "awaiting_approval"


def test_a_limit_is_remembered_over_a_yes() -> None:
    counter = Counter.of(rules=replace(RULES, max_quantity_per_item=3))
    counter.say("2 ctn alumminium foil")
    counter.say("add 2 ctn aluminium foil")
    assert counter.order.status != "placed"
    counter.say("yes")
    assert counter.order.status == "awaiting_approval"


def test_an_order_that_may_be_none_needs_a_yes() -> None:
    before, counter = Counter.of(), Counter.of()
    counter.say("2 ctn 10in box")
    assert counter.order.status == "placed"
    assert counter.last_intent is not None
    doubted = replace(counter.last_intent, doubtful=True)
    decision = decide(
        doubted, Said((1,), "2 ctn 10in box", MessageKind.TEXT, before.now), before.situation(), before.now
    )
    assert decision.order is not None
    assert decision.order.status == "awaiting_confirmation"
