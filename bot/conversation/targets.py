"""Which order is meant: the draft, one of the outlet's orders that are still open, or a new one. Several: the customer is asked.

An outlet gets one delivery and one invoice a day: whatever it orders for a day joins the order it already has open for that day,
unless it says in words that it shall be an order of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.channels.base import MessageKind
from bot.conversation.turn import Turn, choice_buttons, chosen_number
from bot.decision import Decision, Reply
from bot.ordering.delivery import SAME_TALK, has_come, in_time, next_delivery
from bot.situation import OpenQuestion, OrderView, QuestionKind, Said, Situation
from bot.understanding.intent import ChangeOp, Intent, IntentKind, QuestionReason
from bot.understanding.order_choice import OrderChoice, order_choice

OPEN = ("placed", "awaiting_approval")
ALL = "all"
"""The choice of every order that is asked about; offered where they would be cancelled."""
_NUMBER = re.compile(r"\bSO[-\s]?(\d{4,12})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """`order` is changed, or nothing exists to change. `several`: the customer has to say which. `late`: too late for all."""

    order: OrderView | None = None
    several: tuple[OrderView, ...] = ()
    late: OrderView | None = None


def open_orders(turn: Turn) -> tuple[OrderView, ...]:
    """The outlet's orders that may still be changed when the customer wrote, by day of delivery."""
    found = open_at(turn.situation, turn.said.said_at)
    return tuple(o for o in found if o.delivery_date and not has_come(o.delivery_date, turn.now, turn.outlet.delivery))


def open_order(turn: Turn, order_id: int | None) -> OrderView | None:
    """The order of that id, while it may still be changed."""
    return next((order for order in open_orders(turn) if order.id == order_id), None)


def open_at(situation: Situation, said_at: datetime) -> tuple[OrderView, ...]:
    """The same, before the message is read; none while the outlet is not known."""
    if situation.outlet is None:
        return ()
    rules = situation.outlet.delivery
    found = [
        order
        for order in situation.own_orders
        if order.status in OPEN and order.delivery_date and in_time(order.delivery_date, said_at, rules)
    ]
    return tuple(sorted(found, key=lambda order: (order.delivery_date or date.max, order.id)))


def target_of(turn: Turn) -> Target:
    """The order that this message adds to or changes: as the reading says, else the draft, else the one it travels with."""
    intent, draft, opened = turn.intent, turn.situation.draft, open_orders(turn)
    if several := _asked_between(turn):
        return Target(several=several)
    if intent.kind is IntentKind.ORDER_AMEND and intent.order_id is not None and not _goods_with_a_note(turn):
        return _numbered(turn, intent.order_id)
    if draft is not None:
        return Target(draft)
    if intent.apart:
        return Target()
    question = turn.situation.question
    waiting = [o for o in opened if question and o.id == question.order_id and not _for_another_day(turn, o)]
    return Target(next(iter(waiting), None) or _same_delivery(turn, opened))


def cancels(turn: Turn) -> Target:
    """For what is done to a whole order: the one that the reading means, or the only one; several are asked about."""
    if several := _asked_between(turn):
        return Target(several=several)
    if turn.intent.order_id is not None:
        return _numbered(turn, turn.intent.order_id)
    opened = open_orders(turn)
    picked = [order for order in opened if order.id == turn.situation.meant_order_id]
    candidates = picked or opened
    if len(candidates) > 1:
        return Target(several=tuple(candidates))
    return Target(candidates[0]) if candidates else Target(late=_closed(turn))


def _numbered(turn: Turn, number: str) -> Target:
    """The order of that number; one past its cut-off is too late, unless goods are only added: those travel next."""
    draft = turn.situation.draft
    known = (*((draft,) if draft is not None else ()), *open_orders(turn))
    order = next((order for order in known if order.number == number), None)
    if order is not None:
        return Target(order)
    late = next((order for order in turn.situation.own_orders if order.number == number), None)
    return Target(late=late or _closed(turn))


def _asked_between(turn: Turn) -> tuple[OrderView, ...]:
    """The orders of which the reading could not tell which is meant."""
    numbers = {number for q in turn.intent.questions if q.reason is QuestionReason.ORDER for number in q.orders}
    found = tuple(order for order in open_orders(turn) if order.number in numbers)
    return found if len(found) > 1 else ()


def ask_which(turn: Turn, orders: tuple[OrderView, ...]) -> Decision:
    """One question with the open orders; the words said wait, and are read again for the order that is picked."""
    all_too = (ALL,) if turn.intent.kind is IntentKind.ORDER_CANCEL else ()
    question = OpenQuestion(
        QuestionKind.ORDER,
        turn.serial,
        choices=(*(str(order.id) for order in orders), *all_too),
        first_text=turn.said.text,
        asked=turn.asked_before + 1,
    )
    return Decision((which_order(question, orders),), question=question)


def which_order(question: OpenQuestion, orders: tuple[OrderView, ...]) -> Reply:
    """The sentence with one choice an order, and one for all of them where that is offered."""
    labels = (*(order.number for order in orders), *(("all_of_them",) if ALL in question.choices else ()))
    return Reply("which_order", {"orders": orders}, choice_buttons(question.serial, labels))


def resume_for_order(said: Said, situation: Situation) -> tuple[Said, Situation]:
    """When this turn picks the order that was asked about, and does nothing else: that order, and the words that had waited
    for it. Run before the message is read, because it is read against that order."""
    question = situation.asked(QuestionKind.ORDER)
    if question is None:
        return said, situation
    waiting = replace(said, text=question.first_text, kind=MessageKind.TEXT, payload={})
    if _picks_all(said, situation, question):
        return waiting, with_all(situation, question)
    if _picks_none_of_them(said, situation, question):
        return waiting, replace(situation, meant_apart=True, question=None)
    picked = _picked(said, situation, question)
    if len(picked) != 1:
        return said, situation
    return waiting, replace(situation, meant_order_id=picked[0].id, question=None)


def with_all(situation: Situation, question: OpenQuestion) -> Situation:
    """The situation once all of the orders that were asked about are picked."""
    return replace(situation, meant_all=tuple(int(each) for each in question.choices if each != ALL), question=None)


def _picks_none_of_them(said: Said, situation: Situation, question: OpenQuestion) -> bool:
    """ "a separate order": what waits becomes an order of its own; a cancellation cannot."""
    choice = choice_of(said, situation)
    return choice is not None and choice.apart and ALL not in question.choices


def _picks_all(said: Said, situation: Situation, question: OpenQuestion) -> bool:
    if ALL not in question.choices:
        return False
    if number := chosen_number(said, question, len(question.choices)):
        return question.choices[number - 1] == ALL
    choice = choice_of(said, situation)
    return choice is not None and choice.every


def choice_of(said: Said, situation: Situation) -> OrderChoice | None:
    """What words that only choose an order name, whether it was asked about or not; None for everything else."""
    if situation.outlet is None or said.kind is not MessageKind.TEXT:
        return None
    return order_choice(said.text, situation.index, said.said_at.astimezone(situation.outlet.delivery.zone).date())


def _picked(said: Said, situation: Situation, question: OpenQuestion) -> list[OrderView]:
    """The orders that the words pick: by a button or a bare number, else by order numbers, the day, or the place."""
    by_id = {str(order.id): order for order in situation.orders}
    if number := chosen_number(said, question, len(question.choices)):
        return [by_id[chosen] for chosen in question.choices[number - 1 : number] if chosen in by_id]
    choice = choice_of(said, situation)
    if choice is None:
        return []
    listed = [each for each in question.choices if each != ALL]
    orders = [by_id[each] for each in listed if each in by_id]
    by_number = [order for order in orders if order.number in _numbers(said.text)]
    by_day = [order for order in orders if order.delivery_date in choice.days]
    places = {place - 1 if place > 0 else len(listed) + place for place in choice.places}
    return by_number or by_day or [by_id[each] for at, each in enumerate(listed) if at in places and each in by_id]


def _goods_with_a_note(turn: Turn) -> bool:
    """Goods with a word for the driver name no order: they travel as the goods alone would."""
    intent = turn.intent
    only_adds = bool(intent.changes) and all(change.op is ChangeOp.ADD for change in intent.changes)
    return only_adds and bool(intent.notes) and intent.order_day is None and not _numbers(turn.said.text)


def _for_another_day(turn: Turn, order: OrderView) -> bool:
    """Goods that are wanted on a day of their own are an order of their own; the rest must not move with them."""
    intent = turn.intent
    if intent.kind not in (IntentKind.ORDER_CREATE, IntentKind.ORDER_REPEAT) or not (intent.lines or intent.questions):
        return False
    return intent.odd_day is not None or intent.delivery_date not in (None, order.delivery_date)


def _same_delivery(turn: Turn, opened: Collection[OrderView]) -> OrderView | None:
    """The open order that new goods travel with."""
    if turn.situation.meant_order_id is not None:
        return turn.order(turn.situation.meant_order_id)
    opened = [order for order in opened if not _for_another_day(turn, order)]
    day, rules, said_at = turn.intent.delivery_date, turn.outlet.delivery, turn.said.said_at
    if day is None:
        own = [order for order in opened if order.conversation_id == turn.situation.conversation_id]
        just_now = [order for order in own if order.placed_at and said_at - order.placed_at < SAME_TALK]
        if just_now:
            return max(just_now, key=lambda order: order.id)
    meant = next_delivery(said_at, rules, day)
    on_day = [order for order in opened if order.delivery_date == meant]
    return next(iter(on_day), None)


def _closed(turn: Turn) -> OrderView | None:
    """The latest order that would have been meant, had its cut-off not passed."""
    today = turn.said.said_at.astimezone(turn.outlet.delivery.zone).date()
    opened = (order for order in turn.situation.own_orders if order.status in OPEN)
    return next((order for order in opened if order.delivery_date is None or order.delivery_date >= today), None)


def _numbers(text: str) -> set[str]:
    return {f"SO-{number}" for number in _NUMBER.findall(text)}


def order_named(intent: Intent, situation: Situation) -> OrderView | None:
    """The one order that a message names, by its number or as that of the day it wants its goods on."""
    day = intent.delivery_date if intent.kind is IntentKind.ORDER_CREATE else None
    found = [
        order
        for order in situation.own_orders
        if order.status in OPEN
        and (order.number == intent.order_id or (day is not None and order.delivery_date == day))
    ]
    return found[0] if len(found) == 1 else None


def does_the_same(one: Intent, other: Intent) -> bool:
    """Whether two messages ask for the same, whichever order they name."""
    if IntentKind.ORDER_CANCEL in (one.kind, other.kind):
        return one.kind is other.kind
    return bool(_wanted(one)) and _wanted(one) == _wanted(other)


def _wanted(intent: Intent) -> set[tuple[object, ...]]:
    """The goods with their amounts, what is asked about them, and the notes."""
    goods = {(change.sku, change.quantity) for change in intent.changes} or {
        (line.sku, line.quantity) for line in intent.lines
    }
    asked = {(q.candidates, q.quantity_said) for q in intent.questions}
    return {*goods, *asked, *((intent.notes,) if intent.notes else ())}
