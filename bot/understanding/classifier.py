"""A linear classifier for messages whose intent the rules leave open. Its weights are a file; reading them needs no library.

`python -m bench.train_intents` writes the file from the development corpora; the same input gives the same file.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights.json"


@dataclass(frozen=True, slots=True)
class Classifier:
    """Weights by feature, one number a class; `temperature` makes the probabilities mean what they say."""

    classes: tuple[str, ...]
    weights: Mapping[str, tuple[tuple[int, float], ...]]
    temperature: float

    def probabilities(self, features: Iterable[str]) -> dict[str, float]:
        """How likely each class is."""
        scores = [0.0] * len(self.classes)
        for feature in set(features):
            for place, weight in self.weights.get(feature, ()):
                scores[place] += weight
        return dict(zip(self.classes, softmax(scores, self.temperature), strict=True))


def softmax(scores: list[float], temperature: float = 1.0) -> list[float]:
    """Scores as probabilities that sum to one."""
    top = max(scores)
    powers = [math.exp((score - top) / temperature) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]


@cache
def classifier() -> Classifier:
    """The shipped weights, read once."""
    raw = json.loads(WEIGHTS.read_text("utf-8"))
    weights = {
        name: tuple((int(place), float(value)) for place, value in pairs) for name, pairs in raw["weights"].items()
    }
    return Classifier(tuple(raw["classes"]), weights, float(raw["temperature"]))
