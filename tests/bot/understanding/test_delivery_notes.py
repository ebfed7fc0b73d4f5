"""A note for the delivery of an order is kept whole: the number of a unit or a door belongs to it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.settings import ROOT
from bot.understanding.intent import Basket, Context, IntentKind
from bot.understanding.reader import understand

NOW = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("Asia/Singapore"))
OPEN = Context(last_order=Basket((("PB10-K", Decimal(500)),), date(2026, 11, 20), "SO-1", "placed"))


@pytest.fixture(scope="module")
def index() -> CatalogIndex:
    return CatalogIndex.build(read_catalog(ROOT / "data" / "catalog.csv"))


@pytest.mark.parametrize("words", ["deliver to unit 03-12", "leave at guard house", "call me when arrive"])
def test_a_note_is_kept_as_it_was_said(words: str, index: CatalogIndex) -> None:
    intent = understand(words, index, OPEN, NOW)
    assert (intent.kind, intent.notes) == (IntentKind.ORDER_AMEND, words)
