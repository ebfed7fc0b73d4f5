"""The shipped catalogs of other trades and two that only the tests know, and messages read against them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.settings import ROOT
from bot.understanding.intent import Context, Intent
from bot.understanding.reader import understand

NOW = datetime(2026, 11, 18, 2, 15, tzinfo=UTC)


OWN = Path(__file__).parent / "catalogs"


@cache
def index_of(trade: str) -> CatalogIndex:
    own = OWN / f"{trade}.csv"
    return CatalogIndex.build(read_catalog(own if own.exists() else ROOT / "data" / "corpus" / trade / "catalog.csv"))


def read(trade: str, text: str, context: Context | None = None) -> Intent:
    return understand(text, index_of(trade), context or Context(), NOW)


def amounts(intent: Intent) -> dict[str, int]:
    return {line.sku: int(line.quantity) for line in intent.lines}
