"""Orders: what is wanted becomes a draft, a question, a placed order or a change of one. Every path ends in one OrderWrite."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.conversation import order_decisions
from bot.conversation.asked_again import withdrawn
from bot.conversation.asking import MAX_QUESTIONS_IN_A_ROW, asking, left_unsaid
from bot.conversation.checkout import check_out
from bot.conversation.proposed_order import ProposedOrder, proposed_order
from bot.conversation.shortages import without_short
from bot.conversation.targets import Target, ask_which, target_of
from bot.conversation.turn import Turn
from bot.decision import Decision, Reply
from bot.language.change_words import leaves_as_it_is
from bot.ordering.pricing import baskets_equal
from bot.situation import OpenQuestion, QuestionKind
from bot.understanding.intent import ChangeOp, DayDoubt, IntentKind, Question, QuestionReason


def write(turn: Turn) -> Decision:
    """Create, amend or repeat: find the order that is meant, then ask, hold, confirm or place."""
    if any(question.reason is QuestionReason.NO_HISTORY for question in turn.intent.questions):
        return Decision((Reply("ask_no_history"),), question=turn.situation.question)
    target = target_of(turn)
    if target.several:
        return ask_which(turn, target.several)
    amends = turn.intent.kind is IntentKind.ORDER_AMEND and not _only_adds(turn)
    if target.order is None and amends and turn.asked(QuestionKind.PRODUCT) is None:
        return _nothing_to_change(target)
    if target.order is not None and turn.intent.odd_day is not None and turn.intent.odd_day.why is DayDoubt.SPLIT:
        return Decision((Reply("split_days", {"order": target.order}),), question=turn.situation.question)
    proposed = without_short(turn, proposed_order(turn, target))
    return _told_of_withdrawn(proposed, _written(turn, proposed))


def _written(turn: Turn, proposed: ProposedOrder) -> Decision:
    if proposed.pending:
        return ask(turn, proposed)
    if not proposed.lines:
        return _nothing_left(turn, proposed)
    if proposed.changes_placed and _same_lines(proposed) and _same_day(turn, proposed):
        return _noted(turn, proposed)
    return check_out(turn, proposed)


def _told_of_withdrawn(proposed: ProposedOrder, decision: Decision) -> Decision:
    told = tuple(withdrawn(question.text) for question in proposed.withdrawn)
    return replace(decision, replies=(*decision.replies, *told))


def _noted(turn: Turn, proposed: ProposedOrder) -> Decision:
    """An order whose lines and day stay: what was said about its delivery is kept with it."""
    if proposed.base is not None and proposed.notes != proposed.base.notes:
        written = order_decisions.order_write(turn, proposed, proposed.base.status, "parsed", "noted")
        return Decision((Reply("note_kept", {"order": written, "note": turn.intent.notes}),), order=written)
    if proposed.changes or leaves_as_it_is(turn.said.text):
        return Decision((Reply("unchanged", {"order": proposed.base}),))
    return Decision((Reply("change_unclear", {"order": proposed.base}),), question=turn.situation.question)


def ask(turn: Turn, proposed: ProposedOrder) -> Decision:
    """Asks the first of what is not clear. What is clear goes into the draft, or into the open order when there is one."""
    first, *_ = proposed.pending
    question = _question(turn, proposed)
    replies = [asking(turn.situation, turn.serial, first)]
    if more := left_unsaid(first):
        replies.append(Reply("more_products", {"count": more}))
    if question.asked > MAX_QUESTIONS_IN_A_ROW:
        replies.append(Reply("offer_person"))
    if proposed.changes_placed:
        return _ask_beside_placed(turn, proposed, question, replies)
    return _ask_beside_draft(turn, proposed, question, replies)


def _question(turn: Turn, proposed: ProposedOrder) -> OpenQuestion:
    """What waits for the answer; of a new order that has no row yet, its day and notes wait as well."""
    return OpenQuestion(
        QuestionKind.PRODUCT,
        turn.serial,
        proposed.pending,
        asked=turn.asked_before + 1,
        doubtful=proposed.doubtful,
        limit=proposed.limit,
        order_id=proposed.base.id if proposed.base and proposed.changes_placed else None,
        day=turn.intent.delivery_date or _asked_day(turn),
        notes=_new_notes(proposed),
        passed_over=_passed_over(turn, proposed.pending[0]),
    )


def _ask_beside_draft(turn: Turn, proposed: ProposedOrder, question: OpenQuestion, replies: list[Reply]) -> Decision:
    """What is clear is kept in a draft and shown with the question."""
    if not proposed.lines and proposed.base is None:
        return Decision(tuple(replies), question=question)
    draft = order_decisions.order_write(turn, proposed, "draft", "parsed", "asked")
    if draft.lines:
        replies[0] = replace(replies[0], lead="so_far", values={**replies[0].values, "order": draft})
    return Decision(tuple(replies), order=draft, question=question)


def _ask_beside_placed(turn: Turn, proposed: ProposedOrder, question: OpenQuestion, replies: list[Reply]) -> Decision:
    """What is clear changes the placed order at once where that needs no YES; else it waits with the question."""
    if not proposed.changes:
        noted = _noted(turn, proposed) if turn.intent.notes else Decision()
        return replace(noted, replies=(*noted.replies, *replies), question=question)
    now = check_out(turn, replace(proposed, pending=()))
    if now.order is None or now.order.status != "placed":
        return Decision(tuple(replies), question=replace(question, changes=proposed.changes))
    return replace(now, replies=(*now.replies, *replies), question=question)


def _nothing_to_change(target: Target) -> Decision:
    if target.late is None:
        return Decision((Reply("no_open_order"),))
    return order_decisions.too_late("change after cut-off")


def _nothing_left(turn: Turn, proposed: ProposedOrder) -> Decision:
    """Everything was taken out again: an order of nothing is a cancelled one."""
    if proposed.base is not None:
        return order_decisions.cancelled(turn, proposed.base)
    if turn.asked(QuestionKind.PRODUCT) is not None:
        return Decision((Reply("left_out"),))
    amends = turn.intent.kind is IntentKind.ORDER_AMEND
    return Decision((Reply("no_open_order" if amends else "help"),))


def _only_adds(turn: Turn) -> bool:
    changes = turn.intent.changes
    return all(change.op is ChangeOp.ADD for change in changes) and bool(
        changes or turn.intent.lines or turn.intent.questions
    )


def _same_lines(proposed: ProposedOrder) -> bool:
    """Nothing is changed, or changed back: "cancel the foil", which was proposed and never there."""
    base = proposed.base
    return not proposed.changes or (base is not None and baskets_equal(proposed.lines, base.lines))


def _same_day(turn: Turn, proposed: ProposedOrder) -> bool:
    """No other day is asked for, nor one that has to be asked about."""
    same = proposed.base is not None and proposed.base.delivery_date == proposed.delivery
    return same and proposed.refused is None and turn.intent.odd_day is None


def _passed_over(turn: Turn, first: Question) -> int:
    """1 when the question that is put now was put before and something else was said."""
    before = turn.asked(QuestionKind.PRODUCT)
    same = before is not None and before.about[0] == first
    return int(same and first not in turn.intent.questions)


def _asked_day(turn: Turn) -> date | None:
    return turn.situation.question.day if turn.situation.question else None


def _new_notes(proposed: ProposedOrder) -> str:
    """Notes that no order row holds yet."""
    return proposed.notes if proposed.base is None and not proposed.lines else ""
