"""An amount that begins with a zero behind anything else than an amount is read, and reading it ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.settings import ROOT
from bot.understanding.intent import Context
from bot.understanding.reader import understand

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
INDEX = CatalogIndex.build(read_catalog(ROOT / "data" / "catalog.csv"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["总裁说了，给我打零折", "给我零两卷", "锡纸零两卷", "，零两箱", "一箱零两卷锡纸"])
def test_reading_ends(text: str) -> None:
    assert understand(text, INDEX, Context(None, None, (), None), NOW).kind
