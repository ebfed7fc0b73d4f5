"""Orders: what is wanted becomes a draft, a question, a placed order or a change of one. Every path ends in one OrderWrite."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.conversation import order_decisions
from bot.conversation.asking import MAX_QUESTIONS_IN_A_ROW, asking, left_unsaid, quoted
from bot.conversation.checkout import check_out
from bot.conversation.proposed_order import ProposedOrder, proposed_order
from bot.conversation.targets import Target, ask_which, target_of
from bot.conversation.turn import Turn
from bot.decision import Decision, Reply
from bot.situation import OpenQuestion, QuestionKind
from bot.understanding.intent import ChangeOp, IntentKind, Question, QuestionReason


def write(turn: Turn) -> Decision:
    """Create, amend or repeat: find the order that is meant, then ask, hold, confirm or place."""
    if any(question.reason is QuestionReason.NO_HISTORY for question in turn.intent.questions):
        return Decision((Reply("ask_no_history"),), question=turn.situation.question)
    target = target_of(turn)
    if target.several:
        return ask_which(turn, target.several)
    if target.order is None and turn.intent.kind is IntentKind.ORDER_AMEND and not _only_adds(turn):
        return _nothing_to_change(target)
    proposed = proposed_order(turn, target)
    return _told_of_withdrawn(proposed, _written(turn, proposed))


def _written(turn: Turn, proposed: ProposedOrder) -> Decision:
    if proposed.pending:
        return _ask(turn, proposed)
    if not proposed.lines:
        return _nothing_left(turn, proposed)
    if proposed.changes_placed and not proposed.changes and _same_day(turn, proposed):
        return _noted(turn, proposed)
    return check_out(turn, proposed)


def _told_of_withdrawn(proposed: ProposedOrder, decision: Decision) -> Decision:
    withdrawn = tuple(Reply("withdrawn", {"text": quoted(question.text)}) for question in proposed.withdrawn)
    return replace(decision, replies=(*decision.replies, *withdrawn))


def _noted(turn: Turn, proposed: ProposedOrder) -> Decision:
    """An order whose lines and day stay: what was said about its delivery is kept with it."""
    if proposed.base is not None and proposed.notes != proposed.base.notes:
        written = order_decisions.order_write(turn, proposed, proposed.base.status, "parsed", "noted")
        return Decision((Reply("note_kept", {"order": written, "note": turn.intent.notes}),), order=written)
    return Decision((Reply("unchanged", {"order": proposed.base}),))


def _ask(turn: Turn, proposed: ProposedOrder) -> Decision:
    """Asks the first of what is not clear. What is clear goes into the draft, or into the open order when there is one."""
    first, *rest = proposed.pending
    position = turn.asked_before + 1
    reply = asking(turn.situation, turn.serial, first)
    question = OpenQuestion(
        QuestionKind.PRODUCT, turn.serial, (first, *rest), asked=position, doubtful=proposed.doubtful, limit=proposed.limit,
        order_id=proposed.base.id if proposed.base and proposed.changes_placed else None,
        day=turn.intent.delivery_date or _asked_day(turn), notes=_new_notes(proposed), passed_over=_passed_over(turn, first),
    )  # fmt: skip
    offer = (Reply("offer_person"),) if position > MAX_QUESTIONS_IN_A_ROW else ()
    if more := left_unsaid(first):
        offer = (Reply("more_products", {"count": more}), *offer)
    if not proposed.changes_placed:
        keeps = bool(proposed.lines) or proposed.base is not None
        draft = order_decisions.order_write(turn, proposed, "draft", "parsed", "asked") if keeps else None
        if draft is not None and draft.lines:
            reply = replace(reply, lead="so_far", values={**reply.values, "order": draft})
        return Decision((reply, *offer), order=draft, question=question)
    if not proposed.changes:
        noted = _noted(turn, proposed) if turn.intent.notes else Decision()
        return replace(noted, replies=(*noted.replies, reply, *offer), question=question)
    now = check_out(turn, replace(proposed, pending=()))
    if now.order is None or now.order.status != "placed":
        return Decision((reply, *offer), question=replace(question, changes=proposed.changes))
    return replace(now, replies=(*now.replies, reply, *offer), question=question)


def _nothing_to_change(target: Target) -> Decision:
    if target.late is None:
        return Decision((Reply("no_open_order"),))
    return order_decisions.too_late("change after cut-off")


def _nothing_left(turn: Turn, proposed: ProposedOrder) -> Decision:
    """Everything was taken out again: an order of nothing is a cancelled one."""
    if proposed.base is not None:
        return order_decisions.cancelled(turn, proposed.base)
    question = turn.situation.question
    left_out = question is not None and question.kind is QuestionKind.PRODUCT
    amends = turn.intent.kind is IntentKind.ORDER_AMEND
    return Decision((Reply("left_out" if left_out else "no_open_order" if amends else "help"),))


def _only_adds(turn: Turn) -> bool:
    changes = turn.intent.changes
    return all(change.op is ChangeOp.ADD for change in changes) and bool(
        changes or turn.intent.lines or turn.intent.questions
    )


def _same_day(turn: Turn, proposed: ProposedOrder) -> bool:
    """No other day is asked for, nor one that has to be asked about."""
    same = proposed.base is not None and proposed.base.delivery_date == proposed.delivery
    return same and proposed.refused is None and turn.intent.odd_day is None


def _passed_over(turn: Turn, first: Question) -> int:
    """1 when the question that is put now was put before and something else was said."""
    before = turn.situation.question
    same = before is not None and before.kind is QuestionKind.PRODUCT and before.about[0] == first
    return int(same and first not in turn.intent.questions)


def _asked_day(turn: Turn) -> date | None:
    return turn.situation.question.day if turn.situation.question else None


def _new_notes(proposed: ProposedOrder) -> str:
    """Notes that no order row holds yet."""
    return proposed.notes if proposed.base is None and not proposed.lines else ""
