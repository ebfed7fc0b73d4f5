"""The simulator's OpenAI, and the demo catalog to ask it about: what the tests of the gap filler share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.settings import ROOT
from bot.understanding.llm import GapFiller
from simulator.server import Running

INDEX = CatalogIndex.build(read_catalog(ROOT / "data" / "catalog.csv"))
NOW = datetime(2026, 11, 18, 10, 15, tzinfo=UTC)
SLANG = "100 10in box and 5 ctn wobblers"


def filler_at(url: str, *, budget_usd: str = "5.00", budget_s: float = 10.0, **more: Callable[..., Any]) -> GapFiller:
    return GapFiller(
        api_key="sk-simulated",
        base_url=f"{url}/v1",
        model="gpt-4.1-mini",
        daily_budget_usd=Decimal(budget_usd),
        budget_s=budget_s,
        **more,
    )


def asked(running: Running) -> list[dict[str, Any]]:
    return [dict(entry.sent) for entry in running.ledger.entries(provider="openai", operation="chat.completions")]
