"""What an order would become: the basket that a message, and what still waits, ask for. Nothing is decided about it here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.catalog.units import factor
from bot.conversation.asking import in_natural_order, with_alternatives
from bot.conversation.baskets import changes_of, priced, quantities_of
from bot.conversation.targets import Target
from bot.conversation.turn import Turn
from bot.ordering.delivery import has_come, next_delivery, obstacle
from bot.ordering.notes import joined_notes
from bot.ordering.pricing import OrderLine
from bot.situation import OpenQuestion, OrderView, Quantities, QuestionKind
from bot.understanding.intent import Change, ChangeOp, Intent, Question

SURE_OF_THE_REST = 0.7


@dataclass(frozen=True, slots=True)
class ProposedOrder:
    """What the order would become. `base` is the order that it changes (a draft or a placed one), None for a new one.

    `changes` lead from `base` to `lines`; `said` is what this message added. `limit` names the limit it is above.
    `refused` is the day asked for where it cannot be served; `delivery` is then the next that can.
    """

    base: OrderView | None
    lines: tuple[OrderLine, ...]
    changes: tuple[Change, ...] = ()
    said: Quantities = ()
    pending: tuple[Question, ...] = ()
    doubtful: bool = False
    limit: str | None = None
    delivery: date | None = None
    refused: date | None = None
    notes: str = ""
    withdrawn: tuple[Question, ...] = ()
    """Questions that were passed over so often that they are not put again."""

    @property
    def changes_placed(self) -> bool:
        """True when this changes an order that the outlet already counts on."""
        return self.base is not None and not self.base.is_draft


def proposed_order(turn: Turn, target: Target) -> ProposedOrder:
    """What the message asks for, together with what was said before it and still waits."""
    base = target.order
    waiting = _waiting_for(turn, base)
    changes = (waiting.changes if waiting else ()) + changes_of(turn, base)
    lines = priced(turn, base, changes)
    asked = turn.intent.delivery_date or _day_meant(turn) or (waiting.day if waiting else None)
    delivery, refused = delivery_of(turn, base, asked, target.late)
    pending, withdrawn = _pending(turn)
    notes = joined_notes(base.notes if base else "", waiting.notes if waiting else "", turn.intent.notes)
    return ProposedOrder(
        base=base,
        lines=lines,
        changes=changes,
        said=quantities_of(changes),
        pending=pending,
        doubtful=(turn.intent.doubtful and waiting is None and not _doubts_the_day_only(turn))
        or any(not line.sure for line in turn.intent.lines)
        or bool(waiting and waiting.doubtful),
        limit=limit_of(turn, lines, changes) or (waiting.limit if waiting else None),
        delivery=delivery,
        refused=refused,
        notes=notes,
        withdrawn=withdrawn,
    )


def delivery_of(
    turn: Turn, base: OrderView | None, asked: date | None, late: OrderView | None = None
) -> tuple[date | None, date | None]:
    """The day it will be delivered, and the day that the customer must think of where that is another."""
    rules, said_at = turn.outlet.delivery, turn.said.said_at
    asked = asked or (base.delivery_date if base else None) or (late.delivery_date if late else None)
    wished = asked or next_delivery(said_at, rules)
    if wished is None or obstacle(wished, said_at, turn.now, rules) is None:
        return wished, None
    return next_delivery(
        max(said_at, turn.now) if has_come(wished, turn.now, rules) else said_at, rules, wished
    ), wished


def _day_meant(turn: Turn) -> date | None:
    """25 December for 12/25: asked about, with that day shown."""
    return turn.intent.odd_day.meant if turn.intent.odd_day else None


def _doubts_the_day_only(turn: Turn) -> bool:
    """Whether nothing but the day has to be asked about: once it is said, the order can be placed."""
    odd = turn.intent.odd_day
    return odd is not None and turn.intent.doubts == (odd.text,) and turn.intent.confidence >= SURE_OF_THE_REST


def limit_of(turn: Turn, lines: tuple[OrderLine, ...], changes: tuple[Change, ...]) -> str | None:
    """The limit of one line: its quantity, counted in the unit that was said."""
    units = {line.sku: line.unit_said for line in turn.intent.lines}
    touched = {change.sku for change in changes}
    for line in lines:
        product = turn.situation.index.products.get(line.sku)
        per_unit = factor(product, units.get(line.sku)) if product else None
        if line.sku in touched and line.quantity / (per_unit or 1) > turn.situation.rules.max_quantity_per_item:
            return "quantity"
    return None


def _waiting_for(turn: Turn, base: OrderView | None) -> OpenQuestion | None:
    """The open question, when what it holds belongs to this order. A repetition that was not confirmed is dropped."""
    question = turn.situation.question
    if question is None or question.doubt == "confirm_same_again":
        return None
    if question.kind not in (QuestionKind.PRODUCT, QuestionKind.CONFIRM):
        return None
    placed_id = base.id if base and not base.is_draft else None
    return question if question.order_id == placed_id else None


def _pending(turn: Turn) -> tuple[tuple[Question, ...], tuple[Question, ...]]:
    """Questions of this reading, and earlier ones that it did not answer: nothing asked for is forgotten. What was put
    again and passed over again comes second: it is withdrawn."""
    left = _left_open(turn)
    question = turn.situation.question
    again = bool(left) and question is not None and question.passed_over > 0 and left[0] == question.about[0]
    given_up = left[:1] if again else ()
    index = turn.situation.index
    new = tuple(in_natural_order(index, with_alternatives(index, q)) for q in turn.intent.questions)
    return new + left[len(given_up) :], given_up


def _left_open(turn: Turn) -> tuple[Question, ...]:
    """The open question and those behind it, without what this message answers or asks itself."""
    question, intent = turn.situation.question, turn.intent
    earlier = question.about if question and question.kind is QuestionKind.PRODUCT else ()
    asked_again = {q.text for q in intent.questions}
    settled = _brought(intent) | {sku for q in intent.questions for sku in q.candidates}
    drafted = {sku for sku, _ in turn.situation.context.draft.lines} if turn.situation.context.draft else set()
    brings_goods = bool(intent.questions or intent.changes or {line.sku for line in intent.lines} - drafted)
    if not (brings_goods or intent.delivery_date or intent.notes):
        earlier = earlier[1:]
    return tuple(q for q in earlier if q.text not in asked_again and not settled.intersection(q.candidates))


def _brought(intent: Intent) -> set[str]:
    """The goods that a message asks for. A line of the draft that it only sets answers nothing that was asked before."""
    if intent.changes:
        return {change.sku for change in intent.changes if change.op is ChangeOp.ADD}
    return {line.sku for line in intent.lines}
