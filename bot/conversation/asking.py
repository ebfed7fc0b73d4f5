"""What the bot asks about goods: the sentence, the choices under it, and the nearest where one is not sold any more."""

from __future__ import annotations

from dataclasses import replace

from bot.catalog.index import CatalogIndex
from bot.conversation.turn import choice_buttons
from bot.decision import Reply
from bot.situation import Situation
from bot.understanding.intent import Question, QuestionReason

MAX_CHOICES = 9
MAX_ALTERNATIVES = 4
MAX_QUOTED = 80
"""Characters of what was not understood that are quoted back."""
MAX_QUESTIONS_IN_A_ROW = 2
"""After two that did not help, a person is offered."""
PICKABLE = (QuestionReason.AMBIGUOUS, QuestionReason.INACTIVE, QuestionReason.UNKNOWN)


def asking(situation: Situation, serial: int, question: Question) -> Reply:
    """The sentence for what has to be asked first."""
    products = tuple(situation.index.products[sku] for sku in question.candidates[:MAX_CHOICES])
    labels = tuple(product.name for product in products) if question.reason in PICKABLE else ()
    if offers_one(question):
        labels = ("yes", "no")
    values = {
        "text": quoted(question.text),
        "products": products,
        "unit": question.unit_said,
        "quantity": question.quantity_said,
    }
    return Reply(f"ask_{question.reason}", values, choice_buttons(serial, labels))


def quoted(words: str) -> str:
    """The customer's words as they are shown again: of a very long stretch the beginning, cut between words."""
    words = " ".join(words.split())
    if len(words) <= MAX_QUOTED:
        return words
    whole, _, _ = words[:MAX_QUOTED].rpartition(" ")
    return f"{whole or words[:MAX_QUOTED]}…"


def offers_one(question: Question) -> bool:
    """ "Do you mean this one?" """
    return question.reason in PICKABLE and len(question.candidates) == 1


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
