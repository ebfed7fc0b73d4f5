"""Reads labelled messages with today's reader and judges each one, timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.catalog.index import CatalogIndex
from bot.evaluation.examples import Example
from bot.evaluation.figures import Score, summarise
from bot.evaluation.prediction import prediction
from bot.evaluation.scoring import Judgement, judge
from bot.understanding.gaps import needs_llm
from bot.understanding.reader import understand


@dataclass(frozen=True, slots=True)
class Read:
    """One message with what was read. `set_name` is the file it stands in, `trade` the catalog it was read against."""

    example: Example
    said: dict[str, Any]
    judgement: Judgement
    seconds: float
    llm: bool
    set_name: str
    trade: str

    @property
    def mark(self) -> str:
        """What is worst about a reading that is not right; "" for one that is."""
        j = self.judgement
        found = {
            "wrong_and_sure": j.danger,
            "wrongly_cancelled": j.wrongly_cancelled,
            "wrongly_ignored": j.wrongly_ignored,
            "unsure_wrong": j.unsure_wrong,
            "inexact": not j.exact,
        }
        return next((mark for mark, holds in found.items() if holds), "")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One group of messages and its figures."""

    score: Score
    judgements: tuple[Judgement, ...]


def read_example(example: Example, index: CatalogIndex, *, set_name: str, trade: str) -> Read:
    """One message, read and judged."""
    start = time.perf_counter()
    intent = understand(example.text, index, example.context, example.now)
    seconds = time.perf_counter() - start
    said = prediction(example.id, intent)
    return Read(example, said, judge(example, said, index.products), seconds, needs_llm(intent), set_name, trade)


def group(reads: Iterable[Read]) -> Evaluation:
    judgements = tuple(read.judgement for read in reads)
    return Evaluation(summarise(judgements), judgements)


def group_by(reads: Iterable[Read], names: Callable[[Read], Iterable[str]]) -> dict[str, Evaluation]:
    """The messages in every group that `names` puts them in."""
    groups: dict[str, list[Read]] = {}
    for read in reads:
        for name in names(read):
            groups.setdefault(name, []).append(read)
    return {name: group(members) for name, members in groups.items()}


MARKS = ("wrong_and_sure", "wrongly_cancelled", "wrongly_ignored", "unsure_wrong", "inexact")
"""What can be wrong with a reading, the worst first."""


def failure(read: Read, catalog: str) -> dict[str, Any]:
    """A reading that is not right, with all that is needed to try it again; `catalog` is a path inside the repository."""
    example = read.example
    return {
        "id": example.id,
        "mark": read.mark,
        "set": read.set_name,
        "text": example.text,
        "catalog": catalog,
        "now": example.now.isoformat(),
        "lang": example.language,
        "context": example.raw_context or None,
        "gold": example.gold,
        "prediction": read.said,
        "tags": list(example.tags),
    }
