"""What an order would become: the basket that a message, and what still waits, ask for. Nothing is decided about it here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.catalog.units import factor
from bot.conversation import terms
from bot.conversation.asking import in_natural_order, with_alternatives
from bot.conversation.baskets import changes_of, priced, quantities_of
from bot.conversation.targets import Target
from bot.conversation.turn import Turn
from bot.ordering.delivery import has_come, next_delivery, obstacle
from bot.ordering.notes import joined_notes
from bot.ordering.pricing import OrderLine
from bot.situation import OpenQuestion, OrderView, Quantities, QuestionKind
from bot.understanding.intent import Change, ChangeOp, Intent, IntentKind, Question

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
    changes = waiting.changes + changes_of(turn, base)
    lines = priced(turn, base, changes)
    asked = turn.intent.delivery_date or _day_meant(turn) or waiting.day
    delivery, refused = delivery_of(turn, base, asked, target.late)
    pending, withdrawn = _pending(turn)
    return ProposedOrder(
        base=base,
        lines=lines,
        changes=changes,
        said=quantities_of(changes),
        pending=pending,
        doubtful=waiting.doubtful or _unsure(turn, waiting),
        limit=limit_of(turn, lines, changes) or waiting.limit,
        delivery=delivery,
        refused=refused,
        notes=joined_notes(base.notes if base else "", waiting.notes, turn.intent.notes),
        withdrawn=withdrawn,
    )


def _unsure(turn: Turn, waiting: OpenQuestion) -> bool:
    """Whether the reading is unsure of the lines, or of whether they are an order; an answer is one, but for words of it that
    may mean something else."""
    if not all(line.sure for line in turn.intent.lines) or _asks_for_a_day(turn):
        return True
    unsure = turn.intent.doubtful and (waiting is NOTHING_WAITS or bool(turn.intent.doubts))
    return unsure and not _doubts_the_day_only(turn)


def _asks_for_a_day(turn: Turn) -> bool:
    """ "Can you deliver on Saturday?": whether the order is to move there is not said."""
    intent = turn.intent
    moves = intent.kind is IntentKind.ORDER_AMEND and intent.delivery_date is not None and not intent.changes
    return moves and bool(terms.rules_of(turn))


def delivery_of(
    turn: Turn, base: OrderView | None, asked: date | None, late: OrderView | None = None
) -> tuple[date | None, date | None]:
    """The day it will be delivered, and the day that the customer must think of where that is another."""
    rules, said_at = turn.outlet.delivery, turn.said.said_at
    had = (order.delivery_date for order in (base, late) if order is not None)
    wished = asked or next(filter(None, had), None) or next_delivery(said_at, rules)
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
    above = (_above_limit(turn, line, units.get(line.sku)) for line in lines if line.sku in touched)
    return "quantity" if any(above) else None


def _above_limit(turn: Turn, line: OrderLine, unit: str | None) -> bool:
    product = turn.situation.index.products.get(line.sku)
    per_unit = factor(product, unit) if product else None
    return line.quantity / (per_unit or 1) > turn.situation.rules.max_quantity_per_item


NOTHING_WAITS = OpenQuestion(QuestionKind.PRODUCT, serial=0)


def _waiting_for(turn: Turn, base: OrderView | None) -> OpenQuestion:
    """The open question, when what it holds belongs to this order. A repetition that was not confirmed is dropped."""
    question = turn.asked(QuestionKind.PRODUCT) or turn.asked(QuestionKind.CONFIRM)
    if question is None or question.doubt == "confirm_same_again":
        return NOTHING_WAITS
    placed_id = base.id if base and not base.is_draft else None
    return question if question.order_id == placed_id else NOTHING_WAITS


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
    question, intent = turn.asked(QuestionKind.PRODUCT), turn.intent
    asked_again = {q.text for q in intent.questions}
    put_again = {sku for q in intent.questions for sku in q.candidates}
    brings_nothing = not (intent.delivery_date or intent.notes or _brings_goods(turn))
    earlier = question.about[brings_nothing:] if question else ()
    about = {q: {*q.candidates, *(sku for sku, _ in q.units)} for q in earlier}
    answered = [q for q in earlier if not (put_again | _brought(intent, q.op)).isdisjoint(about[q])]
    over = asked_again | set(intent.settled)
    return tuple(q for q in earlier if q.text not in over and q not in answered)


def _brings_goods(turn: Turn) -> bool:
    intent, draft = turn.intent, turn.situation.context.draft
    drafted = {sku for sku, _ in draft.lines} if draft else set()
    return bool(intent.questions or intent.changes) or any(line.sku not in drafted for line in intent.lines)


def _brought(intent: Intent, asked: ChangeOp) -> set[str]:
    """The goods that a message asks for. A line of the draft that it only sets answers nothing that was asked before, but
    for which line is to be set."""
    if intent.changes:
        return {change.sku for change in intent.changes if change.op in (ChangeOp.ADD, asked)}
    return {line.sku for line in intent.lines}
