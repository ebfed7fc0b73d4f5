"""What the language model adds as a second reader, at every degree of being right: nothing may become wrong and sure.

    python -m bench.second_reader [--of 400]

The simulator's oracle answers the messages of data/corpus that would be asked about, right with a set probability and wrong in
plausible ways otherwise; what the product makes of each answer is judged against the label. Held-out sets are left alone.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.evaluation.evaluation import find_sets
from bot.evaluation.examples import Example, parse_example
from bot.evaluation.figures import Score, summarise
from bot.evaluation.prediction import prediction
from bot.evaluation.scoring import judge
from bot.evaluation.swaps import HELD_OUT, SEED, USUAL, frame_rows, trade_rows
from bot.settings import ROOT
from bot.telemetry import scrub
from bot.understanding.intent import Intent
from bot.understanding.llm import GapFiller
from bot.understanding.reader import understand
from simulator.oracle import Oracle, Truth
from simulator.server import start

RIGHT = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)
MESSAGES = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that would be asked about, and how the rules read it."""

    example: Example
    index: CatalogIndex
    before: Intent


def every() -> Iterator[tuple[Example, CatalogIndex]]:
    """The labelled messages that are not held out, then those of both swaps."""
    sets = find_sets(ROOT / "data" / "corpus")
    for labelled in sets:
        index = CatalogIndex.build(read_catalog(labelled.catalog))
        for path in (file for file in labelled.files if file.stem != HELD_OUT):
            yield from ((parse_example(json.loads(line)), index) for line in path.read_text("utf-8").splitlines())
    indexes: dict[str, CatalogIndex] = {}
    for goods, row in (*trade_rows(sets, USUAL, SEED), *frame_rows(USUAL, SEED)):
        if goods.trade not in indexes:
            indexes[goods.trade] = CatalogIndex.build(read_catalog(goods.path))
        yield parse_example(row), indexes[goods.trade]


def truth(example: Example) -> Truth:
    """What the label says, as a language model would have to say it."""
    wanted = {line["sku"]: (line.get("quantity_said"), line.get("unit_said")) for line in example.gold["lines"]}
    return Truth("order.create" if example.kind == "order.amend" else example.kind, wanted)


def told(asked: Sequence[Asked], filler: GapFiller) -> tuple[Score, int]:
    """The figures with the answers taken in, and how many readings are other ones for them."""
    judged, changed = [], 0
    for each in asked:
        after, _ = filler.fill(each.before, each.example.text, each.index, each.example.context, each.example.now)
        changed += after is not each.before
        judged.append(judge(each.example, prediction(each.example.id, after), each.index.products))
    return summarise(judged), changed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--of", type=int, default=MESSAGES, help="so many of the messages that would be asked about")
    most = parser.parse_args().of
    logging.disable(logging.INFO)
    seen = [Asked(e, index, understand(e.text, index, e.context, e.now)) for e, index in every()]
    table = Table(
        "right",
        "asked",
        "other readings",
        "exact %",
        "placed %",
        "YES %",
        "asked back %",
        "wrong",
        "cancelled",
        "unsure wrong",
    )
    with start() as running:
        filler = GapFiller(
            api_key="sk-simulated", base_url=f"{running.url}/v1", model="gpt-4.1-mini", daily_budget_usd=Decimal(1000)
        )
        asked = [each for each in seen if filler.wants(each.before)][:most]
        truths = {scrub(each.example.text): truth(each.example) for each in asked}
        before = summarise([judge(a.example, prediction(a.example.id, a.before), a.index.products) for a in asked])
        _add(table, "not asked", before, 0)
        worst = before.danger
        for right in RIGHT:
            running.openai.think = Oracle(truths, right)
            score, changed = told(asked, filler)
            worst = max(worst, score.danger)
            _add(table, f"{right:.2f}", score, changed)
        filler.close()
    table.title = f"{len(asked)} of {len(seen)} messages are asked about"
    Console(width=130).print(table)
    return int(worst > before.danger)


def _add(table: Table, name: str, score: Score, changed: int) -> None:
    shares = (score.exact, score.placed, score.needless_yes, score.needless_questions)
    told = ("-" if share is None else f"{100 * share:.1f}" for share in shares)
    table.add_row(
        name,
        str(score.messages),
        str(changed),
        *told,
        str(score.danger),
        str(score.wrongly_cancelled),
        str(score.unsure_wrong),
    )


if __name__ == "__main__":
    sys.exit(main())
