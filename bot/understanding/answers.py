"""Reads a message as the answer to what the bot has just asked."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from bot.catalog.index import Bag, CatalogIndex
from bot.catalog.match import called
from bot.language.tokens import Token, plain
from bot.understanding.cues import Cues
from bot.understanding.intent import Line, Question, QuestionReason
from bot.understanding.picks import by_extent, picked
from bot.understanding.resolve import NOTHING_SAID, Said, line_or_question, said
from bot.understanding.spans import Mention, Quantity
from bot.understanding.story import Edit, Story

Fit = tuple[Question, tuple[str, ...]]
"""A question, and those of its candidates that the words fit."""
_NONE = frozenset({"none", "neither", "none of them", "none of these"})
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(slots=True)
class Answered:
    """Lines that the answer settles, what must be asked again, and the steps of the story that were no answer."""

    lines: list[Line] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    others: list[Edit] = field(default_factory=list)
    dropped: list[Question] = field(default_factory=list)
    hit: bool = False


def answer(
    pending: tuple[Question, ...],
    story: Story,
    cues: Cues,
    index: CatalogIndex,
    tokens: Sequence[Token] = (),
    held: Collection[str] = (),
) -> Answered:
    """What the message settles of `pending`; `held` are the SKUs of the draft."""
    result = Answered()
    open_ones = list(pending)
    if places := places_picked(pending, tokens):
        for place in places:
            _pick(place, pending[0], NOTHING_SAID, open_ones, result, index)
        return result
    story = _without_sizes(_with_loose_amount(story), pending, index)
    fitting = _each_its_own([_fits(edit, pending, index) for edit in story.edits])
    for edit, fits in zip(story.edits, fitting, strict=True):
        if _changes(edit, held):
            result.others.append(edit)
            continue
        _by_words(edit, [fit for fit in fits if fit[0] not in result.dropped], open_ones, result, index)
    if not result.hit:
        _by_choice(open_ones, story, cues, result, index)
    if open_ones and not result.questions:
        _by_quantity(open_ones, story, result, index)
    if result.hit:
        result.questions.extend(open_ones)
    return result


def places_picked(pending: tuple[Question, ...], tokens: Sequence[Token]) -> tuple[int, ...]:
    """Which of the one open question's products a message of nothing else picks by number."""
    if len(pending) != 1 or len(pending[0].candidates) < 2:
        return ()
    places = picked(tokens, len(pending[0].candidates))
    return places if len(places) < 2 or pending[0].quantity_said is not None else ()


def _without_sizes(story: Story, pending: tuple[Question, ...], index: CatalogIndex) -> Story:
    """ "25kg and low fat", asked which rice and which milk: a weight that a product asked about has as its size is loose."""
    asked = [index.held.get(sku, frozenset()) for question in pending for sku in question.candidates]
    edits, loose = [], list(story.loose)
    for edit in story.edits:
        size = edit.quantity.size if edit.quantity is not None else None
        if size is not None and edit.quantity is not None and any(size.word in held for held in asked):
            loose.append(edit.quantity)
            edit = replace(edit, said=NOTHING_SAID, quantity=None)
        edits.append(edit)
    return Story(edits, sorted(loose, key=lambda amount: amount.start))


def _with_loose_amount(story: Story) -> Story:
    """ "the 5kg slab, only 1 of it": the one amount belongs to the one thing named; words nobody knows are chatter."""
    edits, loose = [], list(story.loose)
    for edit in story.edits:
        if edit.mention is not None and not edit.mention.words and edit.mention.sku is None:
            loose += [edit.quantity] if edit.quantity is not None else []
            continue
        edits.append(edit)
    if len(edits) == 1 and len(loose) == 1 and edits[0].said.value is None and edits[0].op != "remove":
        return Story([replace(edits[0], said=said(loose[0]), quantity=loose[0])], [])
    return Story(edits, loose)


def _fits(edit: Edit, pending: tuple[Question, ...], index: CatalogIndex) -> list[Fit]:
    if edit.mention is None:
        return []
    fits = [(question, _fitting(question, edit.mention, index)) for question in pending]
    return [(question, skus) for question, skus in fits if skus]


def _each_its_own(fitting: list[list[Fit]]) -> list[list[Fit]]:
    """ "M size, and the large bag": what answers one question only leaves the other to the words that fit both."""
    settled = [fits[0][0] for fits in fitting if len(fits) == 1]
    return [[fit for fit in fits if len(fits) == 1 or fit[0] not in settled] or fits for fits in fitting]


def _by_words(edit: Edit, fits: list[Fit], open_ones: list[Question], result: Answered, index: CatalogIndex) -> None:
    if edit.mention is None:
        return
    if edit.op == "remove":
        _drop(edit, fits, open_ones, result, index)
        return
    if not fits:
        result.others.append(edit)
        return
    result.hit = True
    settled = [fit for fit in fits if len(fit[1]) == 1]
    if len(settled) == 1:
        fits = settled  # "the cold ones" is one of the cups and any of the lids: it speaks of the cups
    if len(fits) > 1:
        result.questions.append(
            Question(mention_text(edit), QuestionReason.AMBIGUOUS, tuple(s for _, skus in fits for s in skus))
        )
        open_ones.clear()
        return
    question, skus = fits[0]
    if len(skus) > 1:  # "the box" of a box and a box liner
        skus = tuple(sku for sku in skus if called(index, edit.mention.bag & index.heads, sku)) or skus
    if question in open_ones:
        open_ones.remove(question)
    if len(skus) > 1:
        result.questions.append(
            replace(question, text=mention_text(edit), candidates=skus, reason=QuestionReason.AMBIGUOUS)
        )
        return
    if edit.said.at < 0 and any(line.sku == skus[0] for line in result.lines):
        return  # said twice: "is the 8 inch ok? 8 inch please"
    _settle(question, skus[0], edit.said, edit, result, index)


def _changes(edit: Edit, held: Collection[str]) -> bool:
    """ "make the liner 4 pkt": sets a line that the draft has, whatever was asked."""
    return edit.op in ("set", "sub") and isinstance(edit.outcome, Line) and edit.outcome.sku in held


def mention_text(edit: Edit) -> str:
    return edit.outcome.text if edit.outcome is not None else ""


def _fitting(question: Question, mention: Mention, index: CatalogIndex) -> tuple[str, ...]:
    if mention.sku is not None:
        return (mention.sku,) if mention.sku in question.candidates else ()
    bag = mention.bag
    if not bag or mention.unknown:
        return ()
    exact = [sku for sku in index.exact(bag) if sku in question.candidates]
    if exact:
        return tuple(exact)
    held = tuple(sku for sku in question.candidates if bag <= index.held.get(sku, frozenset()))
    return held or by_extent(_without_units(mention), question.candidates, index)


def _without_units(mention: Mention) -> Bag:
    """ "the small bottles": the word for the pack says nothing of which."""
    return frozenset(word for _, word, token in mention.parts if token.has("attribute") or not token.has("unit"))


def _drop(edit: Edit, fits: list[Fit], open_ones: list[Question], result: Answered, index: CatalogIndex) -> None:
    """ "no butter" drops what was asked about; "not the salted" leaves the others to choose from."""
    for question, skus in fits:
        result.hit = True
        if question not in open_ones:
            continue  # "hot one, not cold": settled by the words before
        open_ones.remove(question)
        rest = tuple(sku for sku in question.candidates if sku not in skus)
        if len(rest) > 1:
            result.questions.append(replace(question, candidates=rest))
        elif rest:
            _settle(question, rest[0], NOTHING_SAID, None, result, index)
        else:
            result.dropped.append(question)
    if not fits:
        result.others.append(edit)


def _settle(
    question: Question, sku: str, amount: Said, edit: Edit | None, result: Answered, index: CatalogIndex
) -> None:
    """The chosen product with its own quantity, or with the one that was asked about."""
    product = index.products.get(sku)
    if product is None:
        return
    if amount.value is None and not amount.odd:
        unit = amount.unit or question.unit_said
        amount = Said(question.quantity_said, unit)
    elif amount.unit is None and not amount.parts and not (edit is not None and edit.corrected):
        amount = replace(amount, unit=None if question.reason is QuestionReason.UNIT else question.unit_said)
    text = mention_text(edit) if edit is not None else question.text
    outcome = line_or_question(product, amount, replace(question, text=text or question.text), 0.97, True)
    if isinstance(outcome, Line):
        result.lines.append(outcome)
    else:
        result.questions.append(outcome)


def _by_choice(open_ones: list[Question], story: Story, cues: Cues, result: Answered, index: CatalogIndex) -> None:
    """ "both, 1 packet each", "the second one", "2" of a numbered list, "neither"."""
    if len(open_ones) != 1:
        if open_ones and cues.choice == "none" and not story.loose:
            result.dropped += open_ones
            result.hit = True
            open_ones.clear()
        return
    question = open_ones[0]
    choice = cues.choice
    amounts = [quantity for quantity in story.loose if quantity.unit is not None or str(quantity.value) != choice]
    loose = next((quantity for quantity in amounts if quantity.each), amounts[0] if amounts else None)
    amount = said(loose)
    declined = not story.edits or any(role == "choice" and phrase in _NONE for role, phrase in cues.phrases)
    if choice == "none" and declined and not story.loose and all(edit.said.at < 0 for edit in story.edits):
        result.dropped += open_ones
        result.hit = True
        open_ones.clear()
    elif (choice == "all" or (loose is not None and loose.each)) and len(question.candidates) > 1:
        open_ones.clear()
        result.hit = True
        for sku in question.candidates:
            _settle(question, sku, amount, None, result, index)
    elif choice is not None and choice.lstrip("-").isdigit() and len(question.candidates) > 1:
        _pick(int(choice), question, amount, open_ones, result, index)


def _pick(
    number: int, question: Question, amount: Said, open_ones: list[Question], result: Answered, index: CatalogIndex
) -> None:
    place = number - 1 if number > 0 else number
    if not -len(question.candidates) <= place < len(question.candidates):
        return
    open_ones.clear()
    result.hit = True
    _settle(question, question.candidates[place], amount, None, result, index)


def _by_quantity(open_ones: list[Question], story: Story, result: Answered, index: CatalogIndex) -> None:
    """A bare quantity answers "how many?", names a size, or picks from a numbered list."""
    loose = [quantity for quantity in story.loose if not quantity.each]
    for quantity in loose[: len(open_ones)]:
        question = open_ones[0]
        sized = _by_size(question, quantity, index)
        if sized is not None:
            open_ones.remove(question)
            result.hit = True
            amounts = [other for other in loose if other is not quantity and other.size is None]
            alone = not open_ones and len(amounts) == 1
            _settle(question, sized, said(amounts[0]) if alone else NOTHING_SAID, None, result, index)
            if alone:
                return
        elif len(question.candidates) == 1:
            open_ones.remove(question)
            result.hit = True
            _settle(question, question.candidates[0], said(quantity), None, result, index)
        elif _numbers_a_choice(question, quantity) and quantity.value is not None:
            _pick(int(quantity.value), question, NOTHING_SAID, open_ones, result, index)


def _numbers_a_choice(question: Question, quantity: Quantity) -> bool:
    """ "2" of a numbered list, where how many was said before."""
    value = quantity.value
    if quantity.unit is not None or value is None or question.quantity_said is None:
        return False
    return value == value.to_integral_value() and 0 < value <= len(question.candidates)


def _by_size(question: Question, quantity: Quantity, index: CatalogIndex) -> str | None:
    """650 of 500ml, 650ml and 1000ml; 65g of 55g and 65g."""
    if quantity.value is None or len(question.candidates) < 2:
        return None
    if quantity.size is not None:
        fits = [sku for sku in question.candidates if quantity.size.word in index.held.get(sku, ())]
    elif quantity.unit is None:
        number = plain(quantity.value)
        fits = [sku for sku in question.candidates if number in _NUMBERS.findall(index.products[sku].name)]
        if quantity.value <= len(question.candidates):
            return None
    else:
        return None
    return fits[0] if len(fits) == 1 else None
