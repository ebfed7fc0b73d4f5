"""Scores readings against a labelled corpus, by the rules of data/corpus/README.md.

The first number to look at is `danger`: an order written with a wrong line and nothing asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.catalog import units
from bot.catalog.product import Product
from bot.evaluation.examples import Example

WRITES = ("order.create", "order.amend", "order.repeat")
ACTS = ("order.confirm", "order.cancel")
Lines = dict[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one reading compares with its label."""

    exact: bool
    intent_ok: bool
    date_ok: bool
    date_at_stake: bool
    danger: bool
    danger_strict: bool
    silent_drop: bool
    false_order: bool
    false_act: bool
    asked: bool
    ask_wanted: bool
    lines_right: int
    lines_predicted: int
    lines_gold: int
    kind: str
    gold_kind: str


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of a group of messages."""

    messages: int
    exact: float
    exact_low: float
    exact_high: float
    intent: float
    line_f1: float | None
    date: float | None
    danger: int
    danger_strict: int
    silent_drop: int


def judge(example: Example, prediction: Mapping[str, Any], catalog: Mapping[str, Product]) -> Judgement:
    """Compares one prediction (the format of `flask parse`) with the label of its message."""
    gold = example.gold
    kind = str(prediction.get("intent") or "missing")
    intent_ok = kind in example.accepted
    gold_writes = example.kind in WRITES
    wanted: Lines = {x["sku"]: Decimal(str(x["quantity_base_units"])) for x in gold["lines"]}
    written = _written(prediction, kind, catalog) if kind in WRITES or (intent_ok and gold_writes) else {}
    asked = list(prediction.get("clarify") or ())
    untouched = gold.get("changes") == [] and not written
    lines_ok = (written == wanted or untouched) if gold_writes else (kind not in WRITES or not written)
    date_ok, at_stake = _date(example, prediction, gold_writes)
    wrong = {sku for sku, quantity in written.items() if wanted.get(sku) != quantity}
    offered = {sku for question in asked for sku in question.get("candidates") or ()}
    danger = bool(wrong) and not asked and prediction.get("sure") is not False
    missing = set() if untouched else set(wanted) - set(written)
    ask_wanted, optional = bool(gold["clarify"]), bool(gold.get("clarify_optional"))
    ask_ok = optional or not gold_writes or (intent_ok and kind not in WRITES) or bool(asked) == ask_wanted
    any_write = gold_writes or any(other in WRITES for other in example.accepted)
    return Judgement(
        exact=intent_ok and lines_ok and date_ok and ask_ok,
        intent_ok=intent_ok,
        date_ok=date_ok,
        date_at_stake=at_stake,
        danger=danger,
        danger_strict=bool(wrong - offered),
        silent_drop=gold_writes
        and kind in WRITES
        and not asked
        and not danger
        and bool(missing or (ask_wanted and not optional)),
        false_order=not any_write and kind in WRITES and bool(written),
        false_act=kind in ACTS and not intent_ok,
        asked=bool(asked),
        ask_wanted=ask_wanted,
        lines_right=sum(wanted.get(sku) == quantity for sku, quantity in written.items()),
        lines_predicted=len(written),
        lines_gold=0 if untouched else len(wanted),
        kind=kind,
        gold_kind=example.kind,
    )


def _written(prediction: Mapping[str, Any], kind: str, catalog: Mapping[str, Product]) -> Lines:
    del kind
    out: Lines = {}
    for line in prediction.get("lines") or ():
        quantity = _base(line, catalog)
        old = out.get(line["sku"], Decimal(0))
        out[line["sku"]] = None if quantity is None or old is None else old + quantity
    return out


def _base(line: Mapping[str, Any], catalog: Mapping[str, Product]) -> Decimal | None:
    if line.get("quantity_base_units") is not None:
        return Decimal(str(line["quantity_base_units"]))
    product = catalog.get(line["sku"])
    if product is None or line.get("quantity") is None:
        return None
    try:
        return units.to_base(product, Decimal(str(line["quantity"])), line.get("unit"))
    except units.UnitNotSoldError:
        return None  # a line in a unit the product does not have is simply wrong


def _date(example: Example, prediction: Mapping[str, Any], gold_writes: bool) -> tuple[bool, bool]:
    said, gold = prediction.get("delivery_date") or None, example.gold["delivery_date"]
    if not gold_writes:
        return True, False
    carried = {(example.raw_context.get(key) or {}).get("delivery_date") for key in ("draft", "last_order")}
    right = said == gold or (gold is None and bool(example.raw_context) and said in carried)
    return right, gold is not None or not right


def summarise(judgements: Sequence[Judgement]) -> Score:
    """The figures of a group; shares are of its messages."""
    count = len(judgements)
    exact = sum(j.exact for j in judgements)
    low, high = wilson(exact, count)
    right = sum(j.lines_right for j in judgements)
    named = sum(j.lines_predicted + j.lines_gold for j in judgements)
    dated = [j for j in judgements if j.date_at_stake]
    return Score(
        messages=count,
        exact=exact / max(1, count),
        exact_low=low,
        exact_high=high,
        intent=sum(j.intent_ok for j in judgements) / max(1, count),
        line_f1=2 * right / named if named else None,
        date=sum(j.date_ok for j in dated) / len(dated) if dated else None,
        danger=sum(j.danger for j in judgements),
        danger_strict=sum(j.danger_strict for j in judgements),
        silent_drop=sum(j.silent_drop for j in judgements),
    )


def macro_f1(judgements: Iterable[Judgement]) -> float:
    """Mean F1 over the intents that are labelled; an accepted alternative counts as the label."""
    pairs = [(j.gold_kind, j.gold_kind if j.intent_ok else j.kind) for j in judgements]
    kinds = {gold for gold, _ in pairs}
    scores = []
    for kind in kinds:
        right = sum(gold == said == kind for gold, said in pairs)
        named = sum((gold == kind) + (said == kind) for gold, said in pairs)
        scores.append(2 * right / named if named else 0.0)
    return sum(scores) / max(1, len(scores))


def confusion(judgements: Iterable[Judgement]) -> dict[tuple[str, str], int]:
    """How often each labelled intent was read as each other; right readings on the diagonal."""
    table: dict[tuple[str, str], int] = {}
    for judgement in judgements:
        pair = (judgement.gold_kind, judgement.gold_kind if judgement.intent_ok else judgement.kind)
        table[pair] = table.get(pair, 0) + 1
    return table


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson)."""
    if not count:
        return 0.0, 0.0
    share = right / count
    whole = 1 + z * z / count
    middle = (share + z * z / (2 * count)) / whole
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / whole
    return middle - half, middle + half
