"""How sure a hit is: one probability out of its signals, by weights that were fitted on the development questions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from math import exp
from pathlib import Path

from bot.knowledge.library import NO_LIKENESS, Signals

FILE = Path(__file__).with_name("confidence.json")
FEATURES = ("whole", "name", "sentence", "stems", "concepts", "words", "lead", "understood")
WITHOUT_MEANING = ("stems", "concepts", "words", "lead", "understood")
STEPS, RATE, CALM = 4000, 0.3, 1.0


@dataclass(frozen=True, slots=True)
class Curve:
    """`bias` plus the weighted signals, through the logistic function."""

    features: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float

    def at(self, signals: Signals) -> float:
        values = asdict(signals)
        total = self.bias + sum(weight * values[name] for name, weight in zip(self.features, self.weights, strict=True))
        return 1 / (1 + exp(-max(-60.0, min(60.0, total))))


@dataclass(frozen=True, slots=True)
class Bounds:
    """From `sure` on a passage is the answer, from `offer` on it is offered, below the team is asked."""

    sure: float
    offer: float


def confidence(signals: Signals) -> float:
    """From 0 to 1. Without any embedder the words alone tell."""
    meant = signals.whole > NO_LIKENESS and (signals.whole, signals.name, signals.sentence) != (0.0, 0.0, 0.0)
    return _curves()["meaning" if meant else "words"].at(signals)


@cache
def bounds() -> Bounds:
    return Bounds(**json.loads(FILE.read_text("utf-8"))["bounds"])


@cache
def _curves() -> dict[str, Curve]:
    raw = json.loads(FILE.read_text("utf-8"))["curves"]
    return {
        name: Curve(tuple(curve["weights"]), tuple(curve["weights"].values()), curve["bias"])
        for name, curve in raw.items()
    }


def fitted(features: Sequence[str], signals: Sequence[Signals], right: Sequence[bool]) -> Curve:
    """The logistic regression of "the passage answers it" on the signals, held back by a small penalty."""
    import numpy as np

    values = np.array([[asdict(each)[name] for name in features] for each in signals])
    wanted = np.array(right, float)
    middle, spread = values.mean(0), values.std(0) + 1e-9
    scaled, weights, bias = (values - middle) / spread, np.zeros(len(features)), 0.0
    for _ in range(STEPS):
        off = 1 / (1 + np.exp(-(scaled @ weights + bias))) - wanted
        weights -= RATE * (scaled.T @ off + CALM * weights) / len(wanted)
        bias -= RATE * float(off.mean())
    plain = weights / spread
    return Curve(
        tuple(features), tuple(float(round(each, 4)) for each in plain), round(bias - float(plain @ middle), 4)
    )
