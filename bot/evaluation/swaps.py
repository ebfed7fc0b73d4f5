"""Reads both swaps with today's reader: the goods of other trades in labelled messages, and the same lines in every frame."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.evaluation.evaluation import LabelledSet, figures_by_name
from bot.evaluation.examples import parse_example
from bot.evaluation.frame_swap import frame_examples
from bot.evaluation.frames import read_frames
from bot.evaluation.reading import Evaluation, Read, group, group_by, read_example
from bot.evaluation.trade_catalog import TradeCatalog, read_trade_catalog
from bot.evaluation.trade_swap import Source, sources, swapped
from bot.settings import ROOT

TRADES = ROOT / "data" / "eval" / "trades"
HELD_OUT = "test"
"""Sets of this name are scored and never shown, so they are not swapped either."""
SEED = "1"


@dataclass(frozen=True, slots=True)
class Sample:
    """How much is read: messages drawn for each trade, trades drawn for each frame. None is all."""

    messages: int | None
    trades: int | None


Told = tuple[TradeCatalog, dict[str, Any]]
"""A message in the corpus format, and the catalog that it is about."""
USUAL = Sample(messages=130, trades=3)
FULL = Sample(messages=None, trades=None)


@dataclass(frozen=True, slots=True)
class SwapReport:
    """The figures of one swap. `dropped` counts by reason what could not be swapped with certainty."""

    name: str
    reads: tuple[Read, ...]
    every: Evaluation
    by: dict[str, dict[str, Evaluation]]
    dropped: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        groups = {kind: figures_by_name(found) for kind, found in self.by.items()}
        return {**self.every.score.as_json(), "groups": groups, "dropped": self.dropped}


def trades() -> list[TradeCatalog]:
    """The hostile catalogs, by name."""
    return [read_trade_catalog(path) for path in sorted(TRADES.glob("*/catalog.csv"))]


def trade_rows(
    sets: Iterable[LabelledSet], sample: Sample, seed: str, dropped: Counter[str] | None = None
) -> Iterator[Told]:
    """Every trade told with messages of the sets."""
    counted: Counter[str] = Counter() if dropped is None else dropped
    found = list(sources(_rows(sets), counted))
    for goods in trades():
        yield from ((goods, row) for row in _told(found, goods, sample, seed, counted))


def frame_rows(sample: Sample, seed: str, dropped: Counter[str] | None = None) -> Iterator[Told]:
    """Every frame around lines of some trades."""
    yield from frame_examples(read_frames(), trades(), seed, sample.trades, Counter() if dropped is None else dropped)


def trade_swap(sets: Iterable[LabelledSet], sample: Sample, seed: str = SEED) -> SwapReport:
    """The trade swap, read."""
    dropped: Counter[str] = Counter()
    return _report("trade swap", _read(trade_rows(sets, sample, seed, dropped), "trade_swap"), dropped)


def frame_swap(sample: Sample, seed: str = SEED) -> SwapReport:
    """The frame swap, read."""
    dropped: Counter[str] = Counter()
    return _report("frame swap", _read(frame_rows(sample, seed, dropped), "frame_swap"), dropped)


def _rows(sets: Iterable[LabelledSet]) -> Iterator[tuple[dict[str, Any], TradeCatalog]]:
    for labelled in sets:
        goods = read_trade_catalog(labelled.catalog)
        for path in labelled.files:
            lines = path.read_text("utf-8").splitlines() if path.stem != HELD_OUT else ()
            yield from ((json.loads(line), goods) for line in lines if line.strip())


def _told(
    found: Sequence[Source], goods: TradeCatalog, sample: Sample, seed: str, dropped: Counter[str]
) -> Iterator[dict[str, Any]]:
    count = len(found) if sample.messages is None else min(sample.messages, len(found))
    yield from swapped(random.Random(f"{seed}/{goods.trade}").sample(found, count), goods, seed, dropped)


def _read(told: Iterable[Told], name: str) -> list[Read]:
    return [
        read_example(parse_example(row), _index(goods.path), set_name=name, trade=goods.trade) for goods, row in told
    ]


@cache
def _index(path: Path) -> CatalogIndex:
    return CatalogIndex.build(read_catalog(path))


def _report(name: str, reads: Sequence[Read], dropped: Counter[str]) -> SwapReport:
    return SwapReport(
        name=name,
        reads=tuple(reads),
        every=group(reads),
        by={
            "intent": group_by(reads, lambda read: [read.example.kind]),
            "language": group_by(reads, lambda read: [read.example.language]),
            "trade": group_by(reads, lambda read: [read.trade]),
            "tag": group_by(reads, lambda read: read.example.tags),
        },
        dropped=dict(sorted(dropped.items())),
    )
