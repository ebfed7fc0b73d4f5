"""Answers to what the bot has asked, when they are given by number or by button; answers in words are the reader's work."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.conversation import orders
from bot.conversation.turn import Turn, choice_buttons, chosen_number
from bot.decision import Decision, Reply
from bot.ordering.units import UnitNotSoldError, to_base
from bot.situation import OpenQuestion, QuestionKind
from bot.understanding.intent import Intent, IntentKind, Line, Question, QuestionReason

YES, NO = 1, 2
MAX_CHOICES = 9


def answered(turn: Turn) -> Decision | None:
    """The decision when this turn picks a numbered choice; None when it has to be understood as words."""
    question = turn.situation.question
    if question is None:
        return Decision((Reply("question_closed"),), reason="stale_button") if turn.said.pressed is not None else None
    if question.kind is QuestionKind.PRODUCT:
        return _product_chosen(turn, question)
    number = chosen_number(turn.said, question, NO)
    if number is None:
        stale = turn.said.pressed is not None
        return Decision((Reply("question_closed"),), reason="stale_button", question=question) if stale else None
    return orders.confirm(turn) if number == YES else orders.cancel(turn)


def _product_chosen(turn: Turn, question: OpenQuestion) -> Decision | None:
    first = question.about[0]
    number = chosen_number(turn.said, question, min(len(first.candidates), MAX_CHOICES))
    if number is None or len(first.candidates) < 2:
        stale = turn.said.pressed is not None
        return Decision((Reply("question_closed"),), reason="stale_button", question=question) if stale else None
    return orders.write(replace(turn, intent=as_answer(turn, first, first.candidates[number - 1])))


def as_answer(turn: Turn, question: Question, sku: str) -> Intent:
    """The chosen product with the quantity said before, as a reading; without a quantity, the question how many."""
    product = turn.situation.index.products[sku]
    intent = replace(turn.intent, kind=IntentKind.ORDER_CREATE, confidence=1.0, changes=(), leftover=())
    if question.quantity_said is None:
        ask = Question(question.text, QuestionReason.QUANTITY, (sku,), None, question.unit_said)
        return replace(intent, lines=(), questions=(ask,))
    try:
        quantity = to_base(product, Decimal(question.quantity_said), question.unit_said)
    except UnitNotSoldError:
        ask = Question(question.text, QuestionReason.UNIT, (sku,), question.quantity_said, question.unit_said)
        return replace(intent, lines=(), questions=(ask,))
    line = Line(sku, quantity, question.unit_said, question.quantity_said, question.text)
    return replace(intent, lines=(line,), questions=())


def ask(
    turn: Turn, question: Question, position: int, doubtful: bool, rest: tuple[Question, ...]
) -> tuple[Reply, OpenQuestion]:
    """The sentence for what has to be asked first, and what to remember until it is answered."""
    products = tuple(turn.situation.index.products[sku] for sku in question.candidates[:MAX_CHOICES])
    labels = tuple(product.name for product in products)
    pickable = (
        question.reason in (QuestionReason.AMBIGUOUS, QuestionReason.INACTIVE, QuestionReason.UNKNOWN)
        and len(labels) > 1
    )
    buttons = choice_buttons(turn.serial, labels) if pickable else ()
    values = {
        "text": question.text,
        "products": products,
        "unit": question.unit_said,
        "quantity": question.quantity_said,
    }
    reply = Reply(f"ask_{question.reason}", values, buttons)
    remembered = OpenQuestion(QuestionKind.PRODUCT, turn.serial, (question, *rest), asked=position, doubtful=doubtful)
    return reply, remembered
