"""What a message does to an order's lines: changes applied in order, quantities summed by SKU, priced from our rows only."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from bot.catalog.product import Product
from bot.catalog.units import to_base
from bot.conversation.turn import Turn
from bot.ordering.pricing import OrderLine, price_line
from bot.situation import OrderView, Quantities, QuestionKind
from bot.understanding.intent import Change, ChangeOp, Intent, IntentKind, Question

TWICE = "confirm_same_again"
"""The doubt of "the same, or more?": what is said again there is no mere repetition."""


def changes_of(turn: Turn, base: OrderView | None) -> tuple[Change, ...]:
    """The message as steps: an amendment's own, or every line of a new or repeated order added."""
    intent = turn.intent
    if intent.kind is IntentKind.ORDER_REPEAT and base is not None and base.is_draft:
        return _added(intent, base.quantities)
    if intent.kind is not IntentKind.ORDER_AMEND:
        return _as_asked(turn, _not_restated(turn, base, _added(intent, ())))
    if intent.changes:
        return () if _repeats_proposal(turn, base) else _as_asked(turn, intent.changes)
    return _added(intent, _spoken_of(turn, base))


def _spoken_of(turn: Turn, base: OrderView | None) -> set[str]:
    """The goods of the order that is changed, as it is and as it was proposed: a reading that only moves it holds them all."""
    basket = turn.situation.context.draft or turn.situation.context.last_order
    known = {sku for sku, _ in basket.lines} if basket else set()
    question = turn.asked(QuestionKind.CONFIRM)
    proposed = {change.sku for change in question.changes} if question else set()
    return known | proposed | (set(base.quantities) if base else set())


def _added(intent: Intent, known: Collection[str]) -> tuple[Change, ...]:
    return tuple(Change(ChangeOp.ADD, line.sku, line.quantity) for line in intent.lines if line.sku not in known)


def _not_restated(turn: Turn, base: OrderView | None, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """While a YES is awaited, saying the same line again repeats it, and does not double it."""
    question = turn.asked(QuestionKind.CONFIRM)
    if base is None or question is None:
        return changes
    shown = base.quantities
    if base.is_draft:
        return tuple(change for change in changes if shown.get(change.sku) != change.quantity)
    waits = question.order_id == base.id and question.doubt != TWICE
    return tuple(change for change in changes if not waits or change not in question.changes)


def _repeats_proposal(turn: Turn, base: OrderView | None) -> bool:
    """The whole change that waits for its YES, said again."""
    question = turn.asked(QuestionKind.CONFIRM)
    waits = question is not None and base is not None and question.order_id == base.id and question.doubt != TWICE
    return question is not None and waits and turn.intent.changes == question.changes


def _as_asked(turn: Turn, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The answer to which line "make it 200" means sets that line."""
    question = turn.asked(QuestionKind.PRODUCT)
    return tuple(_answering(question.about[0], change) for change in changes) if question else changes


def _answering(asked: Question, change: Change) -> Change:
    answers = change.op is ChangeOp.ADD and change.sku in asked.candidates
    return replace(change, op=asked.op) if answers else change


_BECOMES: Mapping[ChangeOp, Callable[[Decimal, Decimal], Decimal]] = {
    ChangeOp.ADD: lambda had, amount: had + amount,
    ChangeOp.SET: lambda _, amount: amount,
    ChangeOp.SUB: lambda had, amount: had - amount,
    ChangeOp.REMOVE: lambda _had, _amount: Decimal(0),
}


def applied(quantities: Mapping[str, Decimal], changes: Iterable[Change]) -> dict[str, Decimal]:
    """The basket after the changes; a SKU that falls to nothing is gone."""
    basket = dict(quantities)
    for change in changes:
        had, amount = basket.get(change.sku, Decimal(0)), change.quantity or Decimal(0)
        basket[change.sku] = _BECOMES[change.op](had, amount)
    return {sku: quantity for sku, quantity in basket.items() if quantity > 0}


def priced(turn: Turn, base: OrderView | None, changes: Iterable[Change]) -> tuple[OrderLine, ...]:
    """The lines after the changes. What a placed order already holds keeps its price; the rest is priced today."""
    old = {line.sku: line for line in base.lines} if base else {}
    basket = applied({sku: line.quantity for sku, line in old.items()}, changes)
    return tuple(_line(turn, sku, quantity, old.get(sku), base) for sku, quantity in basket.items())


def _line(turn: Turn, sku: str, quantity: Decimal, old: OrderLine | None, base: OrderView | None) -> OrderLine:
    product = turn.situation.index.products.get(sku)
    if old is not None and (product is None or _stays(old, quantity, base)):
        return old
    if product is None:
        raise LookupError(f"{sku} was read but is not in the catalog")
    said = _said(turn, product, quantity, old)
    line = price_line(product, quantity, said or _shown(quantity, old), turn.price(sku))
    return line if said is not None else replace(line, said_quantity=None, said_unit=None)


def _stays(old: OrderLine, quantity: Decimal, base: OrderView | None) -> bool:
    """A line of a placed order, with the amount that it had."""
    return old.quantity == quantity and base is not None and not base.is_draft


def _said(turn: Turn, product: Product, quantity: Decimal, old: OrderLine | None) -> tuple[Decimal, str] | None:
    """The line as the customer put it."""
    said = said_packs(turn.intent).get(product.sku)
    if old is None:
        return said
    if old.quantity == quantity:
        return _kept(old.said_quantity, old.said_unit) or said
    return _with_old(said, quantity, old, product)


def _shown(quantity: Decimal, old: OrderLine | None) -> tuple[Decimal, str] | None:
    """An unchanged line is shown in the packs it was shown in before."""
    return _kept(old.pack_quantity, old.pack_unit) if old is not None and old.quantity == quantity else None


def _kept(quantity: Decimal | None, unit: str | None) -> tuple[Decimal, str] | None:
    return (quantity, unit) if quantity is not None and unit is not None else None


def _with_old(
    said: tuple[Decimal, str] | None, quantity: Decimal, old: OrderLine, product: Product
) -> tuple[Decimal, str] | None:
    """ "2 ctn" more of a line that has 5 ctn: 7 ctn, where the line has become that much."""
    before = _kept(old.said_quantity, old.said_unit)
    if said is None or before is None or said[1] != before[1] or to_base(product, *said) == quantity:
        return said
    return said[0] + before[0], said[1]


def said_packs(intent: Intent) -> dict[str, tuple[Decimal, str]]:
    """The packs as the customer put them ("2 carton")."""
    return {
        line.sku: (line.quantity_said, line.unit_said)
        for line in intent.lines
        if line.unit_said and line.quantity_said is not None
    }


def quantities_of(changes: Iterable[Change]) -> Quantities:
    """What a message added, to recognise the same basket when it comes again."""
    return tuple(sorted(applied({}, (change for change in changes if change.op is ChangeOp.ADD)).items()))
