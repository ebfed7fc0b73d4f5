"""What is wanted of a product whose stock is tracked, beyond what is left of it: asked about, never placed silently."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.catalog.units import label
from bot.conversation.asking import MAX_ALTERNATIVES, nearest
from bot.conversation.baskets import quantities_of
from bot.conversation.proposed_order import ProposedOrder
from bot.conversation.turn import Turn
from bot.ordering.pricing import OrderLine
from bot.understanding.intent import Question, QuestionReason


def without_short(turn: Turn, proposed: ProposedOrder) -> ProposedOrder:
    """The order without the lines that are short; each of them is a question instead. A placed order keeps what it has."""
    short = {line.sku: line for line in proposed.lines if _more(proposed, line) > _left(turn, line)}
    if not short:
        return proposed
    kept = proposed.base.lines if proposed.base is not None and proposed.changes_placed else ()
    before = {line.sku: line for line in kept if line.sku in short}
    lines = (before.get(line.sku, line) for line in proposed.lines if line.sku not in short or line.sku in before)
    changes = tuple(change for change in proposed.changes if change.sku not in short)
    asked = tuple(_question(turn, line, _more(proposed, line)) for line in short.values())
    return replace(
        proposed,
        lines=tuple(lines),
        changes=changes,
        said=quantities_of(changes),
        pending=(*proposed.pending, *asked),
    )


def _more(proposed: ProposedOrder, line: OrderLine) -> Decimal:
    """What has not been promised yet."""
    promised = proposed.base.quantities if proposed.base is not None and proposed.changes_placed else {}
    return line.quantity - promised.get(line.sku, Decimal(0))


def _left(turn: Turn, line: OrderLine) -> Decimal:
    return max(Decimal(0), turn.situation.stock.get(line.sku, line.quantity))


def _question(turn: Turn, line: OrderLine, more: Decimal) -> Question:
    """What is left of it, or what else would do."""
    index, left = turn.situation.index, _left(turn, line)
    unit = index.products[line.sku].base_unit
    others = tuple(sku for sku in nearest(index, line.sku) if turn.situation.stock.get(sku, more) >= more)
    if left and not (turn.situation.rules.substitutes and others):
        return Question(line.name, QuestionReason.SHORT, (line.sku,), _plain(left), unit)
    text = f"{_plain(more)} {label(unit)} {line.name}"
    return Question(
        text, QuestionReason.INACTIVE, others[:MAX_ALTERNATIVES], _plain(more), unit, units=((line.sku, unit),)
    )


def _plain(quantity: Decimal) -> Decimal:
    """20 for 20.000."""
    return Decimal(f"{quantity.normalize():f}")
