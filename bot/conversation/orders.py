"""Orders: what is wanted becomes a draft, a question, a placed order or a change of one. Every path ends in one OrderWrite."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.conversation import outcomes, questions
from bot.conversation.baskets import changes_of, corrects, priced, quantities_of
from bot.conversation.doubts import Wanted, doubt_of, limit_of, over_limit
from bot.conversation.targets import Target, ask_which, target_of
from bot.conversation.turn import Turn
from bot.decision import Decision, Reply
from bot.ordering.delivery import in_time, is_delivery_day, next_delivery
from bot.ordering.pricing import total_of
from bot.situation import OpenQuestion, OrderView, QuestionKind
from bot.understanding.intent import ChangeOp, Intent, IntentKind, Question, QuestionReason

MAX_QUESTIONS_IN_A_ROW = 2
"""After two that did not help, a person is offered."""


def write(turn: Turn) -> Decision:
    """Create, amend or repeat: find the order that is meant, then ask, hold, confirm or place."""
    if any(question.reason is QuestionReason.NO_HISTORY for question in turn.intent.questions):
        return Decision((Reply("ask_no_history"),), question=turn.situation.question)
    target = target_of(turn)
    if target.several:
        return ask_which(turn, target.several)
    if target.order is None and turn.intent.kind is IntentKind.ORDER_AMEND and not _only_adds(turn):
        return _nothing_to_change(target)
    wanted = wanted_of(turn, target)
    if wanted.pending:
        return _ask(turn, wanted)
    if not wanted.lines:
        return _nothing_left(turn, wanted)
    if wanted.changes_placed and not wanted.changes and not wanted.moved and _same_day(wanted):
        return Decision((Reply("unchanged", {"order": wanted.base}),))
    return settle(turn, wanted)


def settle(turn: Turn, wanted: Wanted, *, accepted: bool = False) -> Decision:
    """A basket without questions: limits first, then the minimum, then doubts, then it is placed."""
    totals = total_of(wanted.lines, turn.situation.tax_rate)
    if over := over_limit(turn, wanted, totals.total) or _still_held(wanted):
        return outcomes.hold(turn, wanted, over)
    if totals.total < turn.outlet.min_order_total:
        return outcomes.below_minimum(turn, wanted)
    doubt = doubt_of(turn, wanted)
    if doubt and (not accepted or doubt == "confirm_moved"):
        return outcomes.ask_yes(turn, wanted, doubt)
    return outcomes.place(turn, wanted)


def wanted_of(turn: Turn, target: Target) -> Wanted:
    """What the message asks for, together with what was said before it and still waits."""
    base = target.order
    waiting = _waiting_for(turn, base)
    changes = (waiting.changes if waiting else ()) + changes_of(turn, base)
    lines = priced(turn, base, changes)
    asked = turn.intent.delivery_date or (waiting.day if waiting else None)
    delivery, moved = delivery_of(turn, base, asked, target.late)
    notes = " ".join(filter(None, (base.notes if base else "", waiting.notes if waiting else "", turn.intent.notes)))
    return Wanted(
        base=base,
        lines=lines,
        changes=changes,
        said=quantities_of(changes),
        pending=_pending(turn),
        doubtful=(turn.intent.doubtful and waiting is None)
        or any(not line.sure for line in turn.intent.lines)
        or bool(waiting and waiting.doubtful),
        limit=limit_of(turn, lines, changes) or (waiting.limit if waiting else None),
        delivery=delivery,
        moved=moved,
        notes=notes,
    )


def delivery_of(
    turn: Turn, base: OrderView | None, asked: date | None, late: OrderView | None = None
) -> tuple[date | None, bool]:
    """The day it will be delivered, and whether that differs from what the customer must think."""
    rules, said_at = turn.outlet.delivery, turn.said.said_at
    asked = asked or (base.delivery_date if base else None) or (late.delivery_date if late else None)
    if asked is None:
        return next_delivery(said_at, rules), False
    if is_delivery_day(asked, rules) and in_time(asked, said_at, rules):
        return asked, False
    return next_delivery(said_at, rules, asked), True


def _waiting_for(turn: Turn, base: OrderView | None) -> OpenQuestion | None:
    """The open question, when what it holds belongs to this order. A repetition that was not confirmed is dropped."""
    question = turn.situation.question
    if question is None or question.doubt == "confirm_same_again":
        return None
    if question.kind not in (QuestionKind.PRODUCT, QuestionKind.CONFIRM):
        return None
    placed_id = base.id if base and not base.is_draft else None
    return question if question.order_id == placed_id else None


def _pending(turn: Turn) -> tuple[Question, ...]:
    """Questions of this reading, and earlier ones that it did not answer: nothing asked for is forgotten."""
    question, intent = turn.situation.question, turn.intent
    earlier = question.about if question and question.kind is QuestionKind.PRODUCT else ()
    asked_again = {q.text for q in intent.questions}
    settled = _brought(intent) | {sku for q in intent.questions for sku in q.candidates}
    drafted = {sku for sku, _ in turn.situation.context.draft.lines} if turn.situation.context.draft else set()
    brings_goods = bool(intent.questions or intent.changes or {line.sku for line in intent.lines} - drafted)
    if not brings_goods and not intent.delivery_date:
        earlier = earlier[1:]
    left = [q for q in earlier if q.text not in asked_again and not settled.intersection(q.candidates)]
    index = turn.situation.index
    return tuple(questions.with_alternatives(index, q) for q in intent.questions) + tuple(left)


def _corrects(turn: Turn, wanted: Wanted, first: Question) -> bool:
    """A question that is put again is answered as it would have been the first time."""
    before = turn.situation.question
    if before is not None and before.kind is QuestionKind.PRODUCT and before.about[:1] == (first,):
        return before.corrects
    return corrects(turn, wanted.base, first)


def _brought(intent: Intent) -> set[str]:
    """The goods that a message asks for. A line of the draft that it only sets answers nothing that was asked before."""
    if intent.changes:
        return {change.sku for change in intent.changes if change.op is ChangeOp.ADD}
    return {line.sku for line in intent.lines}


def _ask(turn: Turn, wanted: Wanted) -> Decision:
    """Asks the first of what is not clear. What is clear goes into the draft, or into the open order when there is one."""
    first, *rest = wanted.pending
    position = turn.asked_before + 1
    reply = questions.asking(turn.situation, turn.serial, first)
    question = OpenQuestion(
        QuestionKind.PRODUCT, turn.serial, (first, *rest), asked=position, doubtful=wanted.doubtful, limit=wanted.limit,
        order_id=wanted.base.id if wanted.base and wanted.changes_placed else None,
        day=turn.intent.delivery_date or _asked_day(turn), notes=_new_notes(wanted), corrects=_corrects(turn, wanted, first),
    )  # fmt: skip
    offer = (Reply("offer_person"),) if position > MAX_QUESTIONS_IN_A_ROW else ()
    if not wanted.changes_placed:
        keeps = bool(wanted.lines) or wanted.base is not None
        draft = outcomes.order_write(turn, wanted, "draft", "parsed", "asked") if keeps else None
        return Decision((reply, *offer), order=draft, question=question)
    if not wanted.changes:
        return Decision((reply, *offer), question=question)
    now = settle(turn, replace(wanted, pending=()))
    if now.order is None or now.order.status != "placed":
        return Decision((reply, *offer), question=replace(question, changes=wanted.changes))
    return replace(now, replies=(*now.replies, reply, *offer), question=question)


def _still_held(wanted: Wanted) -> str | None:
    """What a person has not approved yet stays with them, whatever is changed meanwhile."""
    return "changed" if wanted.base is not None and wanted.base.status == "awaiting_approval" else None


def _nothing_to_change(target: Target) -> Decision:
    if target.late is None:
        return Decision((Reply("no_open_order"),))
    return outcomes.too_late("change after cut-off")


def _nothing_left(turn: Turn, wanted: Wanted) -> Decision:
    """Everything was taken out again: an order of nothing is a cancelled one."""
    if wanted.base is not None:
        return outcomes.cancelled(turn, wanted.base)
    question = turn.situation.question
    left_out = question is not None and question.kind is QuestionKind.PRODUCT
    amends = turn.intent.kind is IntentKind.ORDER_AMEND
    return Decision((Reply("left_out" if left_out else "no_open_order" if amends else "help"),))


def _only_adds(turn: Turn) -> bool:
    changes = turn.intent.changes
    return all(change.op is ChangeOp.ADD for change in changes) and bool(
        changes or turn.intent.lines or turn.intent.questions
    )


def _same_day(wanted: Wanted) -> bool:
    return wanted.base is not None and wanted.base.delivery_date == wanted.delivery


def _asked_day(turn: Turn) -> date | None:
    return turn.situation.question.day if turn.situation.question else None


def _new_notes(wanted: Wanted) -> str:
    """Notes that no order row holds yet."""
    return wanted.notes if wanted.base is None and not wanted.lines else ""
