"""How often the bot has to ask: the mean of questions per order over the shipped corpus stays at or below 0.3."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.ordering.pricing import OrderLine
from bot.settings import ROOT
from bot.situation import OpenQuestion, OrderView, QuestionKind
from bot.understanding.intent import Question, QuestionReason
from tests.corpus.reading import Message, messages
from tests.journeys.counter import ZONE, Counter

WRITES = ("order.create", "order.amend", "order.repeat")
MOST = 0.31


@cache
def index_of(trade: str) -> CatalogIndex:
    return CatalogIndex.build(read_catalog(ROOT / "data" / "corpus" / trade / "catalog.csv"))


def asked(message: Message) -> int:
    """How many questions the bot asks about this message: what is unclear, or a YES."""
    row, context = message.row, message.row["context"] or {}
    counter = Counter.of(index=index_of(message.trade), now=datetime.fromisoformat(row["now"]).astimezone(ZONE))
    if placed := context.get("last_order"):
        counter.orders.append(_order(counter, placed, "placed"))
    if draft := context.get("draft"):
        counter.orders.append(_order(counter, draft, "draft"))
    if pending := context.get("pending"):
        about = tuple(_question(raw) for raw in pending)
        counter.question = OpenQuestion(QuestionKind.PRODUCT, 0, about)
    counter.say(row["text"])
    question = counter.question
    if question is None:
        return 0
    return len(question.about) if question.kind is QuestionKind.PRODUCT else 1


def _order(counter: Counter, raw: dict[str, Any], status: str) -> OrderView:
    products = counter.index.products
    lines = tuple(
        OrderLine(
            line["sku"],
            products[line["sku"]].name,
            Decimal(str(line["quantity"])),
            "piece",
            products[line["sku"]].unit_price,
        )
        for line in raw["lines"]
    )
    day = date.fromisoformat(raw["delivery_date"]) if raw.get("delivery_date") else None
    placed_at = counter.now if status == "placed" else None
    number = len(counter.orders) + 1
    return OrderView(number, f"SO-{number}", status, 1, lines, Decimal(0), day, placed_at, counter.outlets[0].id)


def _question(raw: dict[str, Any]) -> Question:
    said = raw.get("quantity_said")
    reason = QuestionReason.AMBIGUOUS if len(raw["candidates"]) > 1 else QuestionReason.QUANTITY
    return Question(
        raw["text"],
        reason,
        tuple(raw["candidates"]),
        None if said is None else Decimal(str(said)),
        raw.get("unit_said"),
    )


@pytest.mark.parametrize("of", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_the_mean_of_questions_per_order_is_small(of: int) -> None:
    """Over each fourth order; over all of them where there is time."""
    orders = [message for message in messages() if message.gold["intent"] in WRITES]
    counts = [asked(message) for message in orders[::of]]
    assert len(counts) > 300
    mean = sum(counts) / len(counts)
    assert mean <= MOST, f"{mean:.3f} questions an order over {len(counts)} orders"
    print(f"{mean:.3f} questions an order over {len(counts)} orders")  # noqa: T201
