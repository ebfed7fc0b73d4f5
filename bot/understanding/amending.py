"""What statements do to an order that is there: one plain function for each operation, and the table that names them.

Amounts without a unit keep the unit in which their line was last said. Nothing here decides which order is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.catalog import units
from bot.catalog.index import CatalogIndex
from bot.catalog.match import How
from bot.catalog.product import Product
from bot.understanding.book import Book
from bot.understanding.intent import ChangeOp, Line, Question, QuestionReason
from bot.understanding.meant_lines import left_alone, lines_meant, siblings
from bot.understanding.resolve import MAX_BASE_UNITS, REPAIRED, SURE, Said, line_or_question, local_unit, tidy
from bot.understanding.statements import Amount, Goods, Op, Pointer, Statement

HALF = Decimal("0.5")
NAMELESS = 0.95
"""How sure it is that an amount without goods means the only line there is."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How plain wishes are taken: as more (ADD), or, beside lines that are shown, as what they shall be (SET)."""

    wish: ChangeOp = ChangeOp.ADD
    beside: bool = False
    """Other things are said as well, so that goods of the order without an amount are only spoken of."""


def amended(book: Book, statements: Iterable[Statement], index: CatalogIndex, manner: Manner) -> Book:
    """The order after every statement, in turn."""
    for statement in statements:
        book = _operation(statement)(book, statement, index, manner)
    return book


Operation = Callable[[Book, Statement, CatalogIndex, Manner], Book]


# -- one function for each operation


def _wish(book: Book, said: Statement, index: CatalogIndex, manner: Manner) -> Book:
    """Goods are wanted: in a draft what is named again is set, in a placed order it comes on top."""
    goods = said.goods
    if goods is None:
        return _set(book, said, index, manner)
    if goods.pointer is not None or goods.definite:
        return _set(book, said, index, manner) if said.amount else _spoken_of(book, said, index)
    named = lines_meant(goods, book, index)
    if said.amount is None and manner.beside and (goods.modifier or named):
        return _spoken_of(book, said, index) if named else book.doubting(goods.text)
    if _is_half(said) and len(named) == 1:
        return _scale(book, replace(said, amount=None, factor=HALF), index, manner)
    line = _line(book, said, index)
    return _asked(book, said, line) if isinstance(line, Question) else _wished(book, said, line, manner)


def _wished(book: Book, said: Statement, line: Line, manner: Manner) -> Book:
    """A line that is wanted, put, or added to what is there."""
    if manner.wish is not ChangeOp.ADD:
        return book.put(line) if line.sku in book.lines else book.more(line)
    if manner.beside and _is_restated(said, book.lines.get(line.sku)):
        return book.put(line).doubting(said.text)
    return book.more(line)


def _is_restated(said: Statement, old: Line | None) -> bool:
    """ "cancel the soap, bleach 8": a bare number of what the order has in packs is likelier what it shall be than more."""
    return old is not None and old.unit_said is not None and said.amount is not None and said.amount.unit is None


def _is_half(said: Statement) -> bool:
    """ "bleach half": of the line that is there."""
    return said.amount is not None and said.amount.value == HALF and said.amount.unit is None


def _asked(book: Book, said: Statement, question: Question) -> Book:
    """Words nobody knows, said without an amount, are chatter."""
    return book if said.chatter else book.asking(question)


def _spoken_of(book: Book, said: Statement, index: CatalogIndex) -> Book:
    return replace(book, focus=lines_meant(said.goods, book, index))


def _add(book: Book, said: Statement, index: CatalogIndex, manner: Manner) -> Book:
    """ "2 more": of the line that is meant; "add 2 ctn foil": of the goods, which may be new."""
    if said.goods is None or said.goods.pointer is not None or said.goods.definite:
        meant = lines_meant(said.goods, book, index)
        if meant or said.goods is None or said.goods.pointer is not None:
            return _to_line(book, said, index, meant, ChangeOp.ADD)
    line = _line(book, said, index)
    return _asked(book, said, line) if isinstance(line, Question) else book.more(line)


def _set(book: Book, said: Statement, index: CatalogIndex, manner: Manner) -> Book:
    """ "make it 8", "foil should be 3": goods that the order lacks are wanted as well."""
    meant = lines_meant(said.goods, book, index)
    if not meant and said.goods is not None and said.goods.pointer is None:
        line = _line(book, said, index)
        book = book.doubting(said.text) if _puts_right(said, book) else book
        return _asked(book, said, line) if isinstance(line, Question) else book.put(line)
    return _to_line(book, said, index, meant, ChangeOp.SET)


def _retold(book: Book, said: Statement, index: CatalogIndex, manner: Manner) -> Book:
    """ "I mean the lids, 2 sleeves": in the place of what was said last, which the order does not tell. Of an order of one
    line it is that one; else it is shown first."""
    if said.goods is None or said.goods.pointer is not None:
        return _set(book, said, index, manner)
    if len(book.lines) == 1:
        return (_set if lines_meant(said.goods, book, index) else _swap)(book, said, index, manner)
    return _set(book.doubting(said.text) if book.lines else book, said, index, manner)


def _puts_right(said: Statement, book: Book) -> bool:
    """ "sorry, 2 sleeve lids", "5 not 8", of goods that no line has: what they shall replace is not said."""
    return said.not_amount is not None or (said.mends and bool(book.lines))


def _keep(book: Book, said: Statement, index: CatalogIndex, manner: Manner) -> Book:
    """ "keep the pens": nothing is done to them, and "the rest" is what is not kept."""
    kept = lines_meant(said.goods, book, index)
    return replace(book, focus=tuple(dict.fromkeys((*book.focus, *kept))))


def _sub(book: Book, said: Statement, index: CatalogIndex, manner: Manner) -> Book:
    """ "1 less": of a line that has as much."""
    return _to_line(book, said, index, lines_meant(said.goods, book, index), ChangeOp.SUB)


def _remove(book: Book, said: Statement, index: CatalogIndex, manner: Manner) -> Book:
    """Goods are wanted no more; what the order does not have is not there to be taken out."""
    meant = _but_for(said, lines_meant(said.goods, book, index), index)
    if not meant and said.goods is not None and said.goods.skus and said.amount is not None:
        return book.doubting(said.text)  # nothing of it is there
    if said.amount is not None and said.amount.value is not None:
        return _to_line(book, said, index, meant, ChangeOp.SUB)
    if len(meant) > 1 and not _means_all(said, book):
        return book.asking(_which(said, meant, op=ChangeOp.REMOVE))
    book = replace(book, questions=tuple(q for q in book.questions if not _asks_for(q, said.goods)))
    for sku in meant:
        book = book.without(sku)
    return book


def _means_all(said: Statement, book: Book) -> bool:
    """Every line that the words leave is meant: all of them, all but some, or the rest of those that were spoken of."""
    pointer = said.goods.pointer if said.goods is not None else None
    both = pointer is Pointer.BOTH and len(book.lines) == 2
    return bool(said.excepted) or pointer is Pointer.ALL or both or (pointer is Pointer.OTHER and bool(book.focus))


def _asks_for(question: Question, goods: Goods | None) -> bool:
    """A question of the same message about the very goods that are taken back."""
    return goods is not None and bool(question.candidates) and set(question.candidates) <= {*goods.fits, *goods.skus}


def _scale(book: Book, said: Statement, index: CatalogIndex, manner: Manner) -> Book:
    """ "double it": the line named, the only one, or all of them when all are named."""
    meant = _but_for(said, lines_meant(said.goods, book, index), index)
    if not meant or (len(meant) > 1 and not _means_all(said, book)):
        asked = _which(said, meant or (said.goods.skus if said.goods is not None else ()))
        return book.asking(replace(asked, reason=QuestionReason.QUANTITY) if meant else asked)
    for sku in meant:
        book = _scaled(book, sku, said, index)
    return book


def _but_for(said: Statement, meant: tuple[str, ...], index: CatalogIndex) -> tuple[str, ...]:
    """ "everything except the foil"."""
    kept = left_alone(said.excepted, meant, index)
    return tuple(sku for sku in meant if sku not in kept)


def _scaled(book: Book, sku: str, said: Statement, index: CatalogIndex) -> Book:
    line, factor = book.lines[sku], said.factor or Decimal(1)
    quantity = tidy(line.quantity * factor)
    product = index.products.get(sku)
    if product is None or not units.whole_enough(product, quantity) or quantity > MAX_BASE_UNITS:
        return book.asking(_which(said, (sku,)))
    amount = None if line.quantity_said is None else tidy(line.quantity_said * factor)
    return book.put(replace(line, quantity=quantity, quantity_said=amount))


def _swap(book: Book, said: Statement, index: CatalogIndex, manner: Manner) -> Book:
    """Other goods in the place of a line, with its amount and unit where no other was said."""
    named = lines_meant(said.goods, book, index)
    if said.instead is None and named and said.not_amount is not None:
        return book.asking(replace(_which(said, named), reason=QuestionReason.QUANTITY))  # "foil not 2"
    if said.instead is None and named and said.amount is None:
        return _spoken_of(book, said, index) if manner.beside else _only(book, said, named)
    if said.instead is not None and named:
        book, said = _turned(book, said, index)
    old = _swapped(book, said, index)
    return _put_in_place(book, said, old[0], index) if len(old) == 1 else _swap_unclear(book, said, index, old)


def _only(book: Book, said: Statement, named: tuple[str, ...]) -> Book:
    """ "boxes only", of an order that has them and more: everything else goes, after a YES."""
    others = [sku for sku in book.lines if sku not in named]
    for sku in others:
        book = book.without(sku)
    return book.doubting(said.text) if others else book


def _turned(book: Book, said: Statement, index: CatalogIndex) -> tuple[Book, Statement]:
    """ "swap stout for the lager", of an order of lager: the other way round. Where both are there, what becomes of the
    other's amount is not said."""
    if not lines_meant(said.instead, book, index):
        return book, replace(said, goods=said.instead, instead=said.goods)
    return (book.doubting(said.text) if said.amount is None else book), said


def _put_in_place(book: Book, said: Statement, old: str, index: CatalogIndex) -> Book:
    new = _replacing(old, said.goods, index)
    if len(new) != 1:
        return book.asking(_which(said, new or _offered(said)))
    line = _in_place_of(book.lines[old], new[0], said, index)
    if isinstance(line, Question):
        return book.asking(line)
    return book if line.sku == old else book.without(old).put(line)


def _swapped(book: Book, said: Statement, index: CatalogIndex) -> tuple[str, ...]:
    """The lines that may be replaced: those named, else those of which the new goods are another kind."""
    if said.instead is not None:
        return lines_meant(said.instead, book, index)
    held = tuple(book.lines)
    if said.goods is None or len(held) == 1:
        return held
    own = {sku: siblings(sku, said.goods.fits, index) for sku in held}
    return tuple(sku for sku in held if own[sku])


def _swap_unclear(book: Book, said: Statement, index: CatalogIndex, old: tuple[str, ...]) -> Book:
    """No line, or several: the goods wanted are named with an amount, or it is asked."""
    if not old and said.amount is not None:
        line = _line(book, said, index)
        return book.asking(line) if isinstance(line, Question) else book.more(line)
    return book.asking(_which(said, old or (said.goods.skus if said.goods else ())))


def _replacing(old: str, goods: Goods | None, index: CatalogIndex) -> tuple[str, ...]:
    """What the new goods are: as they are called, else the nearest kin of the old that has the words."""
    if goods is None:
        return ()
    if goods.how is How.EXACT and len(goods.skus) == 1:
        return goods.skus
    return siblings(old, goods.fits or goods.skus, index) or goods.skus


def _in_place_of(old: Line, sku: str, said: Statement, index: CatalogIndex) -> Line | Question:
    product = index.products[sku]
    if not product.active:
        return Question(_text(said), QuestionReason.INACTIVE, (sku,), old.quantity_said, old.unit_said)
    if said.amount is not None and said.amount.value is not None:
        amount = _amount(said.amount, old)
    else:
        amount = Said(old.quantity_said, old.unit_said) if old.quantity_said is not None else Said(old.quantity)
    ask = Question(_text(said), QuestionReason.QUANTITY, (sku,), amount.value, amount.unit)
    return line_or_question(product, amount, ask, NAMELESS, said.goods is None or said.goods.sure)


OPERATIONS: Mapping[Op, Operation] = {
    Op.WISH: _wish,
    Op.ADD: _add,
    Op.SET: _set,
    Op.SUB: _sub,
    Op.KEEP: _keep,
    Op.REMOVE: _remove,
    Op.SCALE: _scale,
    Op.SWAP: _swap,
}


def _operation(said: Statement) -> Operation:
    return _retold if said.retells and said.op in (Op.WISH, Op.SET) else OPERATIONS[said.op]


# -- amounts


def _to_line(book: Book, said: Statement, index: CatalogIndex, meant: tuple[str, ...], op: ChangeOp) -> Book:
    """An amount for one line of the order, or for each of all; which of several is asked."""
    if len(meant) > 1 and _is_of_each(said, book):
        for sku in _but_for(said, meant, index):
            book = _to_one(book, said, index, sku, op)
        return book
    if len(meant) > 1:
        meant = _by_amount(book, said, meant, index)
    if len(meant) != 1 or meant[0] not in index.products:
        return book.asking(replace(_which(said, meant or _offered(said), op=op), units=_units(book, meant)))
    return _to_one(book, said, index, meant[0], op)


def _is_of_each(said: Statement, book: Book) -> bool:
    each = said.goods is None and said.amount is not None and said.amount.each
    return each or _means_all(said, book)


def _to_one(book: Book, said: Statement, index: CatalogIndex, sku: str, op: ChangeOp) -> Book:
    if sku not in index.products:
        return book.asking(_which(said, (sku,), op=op))
    old, product = book.lines[sku], index.products[sku]
    if said.not_amount is not None and not _had(old, product, said):
        book = book.doubting(said.text)
    amount = _amount(said.amount, old)
    ask = Question(_text(said), QuestionReason.QUANTITY, (sku,), amount.value, _first(amount.unit), op=op)
    line = line_or_question(product, amount, ask, NAMELESS, said.goods is None or said.goods.sure)
    if isinstance(line, Question):
        return book.asking(replace(line, op=op))
    return book.asking(ask) if _is_beyond(old, line, op) else BY_OP[op](book, line)


def _is_beyond(old: Line, line: Line, op: ChangeOp) -> bool:
    """More taken away than is there, or more than one line may hold."""
    if op is ChangeOp.SUB:
        return line.quantity > old.quantity
    return op is ChangeOp.ADD and old.quantity + line.quantity > MAX_BASE_UNITS


BY_OP: Mapping[ChangeOp, Callable[[Book, Line], Book]] = {
    ChangeOp.SUB: Book.less,
    ChangeOp.ADD: Book.more,
    ChangeOp.SET: Book.put,
}


def _units(book: Book, skus: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The units in which the lines were last said."""
    said = ((sku, book.lines[sku].unit_said) for sku in skus if sku in book.lines)
    return tuple((sku, unit) for sku, unit in said if unit is not None)


def _has(line: Line, value: Decimal | None) -> bool:
    return value in (None, line.quantity, line.quantity_said)


def _had(line: Line, product: Product, said: Statement) -> bool:
    """Whether the line has the amount that is said to be wrong, in its own unit or in that of the right one."""
    wrong, right = said.not_amount or Amount(), said.amount or Amount()
    unit = local_unit(product, wrong.unit or right.unit)
    if _has(line, wrong.value) or wrong.value is None or units.factor(product, unit) is None:
        return _has(line, wrong.value)
    return units.to_base(product, wrong.value, unit) == line.quantity


def _by_amount(book: Book, said: Statement, meant: tuple[str, ...], index: CatalogIndex) -> tuple[str, ...]:
    """Of several lines the one that has the amount said to be wrong, or the only one that is sold by the unit."""
    if said.not_amount is not None and said.not_amount.value is not None:
        value = said.not_amount.value
        had = tuple(sku for sku in meant if _has(book.lines[sku], value))
        if len(had) == 1:
            return had
    if said.amount is None or said.amount.unit is None:
        return meant
    known = [index.products[sku] for sku in meant if sku in index.products]
    sold = tuple(p.sku for p in known if units.factor(p, local_unit(p, said.amount.unit)) is not None)
    return sold if len(sold) == 1 else meant


def _offered(said: Statement) -> tuple[str, ...]:
    return said.goods.skus if said.goods is not None else ()


def _line(book: Book, said: Statement, index: CatalogIndex) -> Line | Question:
    """What goods with an amount make, whatever the order holds, but for the unit: a line that is there keeps its own."""
    goods, amount = said.goods, said.amount
    said_unit = _first(amount.unit) if amount else None
    value = amount.value if amount else None
    if goods is None:
        return Question(_text(said), QuestionReason.UNKNOWN, (), value, said_unit)
    ask = Question(goods.text, QuestionReason.UNKNOWN, goods.skus, value, said_unit)
    if goods.how not in SURE or not goods.skus:
        return replace(ask, reason=QuestionReason(goods.how.value) if goods.how not in SURE else ask.reason)
    product = index.products[goods.skus[0]]
    confidence = SURE[goods.how] * (1.0 if goods.sure else REPAIRED)
    return line_or_question(product, _amount(amount, book.lines.get(product.sku)), ask, confidence, goods.sure)


def _amount(amount: Amount | None, old: Line | None) -> Said:
    """The amount in its unit; one without keeps the unit in which the line was last said."""
    if amount is None:
        return Said()
    unit, value = amount.unit, amount.value
    if unit is None and not amount.parts and old is not None:
        unit = old.unit_said
    if value is None and unit is not None and not amount.odd and old is not None:
        value = old.quantity_said if old.quantity_said is not None else old.quantity  # "should be pcs not ctn"
    return Said(value, unit, amount.odd, amount.parts, amount.pack_of)


def _which(said: Statement, skus: tuple[str, ...], op: ChangeOp = ChangeOp.SET) -> Question:
    """Which line is meant; of one line, how much."""
    reason = QuestionReason.AMBIGUOUS if len(skus) > 1 else QuestionReason.QUANTITY
    if not skus:
        reason = QuestionReason.UNKNOWN
    value = said.amount.value if said.amount is not None else None
    unit = _first(said.amount.unit) if said.amount is not None else None
    return Question(_text(said), reason, skus, value, unit, op=op)


def _text(said: Statement) -> str:
    if said.goods is not None:
        return said.goods.text
    return said.text


def _first(unit: str | None) -> str | None:
    return unit.split("|")[0] if unit else None
