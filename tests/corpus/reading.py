"""The labelled corpus as plain values, for the checks beside it. Reads files only; knows nothing of the reader under test."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from bot.evaluation.unit_words import unit_words

CORPUS = Path(__file__).resolve().parents[2] / "data" / "corpus"
SMALLER_UNITS = {"kg": {"g": Decimal("0.001")}, "litre": {"ml": Decimal("0.001")}}


@dataclass(frozen=True, slots=True)
class Sku:
    base_unit: str
    factors: dict[str, Decimal]
    active: bool

    @property
    def by_measure(self) -> bool:
        return self.base_unit in SMALLER_UNITS

    def factor(self, unit: str | None) -> Decimal | None:
        """Base units in one `unit`, or None when the product is not sold in it."""
        if unit is None or unit == self.base_unit:
            return Decimal(1)
        if unit == "dozen":
            return Decimal(12)
        return self.factors.get(unit) or SMALLER_UNITS.get(self.base_unit, {}).get(unit)


@dataclass(frozen=True, slots=True)
class Message:
    trade: str
    row: dict[str, Any]

    @property
    def gold(self) -> dict[str, Any]:
        gold: dict[str, Any] = self.row["gold"]
        return gold

    @property
    def catalog(self) -> dict[str, Sku]:
        return catalog(self.trade)


@cache
def catalog(trade: str) -> dict[str, Sku]:
    with (CORPUS / trade / "catalog.csv").open(encoding="utf-8", newline="") as lines:
        return {row["sku"]: _sku(row) for row in csv.DictReader(lines)}


@cache
def phones(trade: str) -> frozenset[str]:
    with (CORPUS / trade / "outlets.csv").open(encoding="utf-8", newline="") as lines:
        return frozenset(row["phone"] for row in csv.DictReader(lines))


@cache
def messages() -> tuple[Message, ...]:
    """Every message of every set, in file order."""
    return tuple(
        Message(path.parent.name, json.loads(line))
        for path in sorted(CORPUS.glob("*/*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )


def _sku(row: dict[str, str]) -> Sku:
    packs = (item.split("=") for item in row["pack_units"].split("|") if item)
    plain = unit_words().canonical
    return Sku(plain(row["base_unit"]), {plain(unit): Decimal(count) for unit, count in packs}, row["active"] == "true")
