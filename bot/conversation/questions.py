"""What the bot asks, and answers given by number, button or a plain yes or no; answers in words are the reader's work."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.catalog.index import CatalogIndex
from bot.conversation import closing, orders
from bot.conversation.turn import Turn, choice_buttons, chosen_number
from bot.conversation.words import says_no, says_yes
from bot.decision import Decision, Reply
from bot.ordering.units import UnitNotSoldError, to_base
from bot.situation import OpenQuestion, QuestionKind, Situation
from bot.understanding.intent import Intent, IntentKind, Line, Question, QuestionReason

YES, NO = 1, 2
MAX_CHOICES = 9
MAX_ALTERNATIVES = 4
PICKABLE = (QuestionReason.AMBIGUOUS, QuestionReason.INACTIVE, QuestionReason.UNKNOWN)


def answered(turn: Turn) -> Decision | None:
    """The decision when this turn picks a choice or says a bare yes or no; None when it has to be understood as words."""
    question = turn.situation.question
    if question is None:
        return _closed(turn) if turn.said.pressed is not None else None
    if question.kind is QuestionKind.PRODUCT:
        return _product_answered(turn, question)
    if question.kind is QuestionKind.CONFIRM:
        number = chosen_number(turn.said, question, NO)
        if number == YES or says_yes(turn.said.text):
            return closing.confirm(turn)
        if number == NO or says_no(turn.said.text):
            return closing.cancel(turn)
    return _closed(turn) if turn.said.pressed is not None else None


def _closed(turn: Turn) -> Decision:
    """A button of a question that is answered already has no effect."""
    return Decision((Reply("question_closed"),), reason="stale_button", question=turn.situation.question)


def _product_answered(turn: Turn, question: OpenQuestion) -> Decision | None:
    first = question.about[0]
    shown = first.candidates[:MAX_CHOICES]
    if offers_one(first) and (says_yes(turn.said.text) or chosen_number(turn.said, question, NO) == YES):
        return yes_to_product(turn, question)
    if says_no(turn.said.text) or (offers_one(first) and chosen_number(turn.said, question, NO) == NO):
        return left_out(turn)
    number = chosen_number(turn.said, question, len(shown)) if len(shown) > 1 else None
    if number is None:
        return _closed(turn) if turn.said.pressed is not None else None
    return orders.write(replace(turn, intent=as_answer(turn, first, shown[number - 1])))


def offers_one(question: Question) -> bool:
    """ "Do you mean this one?" """
    return question.reason in PICKABLE and len(question.candidates) == 1


def yes_to_product(turn: Turn, question: OpenQuestion) -> Decision:
    """YES takes the one product that was offered; where several were, the question stands."""
    first = question.about[0]
    if offers_one(first):
        return orders.write(replace(turn, intent=as_answer(turn, first, first.candidates[0])))
    again = replace(question, serial=turn.serial, asked=question.asked + 1)
    offer = (Reply("offer_person"),) if again.asked > orders.MAX_QUESTIONS_IN_A_ROW else ()
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
    ask = Question(question.text, QuestionReason.QUANTITY, (sku,), None, question.unit_said)
    if question.quantity_said is None:
        return replace(intent, lines=(), questions=(ask,))
    try:
        quantity = to_base(product, Decimal(question.quantity_said), question.unit_said)
    except UnitNotSoldError:
        unit = replace(ask, reason=QuestionReason.UNIT, quantity_said=question.quantity_said)
        return replace(intent, lines=(), questions=(unit,))
    line = Line(sku, quantity, question.unit_said, question.quantity_said, question.text)
    return replace(intent, lines=(line,), questions=())


def with_alternatives(index: CatalogIndex, question: Question) -> Question:
    """What is not sold any more is asked about with the nearest that is: same category, most words in common."""
    gone = [sku for sku in question.candidates if sku in index.products and not index.products[sku].active]
    if question.reason is not QuestionReason.INACTIVE or not gone:
        return question
    category, words = index.products[gone[0]].category, index.held[gone[0]]
    shared = {
        sku: len(words & index.held[sku])
        for sku, product in index.products.items()
        if product.active and product.category == category
    }
    best = sorted((sku for sku in shared if shared[sku] > 0), key=lambda sku: (-shared[sku], sku))
    return replace(question, candidates=tuple(best[:MAX_ALTERNATIVES]))


def asking(situation: Situation, serial: int, question: Question) -> Reply:
    """The sentence for what has to be asked first."""
    products = tuple(situation.index.products[sku] for sku in question.candidates[:MAX_CHOICES])
    labels = tuple(product.name for product in products) if question.reason in PICKABLE else ()
    if offers_one(question):
        labels = ("yes", "no")
    values = {
        "text": question.text,
        "products": products,
        "unit": question.unit_said,
        "quantity": question.quantity_said,
    }
    return Reply(f"ask_{question.reason}", values, choice_buttons(serial, labels))
