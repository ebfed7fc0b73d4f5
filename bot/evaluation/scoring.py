"""Judges one reading against its label, by the rules of data/corpus/README.md.

The first numbers to look at are `danger` (an order written wrong, with nothing asked and no YES needed) and `wrongly_cancelled`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.catalog.product import Product
from bot.evaluation.effects import Lines, held_lines, joined, open_lines, orders_in, written_lines
from bot.evaluation.examples import Example

WRITES = ("order.create", "order.amend", "order.repeat")
ACTS = ("order.confirm", "order.cancel")
DROPS = ("order.cancel", "opt_out")
IGNORES = ("thanks", "other", "greeting", "complaint")


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one reading compares with its label."""

    exact: bool
    intent_ok: bool
    date_ok: bool
    date_at_stake: bool
    to_place: bool
    placed_right: bool
    needless_yes: bool
    needless_question: bool
    danger: bool
    danger_strict: bool
    unsure_wrong: bool
    wrongly_cancelled: bool
    wrongly_ignored: bool
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
class _Case:
    """A label and a prediction side by side; the questions that the figures are made of."""

    example: Example
    prediction: Mapping[str, Any]
    kind: str
    asked: tuple[Mapping[str, Any], ...]
    wanted: Lines
    written: Lines

    @property
    def gold(self) -> Mapping[str, Any]:
        return self.example.gold

    @property
    def context(self) -> Mapping[str, Any]:
        return self.example.raw_context

    @property
    def alternatives(self) -> tuple[str, ...]:
        return self.example.accepted[1:]

    @property
    def gold_writes(self) -> bool:
        return self.example.kind in WRITES

    @property
    def ask_wanted(self) -> bool:
        return bool(self.gold["clarify"])

    @property
    def sure(self) -> bool:
        return self.prediction.get("sure") is not False

    @property
    def may_ask(self) -> bool:
        """Asking is neither required nor wrong."""
        return bool(self.gold.get("clarify_optional") or self.gold.get("or_ask"))

    @property
    def named_order(self) -> bool:
        """The right one of several open orders; one that is not named is the latest."""
        latest = (self.context.get("last_order") or {}).get("order_id")
        wanted = self.gold.get("order_id")
        return not wanted or wanted == (self.prediction.get("order_id") or latest)

    @property
    def as_was(self) -> bool:
        """Asked, with the lines as they were, where the label allows that in place of the change."""
        left = not self.written or self.written in [held_lines(order) for order in orders_in(self.context)]
        which = any(question["reason"] == "order" for question in self.gold["clarify"])
        return bool(self.asked) and left and (bool(self.gold.get("or_ask")) or which)

    @property
    def untouched(self) -> bool:
        """The message leaves the lines as they are, and the prediction does not repeat them."""
        return self.gold.get("changes") == [] and not self.written

    @property
    def wrong(self) -> frozenset[str]:
        """SKUs written that the label does not have, or not in that amount."""
        if self.as_was:
            return frozenset()
        return frozenset(sku for sku, quantity in self.written.items() if self.wanted.get(sku) != quantity)

    @property
    def writes(self) -> bool:
        return self.kind in WRITES


def judge(example: Example, prediction: Mapping[str, Any], catalog: Mapping[str, Product]) -> Judgement:
    """Compares one prediction (the format of `flask parse`) with the label of its message."""
    case = _case(example, prediction, catalog)
    date_ok, at_stake = _date(case)
    exact = (
        _intent_ok(case) and _lines_ok(case) and date_ok and _ask_ok(case) and (case.named_order or bool(case.asked))
    )
    unasked_wrong = _writes_wrong(case) and not case.asked
    dropped = _drops_wrongly(case)
    to_place = case.gold_writes and not case.ask_wanted and not case.gold.get("or_yes")
    return Judgement(
        exact=exact,
        intent_ok=_intent_ok(case),
        date_ok=date_ok,
        date_at_stake=at_stake,
        to_place=to_place,
        placed_right=to_place and exact and case.sure and not case.asked,
        needless_yes=to_place and exact and not case.sure,
        needless_question=to_place and bool(case.asked) and not case.may_ask,
        danger=unasked_wrong and case.sure,
        danger_strict=bool(case.wrong - {sku for question in case.asked for sku in question.get("candidates") or ()}),
        unsure_wrong=(unasked_wrong or dropped) and not case.sure,
        wrongly_cancelled=dropped and case.sure,
        wrongly_ignored=_ignores_wrongly(case),
        silent_drop=_leaves_out(case, unasked_wrong=unasked_wrong),
        false_order=_orders_wrongly(case),
        false_act=case.kind in ACTS and case.kind not in example.accepted,
        asked=bool(case.asked),
        ask_wanted=case.ask_wanted,
        lines_right=sum(case.wanted.get(sku) == quantity for sku, quantity in case.written.items()),
        lines_predicted=len(case.written),
        lines_gold=0 if case.untouched else len(case.wanted),
        kind=case.kind,
        gold_kind=example.kind,
    )


def _case(example: Example, prediction: Mapping[str, Any], catalog: Mapping[str, Product]) -> _Case:
    kind = str(prediction.get("intent") or "missing")
    counts = kind in WRITES or (kind in example.accepted[1:] and example.kind in WRITES)
    return _Case(
        example=example,
        prediction=prediction,
        kind=kind,
        asked=tuple(prediction.get("clarify") or ()),
        wanted={line["sku"]: Decimal(str(line["quantity_base_units"])) for line in example.gold["lines"]},
        written=written_lines(prediction, example.raw_context, catalog) if counts else {},
    )


def _intent_ok(case: _Case) -> bool:
    asked_instead = case.as_was and bool(case.gold.get("or_ask")) and case.kind in WRITES + ACTS
    return case.kind in case.example.accepted or asked_instead


def _lines_ok(case: _Case) -> bool:
    if case.as_was:
        return True
    if not case.gold_writes:
        return not case.writes or not case.written
    return case.written == case.wanted or case.untouched


def _date(case: _Case) -> tuple[bool, bool]:
    """Whether the day is right, and whether one is at stake: the label has one or the prediction adds one."""
    said, gold = case.prediction.get("delivery_date") or None, case.gold["delivery_date"]
    if not case.gold_writes:
        return True, False
    carried = {order.get("delivery_date") for order in orders_in(case.context)}
    right = said == gold or (gold is None and bool(case.context) and said in carried)
    return right, gold is not None or not right


def _ask_ok(case: _Case) -> bool:
    other_kind = case.kind in case.alternatives and not case.writes
    free = case.may_ask or other_kind or not (case.gold_writes or case.ask_wanted)
    return free or bool(case.asked) == case.ask_wanted


def _writes_wrong(case: _Case) -> bool:
    """The order that is open would be another than the label's."""
    wrong_order = case.writes and not case.named_order
    return (bool(_effect(case)) or wrong_order) and (case.writes or bool(case.written))


def _effect(case: _Case) -> frozenset[str]:
    """SKUs that would be wrong in the open order: a new wish joins it, an amended order is replaced."""
    state = open_lines(case.context, case.kind, case.gold.get("order_id"))
    changes = case.gold.get("changes") is not None and case.example.kind == "order.amend"
    if not changes or not state or not case.written or case.as_was:
        return case.wrong
    if case.kind == "order.create" and "order.create" not in case.alternatives:
        whole = joined(state, case.written)
        unknown = {sku for sku, quantity in case.written.items() if quantity is None}
        return frozenset(s for s in {*whole, *case.wanted} if whole.get(s) != case.wanted.get(s)) | unknown
    if case.kind == "order.amend":
        return case.wrong | {sku for sku in state if sku in case.wanted and sku not in case.written}
    return case.wrong


def _drops_wrongly(case: _Case) -> bool:
    """Cancelled without a question: where nothing was to be dropped, another order than meant, one of several, or every line."""
    if case.asked:
        return False
    cancels = case.example.kind == "order.cancel"
    if case.kind in DROPS:
        not_meant = case.example.kind not in DROPS and case.kind not in case.alternatives
        return not_meant or (cancels and (case.ask_wanted or not case.named_order))
    emptied = bool(case.gold.get("changes")) and bool(case.wanted) and not case.written
    return case.kind == case.example.kind == "order.amend" and emptied


def _ignores_wrongly(case: _Case) -> bool:
    passed_over = case.kind in IGNORES and case.kind not in case.alternatives and not case.asked
    return case.example.kind in ("order.cancel", "order.amend") and passed_over


def _leaves_out(case: _Case, *, unasked_wrong: bool) -> bool:
    """Something wanted is neither written nor asked about, with nothing wrong written."""
    if not (case.gold_writes and case.writes) or case.asked or unasked_wrong:
        return False
    excused = case.untouched or (bool(case.wrong) and not _effect(case))
    missing = bool(set(case.wanted) - set(case.written)) and not excused
    return missing or (case.ask_wanted and not case.gold.get("clarify_optional"))


def _orders_wrongly(case: _Case) -> bool:
    """An order made from a message that is none."""
    any_write = any(kind in WRITES for kind in case.example.accepted)
    return not any_write and case.writes and bool(case.written) and not case.as_was
