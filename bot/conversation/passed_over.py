"""What waits for "which order?", "which outlet?" or a YES to a change while something else is done: the question is put again
once, then it is given up, and the customer is told so. Questions of goods are kept where the order is proposed."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import order_decisions
from bot.conversation.asked_again import NAMES_ONE, question_again, withdrawn
from bot.conversation.asking import quoted
from bot.conversation.baskets import TWICE
from bot.conversation.confirm_or_cancel import proposal
from bot.conversation.targets import ALL, open_order, open_orders
from bot.conversation.turn import Turn, choice_buttons
from bot.decision import Decision, OrderWrite, Outcome, Reply
from bot.situation import OpenQuestion, OrderView, QuestionKind

GIVEN_UP = frozenset({"left_out", "unchanged_all"})
"""The replies to a customer who wants no more of what was asked about."""


def with_passed_over(turn: Turn, decision: Decision) -> Decision:
    """The decision, with the question that it would forget put again or withdrawn in words."""
    question = turn.situation.question
    if question is None or _ends(decision):
        return decision
    if question.kind is QuestionKind.CONFIRM:
        return _with_proposal(turn, decision, question)
    if question.kind not in NAMES_ONE or not question.first_text or _still_waits(question, decision):
        return decision
    by_order = question.kind is QuestionKind.ORDER
    orders = _left(turn, question, decision) if by_order else ()
    if decision.question is not None or question.passed_over or (by_order and len(orders) < 2):
        return replace(decision, replies=(*decision.replies, withdrawn(question.first_text)))
    return _put_again(turn, decision, question, orders)


def _with_proposal(turn: Turn, decision: Decision, question: OpenQuestion) -> Decision:
    """A change of one order that waits for its YES, when another order is written or asked about meanwhile."""
    order = open_order(turn, question.order_id)
    if order is None or question.doubt == TWICE or not _is_about_another(decision, order.id):
        return decision
    if decision.question is not None or question.cancels or question.passed_over:
        stays = Reply("unchanged", {"order": order})
        return replace(decision, replies=(*decision.replies, stays))
    again = replace(question, serial=turn.serial, passed_over=question.passed_over + 1)
    preview = order_decisions.order_write(turn, proposal(turn, question, order), "awaiting_confirmation")
    put = Reply("confirm_change", {"order": preview}, choice_buttons(turn.serial, ("yes", "no")))
    return replace(decision, replies=(*decision.replies, put), question=again)


def _is_about_another(decision: Decision, order_id: int) -> bool:
    """Whether an order is written or asked about, and not this one."""
    written = {write.order_id for write in decision.orders}
    asked = decision.question
    return order_id not in written and (bool(written) if asked is None else asked.order_id != order_id)


def _put_again(turn: Turn, decision: Decision, question: OpenQuestion, orders: tuple[OrderView, ...]) -> Decision:
    all_too = tuple(each for each in question.choices if each == ALL)
    choices = (*(str(order.id) for order in orders), *all_too) if orders else question.choices
    again = replace(question, serial=turn.serial, choices=choices, passed_over=question.passed_over + 1)
    put = question_again(replace(turn.situation, orders=orders), again)
    told = replace(put, lead="about_words", values={**put.values, "text": quoted(question.first_text)})
    return replace(decision, replies=(*decision.replies, told), question=again)


def _still_waits(question: OpenQuestion, decision: Decision) -> bool:
    """Whether the words wait on, alone or with others."""
    return decision.question is not None and question.first_text in decision.question.first_text


def _ends(decision: Decision) -> bool:
    """Nothing was done, a person reads on from here, or the customer has had it dropped."""
    taken = decision.escalate is not None and decision.escalate.takes_over
    given_up = any(reply.key in GIVEN_UP for reply in decision.replies)
    return decision.outcome is Outcome.IGNORED or taken or given_up or bool(decision.opted_out)


def _left(turn: Turn, question: OpenQuestion, decision: Decision) -> tuple[OrderView, ...]:
    """The orders that can still be picked, as the decision leaves them."""
    asked = [order for order in open_orders(turn) if str(order.id) in question.choices]
    writes = {write.order_id: write for write in decision.orders}
    left = [_after(order, writes.get(order.id)) for order in asked]
    return tuple(order for order in left if order.status != "cancelled")


def _after(order: OrderView, write: OrderWrite | None) -> OrderView:
    if write is None:
        return order
    return replace(
        order, status=write.status, lines=write.lines, total=write.totals.total, delivery_date=write.delivery_date
    )
