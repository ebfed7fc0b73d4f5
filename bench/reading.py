"""How fast a message is read, at 68, 1,000 and 10,000 SKUs, beside the obvious floor, in one run.

    python -m bench.reading [--rounds 5]

The floor is rapidfuzz's `process.extractOne` of the whole message over every name and alias: one call that finds one product
and reads no quantity, unit or date. Ratios are ours over the floor, both measured in turns on the same messages.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rapidfuzz import process
from rich.console import Console
from rich.table import Table

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.catalog.product import Product
from bot.evaluation.examples import Example, read_examples
from bot.understanding.reader import understand
from chaos.nearest_rank import nearest_rank

ROOT = Path(__file__).resolve().parent.parent
SET = ROOT / "data" / "corpus" / "packaging"
SIZES = (68, 1_000, 10_000)
MESSAGES = 150
FLOOR_MESSAGES = 15
GOAL_MS = {68: 0.5, 1_000: 2.0, 10_000: 2.0}
GOAL_BUILD_S = 2.0


def grown(products: Sequence[Product], count: int) -> list[Product]:
    """The catalog with further ranges of the same goods until it has `count` SKUs."""
    out = list(products)
    series = 0
    while len(out) < count:
        series += 1
        mark = f"series {chr(97 + series % 26)}{series}"
        out += [
            replace(
                p, sku=f"{p.sku}-{series}", name=f"{p.name} {mark}", aliases=tuple(f"{a} {mark}" for a in p.aliases[:1])
            )
            for p in products
        ]
    return out[:count]


def seconds(action: Callable[[], object]) -> float:
    """Of processor time: what else the machine does is not the reader's."""
    start = time.thread_time()
    action()
    return time.thread_time() - start


def measure(count: int, examples: Sequence[Example], products: Sequence[Product], rounds: int) -> dict[str, float]:
    """Milliseconds a message, ours and the floor's, and the seconds the index took. The best round counts."""
    catalog = grown(products, count)
    build_s = min(seconds(lambda: CatalogIndex.build(catalog)) for _ in range(1 if count > 1_000 else 2))
    index = CatalogIndex.build(catalog)
    names = [text for p in catalog for text in (p.name, *p.aliases)]
    for example in examples[:20]:
        understand(example.text, index, example.context, example.now)
    best: dict[str, float] = {}
    for _ in range(rounds):
        ours = [seconds(lambda e=e: understand(e.text, index, e.context, e.now)) for e in examples]  # type: ignore[misc]
        floor = [seconds(lambda e=e: process.extractOne(e.text, names)) for e in examples[:FLOOR_MESSAGES]]  # type: ignore[misc]
        taken = {"p50": nearest_rank(ours, 50), "p95": nearest_rank(ours, 95), "floor": nearest_rank(floor, 50)}
        best = {key: min(best.get(key, value), value) for key, value in taken.items()}
    return {key: 1000 * value for key, value in best.items()} | {"build_s": build_s, "names": len(names)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    examples = read_examples(SET / "dev.jsonl")[:MESSAGES]
    products = read_catalog(SET / "catalog.csv")
    table = Table(
        "SKUs",
        "names",
        "index s",
        "p50 ms",
        "p95 ms",
        "floor p50 ms",
        "ours / floor",
        "goal",
        title="Reading a message",
    )
    missed = False
    for count in SIZES:
        m = measure(count, examples, products, rounds)
        met = m["p50"] <= GOAL_MS[count] and m["build_s"] <= GOAL_BUILD_S
        missed |= not met
        table.add_row(
            f"{count:,}", f"{m['names']:,.0f}", f"{m['build_s']:.2f}", f"{m['p50']:.3f}", f"{m['p95']:.3f}", f"{m['floor']:.3f}",
            f"{m['p50'] / m['floor']:.3f}", f"p50 {GOAL_MS[count]} ms, index {GOAL_BUILD_S:.0f} s" + ("" if met else " MISSED"),
        )  # fmt: skip
    Console(width=130).print(table)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
