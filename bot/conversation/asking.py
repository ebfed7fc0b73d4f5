"""What the bot asks about goods: the sentence, the choices under it, and the nearest where one is not sold any more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.catalog.index import CatalogIndex
from bot.catalog.product import Product
from bot.catalog.units import label
from bot.conversation.turn import choice_buttons
from bot.decision import Reply
from bot.situation import Situation
from bot.understanding.intent import Question, QuestionReason

_SIZE = re.compile(r"(\d+(?:\.\d+)?)([a-z]*)")
_LETTERS = {"small": 1, "medium": 2, "large": 3, "xl": 4}
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
    labels = told_apart(products) if question.reason in PICKABLE else ()
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


def told_apart(products: Sequence[Product]) -> tuple[str, ...]:
    """The names to choose from; two products of one name with what tells them apart: SKU, packs and price."""
    names = [product.name for product in products]
    return tuple(name if names.count(name) == 1 else _in_full(p) for name, p in zip(names, products, strict=True))


def _in_full(product: Product) -> str:
    packs = [f"{label(unit)} {size.normalize():f}" for unit, size in product.pack_units.items()]
    return f"{product.name} ({', '.join([product.sku, *packs, f'{product.unit_price:f}'])})"


def in_natural_order(index: CatalogIndex, question: Question) -> Question:
    """Candidates that differ in one measure are asked about from the smallest to the largest."""
    if question.reason is not QuestionReason.AMBIGUOUS:
        return question
    sizes = {sku: _size(index.held.get(sku, frozenset())) for sku in question.candidates}
    measures = {tuple(measure for measure, _ in size) for size in sizes.values()}
    if len(measures) != 1 or () in measures:
        return question
    return replace(question, candidates=tuple(sorted(question.candidates, key=lambda sku: sizes[sku])))


def _size(words: frozenset[str]) -> tuple[tuple[str, float], ...]:
    found = [match for word in words if (match := _SIZE.fullmatch(word))]
    letters = [("", float(_LETTERS[word])) for word in words if word in _LETTERS]
    return tuple(sorted((match[2], float(match[1])) for match in found)) or tuple(letters)


def left_unsaid(question: Question) -> int:
    """How many candidates there are besides those that are shown."""
    return max(0, len(question.candidates) - MAX_CHOICES)


def offers_one(question: Question) -> bool:
    """ "Do you mean this one?" """
    return question.reason in (*PICKABLE, QuestionReason.SHORT) and len(question.candidates) == 1


def with_alternatives(index: CatalogIndex, question: Question) -> Question:
    """What is not sold any more is asked about with the nearest that is: same category, most words in common."""
    gone = [sku for sku in question.candidates if sku in index.products and not index.products[sku].active]
    if question.reason is not QuestionReason.INACTIVE or not gone:
        return question
    return replace(question, candidates=nearest(index, gone[0])[:MAX_ALTERNATIVES])


def nearest(index: CatalogIndex, sku: str) -> tuple[str, ...]:
    """The other products of its category that are sold, those with most words in common first."""
    category, words = index.products[sku].category, index.held[sku]
    shared = {
        other: len(words & index.held[other])
        for other, product in index.products.items()
        if product.active and product.category == category and other != sku
    }
    return tuple(sorted((each for each in shared if shared[each] > 0), key=lambda each: (-shared[each], each)))
