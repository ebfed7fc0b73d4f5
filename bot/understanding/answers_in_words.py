"""Reads statements as the answer to what was asked last: a choice from a list, an amount, a size, both, or none of them.

What does not answer is handed back: it is a wish of its own, and the question stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.catalog.index import CatalogIndex
from bot.catalog.match import How, called
from bot.language.tokeniser import plain
from bot.understanding.intent import ChangeOp, Line, Question, QuestionReason
from bot.understanding.picks import by_extent
from bot.understanding.resolve import Said, line_or_question
from bot.understanding.statements import Amount, Frame, Goods, Mark, Op, Pick, Statement

SURE_ANSWER = 0.97
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")
_MEASURES = {"kg": ("g", 1000), "l": ("ml", 1000), "litre": ("ml", 1000)}
_WISHES = (Op.WISH, Op.ADD, Op.SET)


@dataclass(frozen=True, slots=True)
class Answered:
    """`lines` that were settled, each with what it does to the order; `asked` again or still; the statements left over."""

    lines: tuple[tuple[ChangeOp, Line], ...] = ()
    asked: tuple[Question, ...] = ()
    open: tuple[Question, ...] = ()
    """Questions that nothing has answered yet."""
    rest: tuple[Statement, ...] = ()
    closed: tuple[Question, ...] = ()
    """Questions that words have answered: the same words may take a second of their candidates."""
    doubts: tuple[str, ...] = ()
    """Words that may have meant something else."""
    hit: bool = False
    """Whether the message answers anything at all, if only with a no or with what is not on the list."""


def answered(
    pending: Sequence[Question], statements: Sequence[Statement], frame: Frame, index: CatalogIndex, held: Iterable[str]
) -> Answered:
    """What the message settles of `pending`; `held` are the SKUs of the draft."""
    state = Answered(open=tuple(pending))
    if chosen := _by_frame(state, statements, frame, index):
        return chosen
    held = frozenset(held)
    if frame.pick_beside is not None and _all_of_else(statements, frame.pick_beside[1], pending[0], index):
        place, span = frame.pick_beside
        statements = [said for said in statements if not _within(said, span)]
        state = _settled(replace(state, open=(), hit=True), pending[0], pending[0].candidates[place - 1], None, index)
    statements = _without_sizes(_with_loose_amount(statements), pending, index)
    for statement in statements:
        state = _by_statement(state, statement, _claimed(statements, statement, pending, index), index, held)
    if not state.hit and (frame.says(Mark.UNSURE) or _off_list(state, index)):
        return replace(state, open=(), asked=state.open, rest=(), hit=True)
    return state


def _all_of_else(
    statements: Sequence[Statement], picking: tuple[int, int], question: Question, index: CatalogIndex
) -> bool:
    """Whether all that is said beside the pick is of other goods than those on the list: "..., and soap make it 3"."""
    beside = [said for said in statements if not _within(said, picking)]
    return bool(beside) and all(
        said.goods is not None and said.goods.skus and not fitting(question, said.goods, index) for said in beside
    )


def _within(said: Statement, span: tuple[int, int]) -> bool:
    """Whether the statement is told by those characters: the 2 of "no 2"."""
    told = (
        said.span
        if said.span[0] >= 0
        else said.amount.span
        if said.goods is None and said.amount is not None
        else (-1, -1)
    )
    return span[0] <= told[0] and told[1] <= span[1]


def _off_list(state: Answered, index: CatalogIndex) -> bool:
    """ "the 22 inch", of 10 and 12 inch: one thing named without an amount, that nobody sells so, is no answer and no wish."""
    if len(state.rest) != 1 or len(state.open) != 1 or state.rest[0].op is not Op.WISH or state.rest[0].amount:
        return False
    goods = state.rest[0].goods
    return goods is not None and goods.pointer is None and (goods.modifier or goods.how is How.INACTIVE)


def _claimed(
    statements: Sequence[Statement], own: Statement, pending: Sequence[Question], index: CatalogIndex
) -> tuple[Question, ...]:
    """ "M size, and the large bag": what other words answer alone is left to them."""
    others = (said for said in statements if said is not own)
    fits = [[q for q in pending if fitting(q, said.goods, index)] for said in others]
    return tuple(found[0] for found in fits if len(found) == 1)


def _without_sizes(
    statements: Sequence[Statement], pending: Sequence[Question], index: CatalogIndex
) -> tuple[Statement, ...]:
    """ "25kg and low fat", asked which rice and which milk: a size of what was asked about is no amount of the milk."""
    asked = frozenset(word for q in pending for sku in q.candidates for word in index.held.get(sku, frozenset()))
    out: list[Statement] = []
    for said in statements:
        if said.goods is None or said.amount is None or size_word(said.amount) not in asked:
            out.append(said)
            continue
        out += [Statement(Op.WISH, amount=said.amount, text=said.amount.text), replace(said, amount=None)]
    return tuple(out)


# -- the whole message is a choice


def _by_frame(state: Answered, statements: Sequence[Statement], frame: Frame, index: CatalogIndex) -> Answered | None:
    """ "2", "the second and the third", "both", "neither", "the cheaper one": of the one question that is open."""
    if frame.chosen:
        return _all_settled(replace(state, open=(), hit=True), frame.chosen, state.open[0], index)
    if frame.says(Mark.NONE) and not frame.picks and not any(said.amount for said in statements):
        return _withdrawn(state, statements, index)
    choices = [question for question in state.open if len(question.candidates) > 1]
    if len(choices) != 1 or any(said.goods is not None and said.goods.skus for said in statements):
        return None
    skus = _chosen(choices[0], frame, index)
    return None if skus is None else _picked(state, choices[0], skus, statements, frame, index)


def _withdrawn(state: Answered, statements: Sequence[Statement], index: CatalogIndex) -> Answered:
    """None of what was asked; other goods that are not wanted are taken out as well."""
    named = [said for said in statements if said.goods is not None and said.goods.pointer is None]
    others = tuple(said for said in named if said.op is Op.REMOVE and not _matches(state, said.goods, index))
    return replace(state, open=(), hit=True, rest=others)


def _picked(
    state: Answered, question: Question, skus: tuple[str, ...], statements: Sequence[Statement], frame: Frame,
    index: CatalogIndex,
) -> Answered:  # fmt: skip
    """The chosen products with the amount said for them; what is not on the list, or lacks an amount, is asked again."""
    rest = tuple(other for other in state.open if other is not question)
    amount = _amount_of(statements, frame.picks, len(question.candidates) if frame.says(Mark.BOTH) else 0)
    state = replace(state, open=rest, hit=True)
    if not skus or (len(skus) > 1 and amount is None and question.quantity_said is None):
        return replace(state, asked=(question,))
    return _all_settled(state, [Pick(sku, amount) for sku in skus], question, index)


def _all_settled(state: Answered, picks: Sequence[Pick], question: Question, index: CatalogIndex) -> Answered:
    """Each pick with its amount; what no amount was said for, and none waits for, is asked."""
    for pick in picks:
        state = _settled(state, question, pick.sku, pick.amount, index)
    return state


def _chosen(question: Question, frame: Frame, index: CatalogIndex) -> tuple[str, ...] | None:
    """The candidates that the frame picks; none when it picks what is not on the list; None when it picks nothing."""
    if frame.picks:
        places = [place - 1 if place > 0 else len(question.candidates) + place for place in frame.picks]
        right = [place for place in places if 0 <= place < len(question.candidates)]
        return tuple(question.candidates[place] for place in right) if len(right) == len(places) else ()
    if frame.says(Mark.BOTH):
        return question.candidates
    if frame.says(Mark.CHEAPEST, Mark.DEAREST):
        return _by_price(question.candidates, index, dearest=frame.says(Mark.DEAREST))
    if frame.says(Mark.SMALLEST, Mark.BIGGEST):
        extent = "small" if frame.says(Mark.SMALLEST) else "large"
        return by_extent(frozenset({extent}), question.candidates, index)
    return None


def _by_price(skus: Sequence[str], index: CatalogIndex, *, dearest: bool) -> tuple[str, ...]:
    """The cheapest or dearest by the base unit; none where two cost the same."""
    prices = {sku: index.products[sku].unit_price for sku in skus if sku in index.products}
    best = (max if dearest else min)(prices.values(), default=Decimal(0))
    found = tuple(sku for sku, price in prices.items() if price == best)
    return found if len(found) == 1 else ()


def _amount_of(statements: Sequence[Statement], picks: Sequence[int], count: int) -> Amount | None:
    """The one amount said beside the choice; the number of the choice is none, nor the 3 of "all three"."""
    amounts = [said.amount for said in statements if said.amount is not None]
    counted = [amount for amount in amounts if amount.unit is not None or amount.value not in (*picks, count)]
    return next((a for a in counted if a.each), None) or (counted[0] if len(counted) == 1 else None)


# -- one statement


def _by_statement(
    state: Answered, said: Statement, claimed: Sequence[Question], index: CatalogIndex, held: frozenset[str]
) -> Answered:
    if said.goods is not None and said.goods.pointer is not None and said.amount is not None and said.op in _WISHES:
        said = replace(said, goods=None)  # "one carton of it"
    if said.op is Op.REMOVE:
        return _struck(state, said, index)
    if said.op is Op.SWAP and _matches(state, said.goods, index):
        return _narrowed(state, replace(said, op=Op.WISH, instead=None), claimed, index)
    if said.op not in _WISHES or (said.op is Op.SET and _is_held(said.goods, held)):
        return replace(state, rest=(*state.rest, said))
    if said.goods is None and said.op is Op.SET and _asks_which(state):
        return _set_beside(state, said, held)
    if said.goods is None:
        return _by_amount(state, said, index)
    return _narrowed(state, said, claimed, index)


def _asks_which(state: Answered) -> bool:
    return bool(state.open) and len(state.open[0].candidates) > 1


def _set_beside(state: Answered, said: Statement, held: frozenset[str]) -> Answered:
    """ "make it 8" beside "which gloves?" says nothing of which. Gloves without an amount leave it to the draft's lines; five
    boxes of gloves become eight, for a YES where it may be another line that is meant."""
    question, amount = state.open[0], said.amount
    if question.quantity_said is None and held:
        return replace(state, rest=(*state.rest, said))
    again = _with_amount(question, amount) if question.quantity_said is not None or _has_unit(amount) else question
    words = (said.text,) if again is not question and held else ()
    return replace(state, open=state.open[1:], asked=(*state.asked, again), hit=True, doubts=(*state.doubts, *words))


def _has_unit(amount: Amount | None) -> bool:
    return amount is not None and amount.unit is not None


def _is_held(goods: Goods | None, held: frozenset[str]) -> bool:
    """ "make the liner 4 pkt": sets a line that the draft has, whatever was asked."""
    return goods is not None and len(goods.skus) == 1 and goods.skus[0] in held


def _narrowed(state: Answered, said: Statement, claimed: Sequence[Question], index: CatalogIndex) -> Answered:
    """Words that fit some of the candidates of one question."""
    found = _found(state, said, claimed, index)
    if not found:
        settled = said.amount is None and any(_names(said.goods, line.sku) for _, line in state.lines)
        return state if settled else replace(state, rest=(*state.rest, said))
    if len(found) > 1:
        skus = tuple(dict.fromkeys(sku for _, fitting in found for sku in fitting))
        text = said.goods.text if said.goods is not None else said.text
        return replace(state, open=(), asked=(*state.asked, Question(text, QuestionReason.AMBIGUOUS, skus)), hit=True)
    question, skus = found[0]
    left = tuple(other for other in state.open if other is not question)
    state = replace(state, open=left, closed=(*state.closed, question), hit=True)
    skus = _called(said.goods, skus, index)
    if len(skus) > 1:
        again = replace(question, candidates=skus, reason=QuestionReason.AMBIGUOUS)
        return replace(state, asked=(*state.asked, _with_amount(again, said.amount)))
    return _settled(state, question, skus[0], said.amount, index, said)


def _found(
    state: Answered, said: Statement, claimed: Sequence[Question], index: CatalogIndex
) -> list[tuple[Question, tuple[str, ...]]]:
    """The questions that the words may answer, the ones that other words answer left to them. "The cold ones" is one of the
    cups and any of the lids: it speaks of the cups."""
    found = _matches(state, said.goods, index)
    found = [fit for fit in found if fit[0] not in claimed] or found
    if not found and said.amount is not None:
        return [fit for fit in _fits(state.closed, said.goods, index) if len(fit[1]) == 1][:1]
    sole = [fit for fit in found if len(fit[1]) == 1]
    return sole if len(sole) == 1 else found


def _names(goods: Goods | None, sku: str) -> bool:
    """Said twice: "is the 8 inch ok? 8 inch please"."""
    return goods is not None and sku in (*goods.fits, *goods.skus)


def _matches(state: Answered, goods: Goods | None, index: CatalogIndex) -> list[tuple[Question, tuple[str, ...]]]:
    return _fits(state.open, goods, index)


def _fits(
    questions: Sequence[Question], goods: Goods | None, index: CatalogIndex
) -> list[tuple[Question, tuple[str, ...]]]:
    found = [(question, fitting(question, goods, index)) for question in questions]
    return [(question, skus) for question, skus in found if skus]


def fitting(question: Question, goods: Goods | None, index: CatalogIndex) -> tuple[str, ...]:
    """The candidates that the words fit."""
    if goods is None:
        return ()
    if not goods.bag:
        return tuple(sku for sku in question.candidates if sku in goods.skus and len(goods.skus) == 1)
    exact = tuple(sku for sku in index.exact(goods.bag) if sku in question.candidates)
    if exact:
        return exact
    held = tuple(sku for sku in question.candidates if goods.bag <= index.held.get(sku, frozenset()))
    return held or by_extent(goods.bag - _packs(question.candidates, index), question.candidates, index)


def _packs(skus: Iterable[str], index: CatalogIndex) -> frozenset[str]:
    """ "the small bottles": the word for the pack says nothing of which."""
    products = [index.products[sku] for sku in skus if sku in index.products]
    return frozenset(unit for p in products for unit in (p.base_unit, *p.pack_units))


def _called(goods: Goods | None, skus: tuple[str, ...], index: CatalogIndex) -> tuple[str, ...]:
    """ "the box" of a box and a box liner."""
    if len(skus) < 2 or goods is None:
        return skus
    return tuple(sku for sku in skus if called(index, goods.bag & index.heads, sku)) or skus


def _struck(state: Answered, said: Statement, index: CatalogIndex) -> Answered:
    """ "no butter" drops what was asked about; "not the salted" leaves the others to choose from."""
    found = _matches(state, said.goods, index)
    if not found:
        return replace(state, rest=(*state.rest, said))
    for question, skus in found:
        state = replace(state, open=tuple(other for other in state.open if other is not question), hit=True)
        left = tuple(sku for sku in question.candidates if sku not in skus)
        if len(left) > 1:
            state = replace(state, asked=(*state.asked, replace(question, candidates=left)))
        elif left:
            state = _settled(state, question, left[0], None, index)
    return state


# -- amounts


def _with_loose_amount(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """ "the 5kg slab, only 1 of it": the one amount belongs to the one thing named."""
    goods = [s for s in statements if s.goods is not None and s.op in _WISHES]
    loose = [s for s in statements if s.goods is None and s.amount is not None and s.op in _WISHES]
    if len(goods) != 1 or len(loose) != 1 or goods[0].amount is not None or len(statements) != 2:
        return tuple(statements)
    return (replace(goods[0], amount=loose[0].amount),)


def _by_amount(state: Answered, said: Statement, index: CatalogIndex) -> Answered:
    """A bare amount answers "how many?", names a size, or picks from a numbered list."""
    if not state.open or said.amount is None:
        return replace(state, rest=(*state.rest, said))
    question, amount = state.open[0], said.amount
    rest = state.open[1:]
    sized = _by_size(question, amount, index)
    if sized is not None:
        return _settled(replace(state, open=rest, hit=True), question, sized, None, index)
    if len(question.candidates) == 1:
        return _settled(replace(state, open=rest, hit=True), question, question.candidates[0], amount, index, said)
    if not question.candidates:
        return replace(state, rest=(*state.rest, said))
    if amount.each:
        state = replace(state, open=rest, hit=True)
        for sku in question.candidates:
            state = _settled(state, question, sku, amount, index)
        return state
    place = _place(question, amount)
    if place is not None:
        return _settled(replace(state, open=rest, hit=True), question, question.candidates[place - 1], None, index)
    again = _with_amount(question, amount) if _has_unit(amount) else question  # a number off the list may be anything
    return replace(state, open=rest, asked=(*state.asked, again), hit=True)


def _place(question: Question, amount: Amount) -> int | None:
    """ "2" of a numbered list, where how many was said before."""
    value = amount.value
    if amount.unit is not None or value is None or question.quantity_said is None or value % 1:
        return None
    return int(value) if 0 < value <= len(question.candidates) else None


def _by_size(question: Question, amount: Amount, index: CatalogIndex) -> str | None:
    """650 of 500ml, 650ml and 1000ml; 65g of 55g and 65g."""
    if amount.value is None or len(question.candidates) < 2:
        return None
    number = plain(amount.value)
    if amount.unit is not None:
        size = size_word(amount)
        fits = [sku for sku in question.candidates if size in index.held.get(sku, frozenset())]
    elif amount.value <= len(question.candidates):
        return None
    else:
        fits = [sku for sku in question.candidates if number in _NUMBERS.findall(index.products[sku].name)]
    return fits[0] if len(fits) == 1 else None


def size_word(amount: Amount) -> str:
    """The amount as names write a size: 5kg is 5000g, 1.5l is 1500ml."""
    unit, times = _MEASURES.get(amount.unit or "", (amount.unit or "", 1))
    return f"{plain((amount.value or Decimal(0)) * times)}{unit}"


def _with_amount(question: Question, amount: Amount | None) -> Question:
    """The question put again knows the amount that was said meanwhile."""
    if amount is None or amount.value is None:
        return question
    unit = amount.unit.split("|")[0] if amount.unit else question.unit_said
    return replace(question, quantity_said=amount.value, unit_said=unit)


def _settled(
    state: Answered,
    question: Question,
    sku: str,
    amount: Amount | None,
    index: CatalogIndex,
    said: Statement | None = None,
) -> Answered:
    """The chosen product with its own amount, or with the one that was asked about."""
    product = index.products.get(sku)
    if product is None:
        return state
    text = said.goods.text if said is not None and said.goods is not None else question.text
    outcome = line_or_question(product, _said(question, amount, sku), replace(question, text=text), SURE_ANSWER, True)
    if isinstance(outcome, Line):
        return replace(state, lines=(*state.lines, (question.op, outcome)))
    return replace(state, asked=(*state.asked, outcome))


def _said(question: Question, amount: Amount | None, sku: str) -> Said:
    """An amount without a unit keeps the one asked about, but for where the unit itself was the question; else that of
    the line that is changed."""
    kept = question.unit_said or dict(question.units).get(sku)
    if amount is None or (amount.value is None and not amount.odd and not amount.parts):
        unit = amount.unit if amount is not None else None
        return Said(question.quantity_said, unit or kept)
    unit = amount.unit
    if unit is None and not amount.parts and question.reason is not QuestionReason.UNIT:
        unit = kept
    return Said(amount.value, unit, amount.odd, amount.parts, amount.pack_of)
