"""Learns the weights of the reader's grammar from the labelled corpora, in plain Python.

    python -m bench.train_reader                 writes bot/understanding/reading/weights.json
    python -m bench.train_reader --without food  leaves a trade out and prints how it is read by what the others taught

A structured perceptron with latent derivations: of the readings of a message the best one whose effect is the labelled one is
what should have won, and the weights move towards it and away from the one that did. Averaged; the same messages in the same
order give the same file.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.evaluation.examples import Example, read_examples
from bot.evaluation.prediction import prediction
from bot.evaluation.scoring import judge
from bot.understanding.reader import Sight, meant, sight
from bot.understanding.reading.decode import Derivation, decode
from bot.understanding.reading.find import WEIGHTS
from bot.understanding.reading.priors import FIXED, priors

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "data/corpus"
HELD_OUT = "test.jsonl"
"""Sets that nothing is learnt from."""
EPOCHS, STEP, MARGIN, WIDTH, TRIES, SEED = 5, 0.1, 0.3, 16, 8, 20261127


@dataclass(frozen=True, slots=True)
class Lesson:
    """One labelled message with all that its words allow."""

    example: Example
    index: CatalogIndex
    sight: Sight


def lessons(trades: Iterable[str]) -> Iterator[Lesson]:
    """The messages of the trades, in order."""
    for trade in sorted(trades):
        index = CatalogIndex.build(read_catalog(CORPUS / trade / "catalog.csv")).for_outlet(None)
        for file in sorted((CORPUS / trade).glob("*.jsonl")):
            for example in read_examples(file) if file.name != HELD_OUT else ():
                seen = sight(example.text, index, example.context, example.now.date())
                if seen is not None:
                    yield Lesson(example, index, seen)


def right(lesson: Lesson, derivation: Derivation) -> bool:
    """Whether this reading has the effect that the label says."""
    example = lesson.example
    intent = meant(lesson.sight, [derivation], example.text, example.now).intent
    return judge(example, prediction(example.id, intent), lesson.index.products).exact


def train(taught: list[Lesson], epochs: int = EPOCHS) -> dict[str, float]:
    """The averaged weights."""
    weights, sums, count = priors(), dict[str, float](), 1
    shuffler = random.Random(SEED)
    for epoch in range(epochs):
        shuffler.shuffle(taught)
        mended = 0
        for lesson in taught:
            count += 1
            found = decode(lesson.sight.lattice, lesson.sight.matching, weights, WIDTH)
            wanted = next((d for d in found[:TRIES] if right(lesson, d)), None)
            rival = _rival(lesson, found, wanted)
            if wanted is not None and rival is not None:
                mended += 1
                _move(weights, sums, wanted.features, STEP, count)
                _move(weights, sums, rival.features, -STEP, count)
        print(f"epoch {epoch + 1}: {mended} of {len(taught)} messages moved the weights", flush=True)
    return {name: round(value - sums.get(name, 0.0) / count, 4) for name, value in weights.items()}


def _rival(lesson: Lesson, found: list[Derivation], wanted: Derivation | None) -> Derivation | None:
    """The reading that wins wrongly, or comes too near to the right one."""
    if wanted is None or wanted is not found[0]:
        return found[0]
    near = (d for d in found[1:TRIES] if found[0].score - d.score < MARGIN)
    return next((d for d in near if not right(lesson, d)), None)


def _move(weights: dict[str, float], sums: dict[str, float], features: Iterable[str], step: float, count: int) -> None:
    for name in features:
        if name not in FIXED:
            weights[name] = weights.get(name, 0.0) + step
            sums[name] = sums.get(name, 0.0) + count * step


def share_right(asked: Iterable[Lesson], weights: Mapping[str, float]) -> float:
    """The share of messages whose best reading has the labelled effect."""
    marks = [right(x, decode(x.sight.lattice, x.sight.matching, weights)[0]) for x in asked]
    return sum(marks) / max(1, len(marks))


def main() -> None:
    out = frozenset(sys.argv[sys.argv.index("--without") + 1 :]) if "--without" in sys.argv else frozenset()
    trades = {path.parent.name for path in CORPUS.glob("*/catalog.csv")}
    weights = train(list(lessons(trades - out)))
    for trade in sorted(out & trades):
        print(f"{trade}, left out: {100 * share_right(lessons([trade]), weights):.1f} % read right")
    if "--without" not in sys.argv:
        kept = {name: value for name, value in sorted(weights.items()) if value}
        WEIGHTS.write_text(json.dumps(kept, indent=0, ensure_ascii=False) + "\n", "utf-8")
        print(f"{len(kept)} weights, {WEIGHTS.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
