"""The steps of a message's story as statements: goods that are wanted, each with its amount and what is done with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.catalog.match import How
from bot.language import scan
from bot.language.tokeniser import SIZE
from bot.understanding.intent import Line, Question, QuestionReason
from bot.understanding.message_facts import Facts
from bot.understanding.resolve import Quoter, Said
from bot.understanding.spans import Quantity
from bot.understanding.spoken_goods import as_amount, goods_of
from bot.understanding.statements import Amount, Goods, Op, Statement
from bot.understanding.wished_steps import Edit

_OPS = {"add": Op.ADD, "sub": Op.SUB, "set": Op.SET, "remove": Op.REMOVE, "swap": Op.SWAP}
_FACTORS = {"double": Decimal(2), "halve": Decimal("0.5")}


def statements_of(facts: Facts) -> Iterator[Statement]:
    for edit in facts.story.edits:
        if edit.mention is not None:
            yield _statement(facts, edit)
    for quantity in facts.story.loose:
        if _stands_for_goods(facts, quantity):
            continue
        text = Quoter(facts.tokens, facts.folded).of(quantity)
        yield Statement(_OPS.get(quantity.op or "", Op.WISH), amount=as_amount(facts, quantity), text=text)


def _statement(facts: Facts, edit: Edit) -> Statement:
    goods, amount = _of_edit(facts, edit)
    if edit.op in _FACTORS:
        return Statement(Op.SCALE, goods, factor=_FACTORS[edit.op], text=goods.text)
    if edit.op == "swap" and edit.swapped_for is not None:
        new, much = _of_edit(facts, edit.swapped_for)
        return Statement(Op.SWAP, new, much, instead=goods, corrects=edit.corrected, text=new.text)
    op = _OPS.get(edit.op or "", Op.WISH)
    return Statement(
        op, goods, amount, corrects=edit.corrected, chatter=not wanted(edit), negated=edit.negated, text=goods.text
    )


def _of_edit(facts: Facts, edit: Edit) -> tuple[Goods, Amount | None]:
    """The goods and the amount of a step, as the story has settled them."""
    if edit.mention is None:
        raise LookupError("only steps with goods are statements")
    goods, old = goods_of(facts, edit.mention, edit.said)
    amount = None if _stands_for_goods(facts, edit.quantity) else _said_amount(old)
    if isinstance(edit.outcome, Line) and goods.skus != (edit.outcome.sku,):
        return _of_line(facts, goods, edit.outcome)
    if isinstance(edit.outcome, Question) and edit.outcome.reason.value in How._value2member_map_:
        goods = replace(goods, how=How(edit.outcome.reason.value), skus=edit.outcome.candidates)
    return goods, amount


def _stands_for_goods(facts: Facts, quantity: Quantity | None) -> bool:
    """ "the 120 one", in an answer: the word right behind what is picked is no amount of it."""
    if quantity is None or not facts.context.pending or quantity.unit is not None or not quantity.start:
        return False
    before, sole = facts.tokens[quantity.start - 1], quantity.end - quantity.start == 1
    names = before.kind in (scan.NUMBER, SIZE) or facts.index.knows(before.word)
    return sole and names and facts.tokens[quantity.start].has("stop")


def _said_amount(old: Said) -> Amount | None:
    if old.at < 0 and old.value is None and not old.odd and old.unit is None:
        return None
    return Amount(old.value, old.unit, old.parts, old.odd, pack_of=old.pack_of)


def _of_line(facts: Facts, goods: Goods, line: Line) -> tuple[Goods, Amount]:
    """A line that the story settled by other words than the goods' own: taken as it is, in base units."""
    product = facts.index.products[line.sku]
    unit, value = line.unit_said, line.quantity_said
    if value is None:
        unit, value = product.base_unit, line.quantity
    return replace(goods, how=How.WORDS, skus=(line.sku,), sure=line.sure), Amount(value, unit)


def wanted(edit: Edit) -> bool:
    """Whether an open question is worth asking: words nobody knows, said without a quantity, are chatter."""
    mention = edit.mention
    if mention is None or edit.op == "remove" or edit.chatter:
        return False
    said_something = (edit.said.at >= 0 and _in_place(edit)) or (
        bool(mention.unknown) and any(s.unit for s in mention.sizes)
    )
    asks_how_many = isinstance(edit.outcome, Question) and edit.outcome.reason is QuestionReason.QUANTITY
    if not said_something and mention.modifier and not asks_how_many:
        return False
    return said_something or (bool(mention.words) and not mention.unknown) or mention.sku is not None


YEARS = range(1950, 2100)


def _in_place(edit: Edit) -> bool:
    """Whether the amount stands right beside words that nobody knows, as it would with goods: not "Toyota Wish 2010"."""
    mention, quantity = edit.mention, edit.quantity
    if mention is None or quantity is None or mention.words or not mention.unknown:
        return True
    apart = max(mention.start - quantity.end, quantity.start - mention.end)
    year = quantity.unit is None and quantity.value is not None and quantity.value in YEARS
    return apart <= 1 and not (year and quantity.start >= mention.end)


def unknown_words(facts: Facts) -> tuple[str, ...]:
    return tuple(word for edit in facts.story.edits if edit.mention for word in edit.mention.unknown)
