"""Readings that dialogues through the whole house found wrong; each became a test before it became a rule."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.settings import ROOT
from bot.understanding.intent import Basket, Context, Intent, IntentKind, QuestionReason
from bot.understanding.reader import understand

INDEX = CatalogIndex.build(read_catalog(ROOT / "data" / "catalog.csv"))
NOW = datetime(2026, 11, 18, 2, 15, tzinfo=UTC)
PLACED_ONE = Context(last_order=Basket((("PB10-K", Decimal(200)),), None, "SO-100001", "placed"))
DRAFT_TWO = Context(draft=Basket((("PB10-K", Decimal(200)), ("LN-PZ", Decimal(100)))))


def read(text: str, context: Context | None = None) -> Intent:
    return understand(text, INDEX, context or Context(), NOW)


def test_boxes_without_a_size_are_ordered_and_asked_about() -> None:
    intent = read("I need 10 boxes")
    assert intent.kind is IntentKind.ORDER_CREATE
    assert [(q.reason, q.quantity_said) for q in intent.questions] == [(QuestionReason.AMBIGUOUS, 10)]
    assert len(intent.questions[0].candidates) > 1


@pytest.mark.parametrize("text", ["do you have pizza boxes?", "how much is 10in box", "got 10 inch box ah?"])
def test_a_question_hands_over_what_it_speaks_of(text: str) -> None:
    intent = read(text)
    assert intent.kind in (IntentKind.INQUIRY_PRODUCT, IntentKind.INQUIRY_PRICE)
    spoken_of = [line.sku for line in intent.lines] + [sku for q in intent.questions for sku in q.candidates]
    assert "PB10-K" in spoken_of


@pytest.mark.parametrize("text", ["make it 200", "add 2 more ctn"])
def test_a_change_that_could_mean_several_lines_is_asked_about(text: str) -> None:
    intent = read(text, DRAFT_TWO)
    assert intent.kind is IntentKind.ORDER_AMEND
    assert set(intent.questions[0].candidates) == {"PB10-K", "LN-PZ"}


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("make it 300", 300), ("add 2 more ctn", 400), ("2 more", 202), ("make it 3 ctn for friday", 300)],
)
def test_a_change_without_a_name_means_the_only_line(text: str, quantity: int) -> None:
    intent = read(text, PLACED_ONE)
    assert intent.kind is IntentKind.ORDER_AMEND
    assert [(line.sku, line.quantity) for line in intent.lines] == [("PB10-K", quantity)]


@pytest.mark.parametrize("text", ["PERSON", "orang", "ORANG", "人工"])
def test_the_word_that_calls_a_person_does(text: str) -> None:
    assert read(text).kind is IntentKind.HUMAN


@pytest.mark.parametrize(
    ("text", "kept"),
    [("2 ctn 10in box tmr morning pls", "morning"), ("100 pcs liner leave at back door", "back door")],
)
def test_words_about_the_delivery_are_kept_as_a_note(text: str, kept: str) -> None:
    assert kept in read(text).notes


def test_removing_what_is_not_in_the_order_is_no_complaint() -> None:
    assert read("remove the liner", PLACED_ONE).kind is IntentKind.ORDER_AMEND


def test_an_unknown_product_with_a_weight_is_not_dropped() -> None:
    intent = read("2 ctn 10in box and 5 kg basmati rice")
    assert [line.sku for line in intent.lines] == ["PB10-K"]
    assert [q.reason for q in intent.questions] == [QuestionReason.UNKNOWN]
