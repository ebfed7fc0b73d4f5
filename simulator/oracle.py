"""A language model that is right as often as it is told to be: it knows the answers, and otherwise errs as a real one would.

It answers the request that the product really sends. A right answer names goods that were meant; a wrong one names others of the
list, another amount, another kind of message, or leaves something out. Which it is, and how it errs, follows from the message and the
seed, so that two runs say the same.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

KINDS = ("order.create", "order.status", "inquiry.product", "inquiry.price", "inquiry.policy", "complaint", "other")


@dataclass(frozen=True, slots=True)
class Truth:
    """What a message means: its kind, and for each product wanted the amount and the unit that were said (None: none said)."""

    kind: str
    wanted: Mapping[str, tuple[float | None, str | None]]


@dataclass(frozen=True, slots=True)
class Oracle:
    """Says what `think` of the simulated provider says. `truths` are by the message's text as it is sent."""

    truths: Mapping[str, Truth]
    right: float
    seed: str = "1"

    def __call__(self, body: dict[str, Any]) -> dict[str, Any]:
        names, message, unknown = _asked(body)
        truth = self.truths.get(message, Truth("other", {}))
        answer = _answer(truth, names, unknown)
        chance = random.Random(f"{self.seed}/{message}")
        return answer if chance.random() < self.right else _mistaken(answer, names, unknown, chance)


def _asked(body: dict[str, Any]) -> tuple[dict[str, str], str, list[str]]:
    """The names by SKU, the message and its unknown words, out of the request."""
    products, words = (
        message["content"].partition("\n")[2] for message in body["messages"] if message["role"] == "user"
    )
    names = {item["sku"]: item["name"] for item in json.loads(products)}
    asked = json.loads(words)
    return names, asked["message"], list(asked["unknown"])


def _answer(truth: Truth, names: Mapping[str, str], unknown: list[str]) -> dict[str, Any]:
    """The goods that were meant, each with the unknown words that are likest to its name."""
    lines = [
        {"span": _likest(names[sku], unknown), "sku": sku, "quantity": amount, "unit": unit}
        for sku, (amount, unit) in truth.wanted.items()
        if sku in names and unknown
    ]
    return {"kind": truth.kind if truth.kind in KINDS else "other", "lines": lines}


def _likest(name: str, unknown: list[str]) -> str:
    return max(unknown, key=lambda words: (fuzz.partial_token_set_ratio(name.lower(), words.lower()), words))


def _mistaken(
    answer: dict[str, Any], names: Mapping[str, str], unknown: list[str], chance: random.Random
) -> dict[str, Any]:
    """One of the ways in which a language model errs, drawn by chance."""
    lines = [dict(line) for line in answer["lines"]]
    slips = ["another kind", "made up"] + (["other goods", "other amount", "left out"] if lines else [])
    slip = chance.choice(slips)
    if slip == "another kind":
        return {**answer, "kind": chance.choice([kind for kind in KINDS if kind != answer["kind"]])}
    if slip == "other goods":
        chance.choice(lines)["sku"] = chance.choice(sorted(names))
    elif slip == "other amount":
        chance.choice(lines)["quantity"] = chance.choice((1, 2, 10, 12, 100))
    elif slip == "left out":
        lines.pop(chance.randrange(len(lines)))
    else:
        invented = {
            "span": chance.choice(unknown) if unknown else "",
            "sku": chance.choice(sorted(names)),
            "quantity": 2,
            "unit": None,
        }
        return {"kind": "order.create", "lines": [*lines, invented]}
    return {**answer, "lines": lines}
