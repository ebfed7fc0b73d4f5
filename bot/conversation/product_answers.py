"""Answers to a question about goods, and the order that follows: one of the products, YES to the one offered, NO."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.catalog.units import UnitNotSoldError, to_base
from bot.conversation import orders
from bot.conversation.asking import MAX_QUESTIONS_IN_A_ROW, asking, offers_one
from bot.conversation.turn import Turn
from bot.decision import Decision, Reply
from bot.situation import OpenQuestion
from bot.understanding.intent import Intent, IntentKind, Line, Question, QuestionReason


def yes_to_product(turn: Turn, question: OpenQuestion) -> Decision:
    """YES takes the one product that was offered; where several were, the question stands."""
    first = question.about[0]
    if offers_one(first):
        return orders.write(replace(turn, intent=as_answer(turn, first, first.candidates[0])))
    again = replace(question, serial=turn.serial, asked=question.asked + 1)
    offer = (Reply("offer_person"),) if again.asked > MAX_QUESTIONS_IN_A_ROW else ()
    return Decision((asking(turn.situation, turn.serial, first), *offer), question=again)


def left_out(turn: Turn) -> Decision:
    """NO leaves out what was asked about; the rest goes on."""
    nothing = replace(turn.intent, kind=IntentKind.ORDER_CREATE, lines=(), changes=(), questions=(), delivery_date=None)
    return orders.write(replace(turn, intent=nothing))


def as_answer(turn: Turn, question: Question, sku: str) -> Intent:
    """The chosen product with the quantity said before, as a reading; without a quantity, the question how many."""
    product = turn.situation.index.products[sku]
    intent = replace(
        turn.intent, kind=IntentKind.ORDER_CREATE, confidence=1.0, changes=(), leftover=(), delivery_date=None
    )
    unit = question.unit_said or dict(question.units).get(sku)
    ask = Question(question.text, QuestionReason.QUANTITY, (sku,), None, unit, op=question.op)
    if question.quantity_said is None:
        return replace(intent, lines=(), questions=(ask,))
    try:
        quantity = to_base(product, Decimal(question.quantity_said), unit)
    except UnitNotSoldError:
        other = replace(ask, reason=QuestionReason.UNIT, quantity_said=question.quantity_said)
        return replace(intent, lines=(), questions=(other,))
    line = Line(sku, quantity, unit, question.quantity_said, question.text)
    return replace(intent, lines=(line,), questions=())
