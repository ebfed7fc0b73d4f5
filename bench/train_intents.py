"""Trains the intent classifier's weights from the development corpora and the extra messages, in plain Python.

    python -m bench.train_intents            writes bot/understanding/weights.json
    python -m bench.train_intents --check    cross-validates and prints accuracy and the calibration curve

Deterministic: the same messages give the same file.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.intent_templates import fill
from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.evaluation.examples import Example, read_examples
from bot.understanding.classifier import WEIGHTS, softmax
from bot.understanding.features import features
from bot.understanding.kinds import ORDER
from bot.understanding.reader import read

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "data/corpus"
TEMPLATE_SETS = frozenset({"grocer", "packaging"})
"""Templates are filled with the goods of two trades; more would only repeat them."""
TEMPLATES = ROOT / "data/training/intents.txt"
MERGED = {"order.create": ORDER, "order.amend": ORDER}
EPOCHS, RATE, DECAY, FOLDS, SEED = 8, 0.25, 0.002, 3, 20261122
MIN_COUNT, MIN_WEIGHT = 3, 0.04

Row = tuple[list[str], str, frozenset[str]]


def rows() -> Iterator[Row]:
    """Features, class, and every class that is right, of each development message."""
    for folder in sorted(path.parent for path in CORPUS.glob("*/dev.jsonl")):
        products = read_catalog(folder / "catalog.csv")
        index = CatalogIndex.build(products)
        for file in sorted(folder.glob("dev*.jsonl")):
            yield from (row(example, index) for example in read_examples(file))
        if folder.name in TEMPLATE_SETS:
            yield from (row(example, index) for example in fill(TEMPLATES, products))


def row(example: Example, index: CatalogIndex) -> Row:
    found = read(example.text, index, example.context, example.now)
    if found is None:
        raise ValueError(f"{example.id} is too long to learn from")
    right = frozenset(MERGED.get(kind, kind) for kind in example.accepted)
    return sorted(set(features(found.facts))), MERGED.get(example.kind, example.kind), right


def train(data: list[Row]) -> tuple[list[str], dict[str, dict[int, float]]]:
    """Multinomial logistic regression by Adagrad, with weight decay."""
    classes = sorted({label for _, label, _ in data})
    place = {label: i for i, label in enumerate(classes)}
    counts: dict[str, int] = {}
    for names, _, _ in data:
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    kept = [([n for n in names if counts[n] >= MIN_COUNT], place[label]) for names, label, _ in data]
    weights: dict[str, list[float]] = {n: [0.0] * len(classes) for names, _ in kept for n in names}
    squares: dict[str, list[float]] = {n: [1e-2] * len(classes) for n in weights}
    shuffler = random.Random(SEED)
    for _ in range(EPOCHS):
        shuffler.shuffle(kept)
        for names, label in kept:
            _step(names, label, weights, squares, len(classes))
    return classes, {n: {i: w for i, w in enumerate(ws) if abs(w) >= MIN_WEIGHT} for n, ws in weights.items()}


def _step(
    names: list[str], label: int, weights: dict[str, list[float]], squares: dict[str, list[float]], size: int
) -> None:
    scores = [0.0] * size
    for name in names:
        for i, weight in enumerate(weights[name]):
            scores[i] += weight
    errors = [p - (1.0 if i == label else 0.0) for i, p in enumerate(softmax(scores))]
    active = [(i, e) for i, e in enumerate(errors) if abs(e) > 1e-3]
    for name in names:
        own, square = weights[name], squares[name]
        for i, error in active:
            gradient = error + DECAY * own[i]
            square[i] += gradient * gradient
            own[i] -= RATE * gradient / math.sqrt(square[i]) / math.sqrt(len(names))


def score(names: Iterable[str], classes: list[str], weights: dict[str, dict[int, float]]) -> list[float]:
    scores = [0.0] * len(classes)
    for name in names:
        for i, weight in weights.get(name, {}).items():
            scores[i] += weight
    return scores


def held_out(data: list[Row]) -> list[tuple[list[str], list[float], Row]]:
    """Every message scored by weights that have not seen it."""
    shuffled = data[:]
    random.Random(SEED).shuffle(shuffled)
    out = []
    for fold in range(FOLDS):
        classes, weights = train([r for i, r in enumerate(shuffled) if i % FOLDS != fold])
        out += [(classes, score(r[0], classes, weights), r) for i, r in enumerate(shuffled) if i % FOLDS == fold]
    return out


def best_temperature(scored: list[tuple[list[str], list[float], Row]]) -> float:
    """The temperature under which held-out probabilities fit best."""

    def loss(temperature: float) -> float:
        total = 0.0
        for classes, scores, (_, _, right) in scored:
            ps = softmax(scores, temperature)
            total -= math.log(max(1e-9, sum(p for c, p in zip(classes, ps, strict=True) if c in right)))
        return total

    return min((t / 10 for t in range(3, 41)), key=loss)


def main() -> None:
    data = list(rows())
    scored = held_out(data)
    temperature = best_temperature(scored)
    right = sum(classes[max(range(len(s)), key=s.__getitem__)] in r[2] for classes, s, r in scored)
    print(f"{len(data)} messages, held-out accuracy {right / len(data):.3f}, temperature {temperature}")
    if "--check" in sys.argv:
        _curve(scored, temperature)
        return
    classes, weights = train(data)
    packed = {n: [[i, round(w, 3)] for i, w in sorted(ws.items())] for n, ws in sorted(weights.items()) if ws}
    WEIGHTS.write_text(
        json.dumps(
            {"classes": classes, "temperature": temperature, "weights": packed},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        + "\n",
        "utf-8",
    )
    print(f"{len(packed)} features, {WEIGHTS.stat().st_size // 1024} kB")


def _curve(scored: list[tuple[list[str], list[float], Row]], temperature: float) -> None:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for classes, scores, (_, _, right) in scored:
        ps = softmax(scores, temperature)
        best = max(range(len(ps)), key=ps.__getitem__)
        bins.setdefault(min(9, int(ps[best] * 10)), []).append((ps[best], classes[best] in right))
    for number, items in sorted(bins.items()):
        said = sum(p for p, _ in items) / len(items)
        print(
            f"{number / 10:.1f}-{number / 10 + 0.1:.1f}  n={len(items):4d}  said {said:.3f}  right {sum(ok for _, ok in items) / len(items):.3f}"
        )


if __name__ == "__main__":
    main()
