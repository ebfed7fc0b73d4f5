"""Judges one reading against its label, by the rules of data/corpus/README.md.

The first numbers to look at are `danger` (an order written wrong, with nothing asked and no YES needed) and `wrongly_cancelled`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from itertools import chain
from typing import Any

from bot.catalog.product import Product
from bot.evaluation.effects import Lines, held_lines, joined, open_lines, written_lines
from bot.evaluation.examples import Example
from bot.evaluation.labelled import orders_in

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

    @property
    def unasked(self) -> bool:
        return not self.asked

    @property
    def other_kind(self) -> bool:
        """Neither the label's intent nor one that may stand for it."""
        return self.kind not in self.example.accepted

    @property
    def passes(self) -> bool:
        """Another intent than the label's first, which may stand for it."""
        return self.kind in self.alternatives

    @property
    def exact(self) -> bool:
        """Everything is as the label has it; one that asks need not name the order."""
        right = (_intent_ok(self), _lines_ok(self), _date(self).right, _ask_ok(self))
        return all(right) and (self.named_order or not self.unasked)

    @property
    def to_place(self) -> bool:
        """An order that can be placed as it is."""
        return self.gold_writes and not (self.ask_wanted or self.gold.get("or_yes"))

    @property
    def candidates(self) -> frozenset[str]:
        """Every product that was asked about."""
        return frozenset(chain.from_iterable(question.get("candidates") or () for question in self.asked))


def judge(example: Example, prediction: Mapping[str, Any], catalog: Mapping[str, Product]) -> Judgement:
    """Compares one prediction (the format of `flask parse`) with the label of its message."""
    case = _case(example, prediction, catalog)
    day, placed = _date(case), _placing(case)
    unasked_wrong = case.unasked and _writes_wrong(case)
    dropped = _drops_wrongly(case)
    return Judgement(
        exact=case.exact,
        intent_ok=_intent_ok(case),
        date_ok=day.right,
        date_at_stake=day.at_stake,
        to_place=case.to_place,
        placed_right=placed is _Placing.RIGHT,
        needless_yes=case.to_place and case.exact and not case.sure,
        needless_question=placed is _Placing.ASKED,
        danger=unasked_wrong and case.sure,
        danger_strict=bool(case.wrong - case.candidates),
        unsure_wrong=not case.sure and (unasked_wrong or dropped),
        wrongly_cancelled=dropped and case.sure,
        wrongly_ignored=_ignores_wrongly(case),
        silent_drop=not unasked_wrong and _leaves_out(case),
        false_order=_orders_wrongly(case),
        false_act=case.kind in ACTS and case.other_kind,
        asked=not case.unasked,
        ask_wanted=case.ask_wanted,
        lines_right=sum(case.wanted.get(sku) == quantity for sku, quantity in case.written.items()),
        lines_predicted=len(case.written),
        lines_gold=0 if case.untouched else len(case.wanted),
        kind=case.kind,
        gold_kind=example.kind,
    )


class _Placing(Enum):
    """What became of an order that can be placed as it is."""

    RIGHT = auto()
    ASKED = auto()
    """Needlessly."""
    OTHER = auto()


def _placing(case: _Case) -> _Placing:
    if not case.to_place:
        return _Placing.OTHER
    if not case.unasked:
        return _Placing.OTHER if case.may_ask else _Placing.ASKED
    return _Placing.RIGHT if case.exact and case.sure else _Placing.OTHER


def _case(example: Example, prediction: Mapping[str, Any], catalog: Mapping[str, Product]) -> _Case:
    kind = str(prediction.get("intent") or "missing")
    counts = kind in WRITES or (example.kind in WRITES and kind in example.accepted[1:])
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
        return not (case.writes and case.written)
    return case.written == case.wanted or case.untouched


@dataclass(frozen=True, slots=True)
class _Day:
    """Whether the day is right, and whether one is at stake: the label has one or the prediction adds one."""

    right: bool
    at_stake: bool


def _date(case: _Case) -> _Day:
    said, gold = case.prediction.get("delivery_date") or None, case.gold["delivery_date"]
    if not case.gold_writes:
        return _Day(right=True, at_stake=False)
    carried = {order.get("delivery_date") for order in orders_in(case.context)} if gold is None else ()
    right = said == gold or said in carried
    return _Day(right, at_stake=gold is not None or not right)


def _ask_ok(case: _Case) -> bool:
    if case.may_ask or not (case.gold_writes or case.ask_wanted):
        return True
    if case.passes and not case.writes:
        return True
    return case.unasked != case.ask_wanted


def _writes_wrong(case: _Case) -> bool:
    """The order that is open would be another than the label's."""
    if case.writes:
        return bool(_effect(case)) or not case.named_order
    return bool(case.written) and bool(_effect(case))


def _effect(case: _Case) -> frozenset[str]:
    """SKUs that would be wrong in the open order: a new wish joins it, an amended order is replaced."""
    state = open_lines(case.context, case.kind, case.gold.get("order_id")) if _amends(case) else {}
    if not state or case.as_was:
        return case.wrong
    if case.kind == "order.create" and not case.passes:
        return _wrong_when_joined(case, state)
    if case.kind == "order.amend":
        return case.wrong | (state.keys() & case.wanted.keys() - case.written.keys())
    return case.wrong


def _amends(case: _Case) -> bool:
    """An order is to be changed, and something is written."""
    return case.example.kind == "order.amend" and case.gold.get("changes") is not None and bool(case.written)


def _wrong_when_joined(case: _Case, state: Lines) -> frozenset[str]:
    whole = joined(state, case.written)
    unknown = {sku for sku, quantity in case.written.items() if quantity is None}
    return frozenset(s for s in {*whole, *case.wanted} if whole.get(s) != case.wanted.get(s)) | unknown


def _drops_wrongly(case: _Case) -> bool:
    """Cancelled without a question: where nothing was to be dropped, another order than meant, one of several, or every line."""
    if not case.unasked:
        return False
    if case.kind in DROPS:
        return _cancels_wrongly(case)
    return case.kind == case.example.kind == "order.amend" and _empties(case)


def _cancels_wrongly(case: _Case) -> bool:
    if case.example.kind == "order.cancel":
        return case.ask_wanted or not case.named_order
    return case.example.kind not in DROPS and not case.passes


def _empties(case: _Case) -> bool:
    """Every line of the order is taken out, where some were to stay."""
    return not case.written and bool(case.gold.get("changes")) and bool(case.wanted)


def _ignores_wrongly(case: _Case) -> bool:
    if case.example.kind not in ("order.cancel", "order.amend"):
        return False
    return case.unasked and case.kind in IGNORES and not case.passes


def _leaves_out(case: _Case) -> bool:
    """Something wanted is neither written nor asked about."""
    if not (case.gold_writes and case.writes and case.unasked):
        return False
    if case.ask_wanted and not case.gold.get("clarify_optional"):
        return True
    return bool(case.wanted.keys() - case.written.keys()) and not _excused(case)


def _excused(case: _Case) -> bool:
    """The lines stay as they are, or what is written comes to the same order."""
    return case.untouched or (bool(case.wrong) and not _effect(case))


def _orders_wrongly(case: _Case) -> bool:
    """An order made from a message that is none."""
    any_write = any(kind in WRITES for kind in case.example.accepted)
    return not any_write and case.writes and bool(case.written) and not case.as_was
