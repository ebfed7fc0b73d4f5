"""What a reading means here and now: beside a draft, an open question, the orders that are placed. Pure, never raises.

First come the rules that hold whatever kind of message it looks like; then the kinds, the likeliest first. The statements'
own work is done elsewhere: amending.py changes an order, answers_in_words.py answers what was asked, open_orders.py finds the order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import zip_longest

from bot.catalog.index import CatalogIndex
from bot.catalog.match import How
from bot.catalog.units import PIECE
from bot.understanding.amending import Manner, amended
from bot.understanding.answers_in_words import Answered, answered
from bot.understanding.book import Book
from bot.understanding.intent import (
    Basket,
    Change,
    ChangeOp,
    Context,
    DayDoubt,
    Intent,
    IntentKind,
    Named,
    OddDay,
    Question,
    QuestionReason,
)
from bot.understanding.meant_lines import lines_meant
from bot.understanding.open_orders import meant_orders, open_baskets, strange_numbers
from bot.understanding.statements import ORDER, Amount, Goods, Mark, Op, Points, Reading, SaidDay, Statement

CHOOSES = (Mark.BOTH, Mark.NONE, Mark.CHEAPEST, Mark.DEAREST, Mark.SMALLEST, Mark.BIGGEST, Mark.UNSURE)
"""Marks that answer a question that is open, whatever the message looks like."""
CERTAIN = 0.985
ACT = 0.1
"""Less likely than this nothing is accepted or dropped, not even for want of a better reading."""
MAYBE = 0.4
"""Less likely than this, and without a word that says so, it is not even asked whether to cancel."""
UNSURE_YES = 0.3
"""A yes beside words that nothing explains is not taken for one: "மொத்தம் எவ்வளவு" asks for the total."""
DOUBT = 0.7
"""An order less certain than this needs a YES; chosen on the risk-coverage curve (docs/understanding.md)."""
_OPS_OF_CHANGE = (Op.ADD, Op.SET, Op.SUB, Op.REMOVE, Op.SCALE, Op.SWAP)
FEW_WORDS = 5
_NO_ANSWER = (ORDER, IntentKind.ORDER_CONFIRM, IntentKind.ORDER_REPEAT)
"""Kinds of message that a few words seem to be, which were meant as an answer."""
_SETTLES = (Mark.WAIT, Mark.WRONG_CHAT, Mark.DROP, Mark.CHANGE, Mark.NOTHING_MORE)
INQUIRIES = (IntentKind.INQUIRY_PRODUCT, IntentKind.INQUIRY_PRICE)
ACTS = (IntentKind.ORDER_CONFIRM, IntentKind.ORDER_CANCEL)


@dataclass(frozen=True, slots=True)
class Scene:
    """A reading and what stands around it."""

    reading: Reading
    context: Context
    index: CatalogIndex

    @property
    def open(self) -> bool:
        """Whether anything is there that could be changed or dropped."""
        return self.context.draft is not None or bool(open_baskets(self.context))

    def says(self, *marks: Mark) -> bool:
        return self.reading.frame.says(*marks)


def effects(reading: Reading, context: Context, index: CatalogIndex, now: datetime) -> Intent:
    """The likeliest effect of `reading` that holds together at `now`."""
    scene = Scene(reading, context, index)
    for rule in RULES:
        if (intent := rule(scene)) is not None:
            return intent
    for kind, confidence in reading.kinds:
        if (intent := _as_kind(kind, confidence, scene)) is not None:
            return intent
    return _plain(IntentKind.OTHER, 0.3, scene)


# -- rules of the context


def _answers(scene: Scene) -> Intent | None:
    """A question is open: what picks from its list, or names what is on it, is the answer."""
    if not scene.context.pending or not _may_answer(scene):
        return None
    if (question := scene.context.pending[0]).reason is QuestionReason.ORDER:
        return _on_order_named(scene, question)
    if (changed := _sets_what_was_asked(scene)) is not None:
        return changed
    held = [sku for sku, _ in scene.context.draft.lines] if scene.context.draft is not None else []
    result = answered(scene.context.pending, scene.reading.statements, scene.reading.frame, scene.index, held)
    if not result.hit and _answers_nothing(scene):
        result = Answered(asked=scene.context.pending, hit=True)
    return _with_answer(scene, result) if result.hit else None


def _sets_what_was_asked(scene: Scene) -> Intent | None:
    """ "put the liner back to 2", where it was asked how many liners, and a placed order has some: its line is set."""
    basket, statements = _order_asked_about(scene), scene.reading.statements
    if basket is None or scene.context.draft is not None or not statements:
        return None
    skus = {_sole_sku(said) for said in statements if said.op is Op.SET}
    if len(skus) != len(statements) or not skus <= {sku for sku, _ in basket.lines}:
        return None
    settled = tuple(q.text for q in scene.context.pending if skus.issuperset(q.candidates))
    return replace(_amended(scene, basket, CERTAIN, ChangeOp.SET), settled=settled)


def _answers_nothing(scene: Scene) -> bool:
    """ "the rose one", of pine and lavender: a few words that name nothing known, and ask nothing, are no answer: it is put
    again."""
    best = scene.reading.kinds[0][0] if scene.reading.kinds else ORDER
    known = any(
        said.goods is not None and said.goods.skus and _known(said.goods.how) for said in scene.reading.statements
    )
    quiet = "?" not in scene.reading.text and not scene.reading.notes and scene.reading.day is None
    few = len(scene.reading.text.split()) <= FEW_WORDS
    counted = any(said.goods is not None and said.amount is not None for said in scene.reading.statements)
    return best in _NO_ANSWER and few and quiet and not (known or counted) and not scene.says(*_SETTLES)


def _on_order_named(scene: Scene, question: Question) -> Intent | None:
    """Which order was asked: the one of the day, the number or the place that is said; what waited is done to it."""
    asked = [basket for basket in open_baskets(scene.context) if basket.order_id in question.orders]
    frame = scene.reading.frame
    days = {said.day for said in frame.days}
    places = [*frame.picks, frame.order_place]
    found = [basket for basket in asked if basket.delivery_date in days]
    found = found or [asked[at - 1 if at > 0 else at] for at in places if at and abs(at) <= len(asked)]
    if len(found) != 1:
        return None
    wish = Goods(question.text, How.WORDS, question.candidates[:1], question.candidates)
    amount = Amount(question.quantity_said, question.unit_said)
    waited = (Statement(Op.SET, wish, amount),) if question.candidates and question.quantity_said is not None else ()
    book = amended(Book.of(found[0]), waited, scene.index, Manner(ChangeOp.SET))
    reading = replace(scene.reading, frame=replace(frame, days=()))
    return _intent(IntentKind.ORDER_AMEND, replace(scene, reading=reading), CERTAIN, book, found[0])


def _may_answer(scene: Scene) -> bool:
    """Words that choose answer whatever the message looks like; other words only where goods may be wanted at all."""
    frame = scene.reading.frame
    if frame.chosen:
        return True
    if frame.picks or frame.says(*CHOOSES):
        return not scene.says(Mark.QUESTION) and _likely(scene, ORDER, ACT)
    return scene.reading.kinds[:1] == () or scene.reading.kinds[0][0] in _NO_ANSWER


def _likely(scene: Scene, kind: str, least: float) -> bool:
    if not scene.reading.kinds:
        return True
    best = scene.reading.kinds[0][0]
    return best in (ORDER, IntentKind.OTHER, IntentKind.THANKS, IntentKind.ORDER_CANCEL) or any(
        name == kind and p >= least for name, p in scene.reading.kinds
    )


def _leaves_alone(scene: Scene) -> Intent | None:
    """ "ok wait", "wrong chat": neither yes nor no."""
    if not scene.says(Mark.WAIT, Mark.WRONG_CHAT) or scene.reading.statements or scene.says(Mark.DROP):
        return None
    return _plain(IntentKind.OTHER, CERTAIN, scene)


def _starts_again(scene: Scene) -> Intent | None:
    """ "cancel everything, start again: 4 pkt liner": the order is emptied by words that say so, and filled anew."""
    if not scene.says(Mark.DROP) or not scene.says(Mark.ANEW) or not scene.reading.statements:
        return None
    return _on_one_order(scene, lambda basket: _refilled(scene, basket))


def _refilled(scene: Scene, basket: Basket) -> Intent:
    emptied = Book.of(basket)
    gone = tuple(Change(ChangeOp.REMOVE, sku) for sku in emptied.lines)
    book = amended(Book(changes=gone), scene.reading.statements, scene.index, Manner(ChangeOp.ADD))
    return _intent(IntentKind.ORDER_AMEND, scene, CERTAIN, book, basket)


def _drops_outright(scene: Scene) -> Intent | None:
    """ "cancel everything", whatever was asked."""
    return _cancelled(scene, CERTAIN, sure=True) if scene.open and _says_only_to_drop(scene) else None


def _drops(scene: Scene) -> Intent | None:
    """Words that say to cancel, or may mean it: the second are asked about before anything is done."""
    drops, refuses = scene.says(Mark.DROP), scene.says(Mark.REFUSE)
    if not (drops or refuses) or scene.reading.statements or not scene.open:
        return None
    if not drops and scene.context.pending:
        return None
    return _cancelled(scene, CERTAIN, sure=_says_only_to_drop(scene))


def _says_only_to_drop(scene: Scene) -> bool:
    """Words that say to cancel, each of them, and neither ask nor name goods."""
    plain = scene.reading.whole and "?" not in scene.reading.text
    return scene.says(Mark.DROP) and plain and not scene.reading.statements


def _cancelled(scene: Scene, confidence: float, *, sure: bool) -> Intent:
    """The order that is meant is cancelled; of several it is asked which. Without words that say so, a YES is asked."""
    found = meant_orders(scene.reading, scene.context, scene.index) if scene.open else ()
    strange = strange_numbers(scene.reading.frame, scene.context)
    cancel = replace(
        _plain(IntentKind.ORDER_CANCEL, confidence, scene),
        doubtful=not sure or bool(strange),
        named=_named_to_drop(scene),
    )
    if len(found) > 1:
        return replace(cancel, questions=(_which_order(scene, found),))
    return replace(cancel, order_id=found[0].order_id if found else None)


def _named_to_drop(scene: Scene) -> Named | None:
    if scene.says(Mark.ALL_NAMED):
        return Named.ALL
    frame = scene.reading.frame
    by_day = any(said.points is Points.ORDER for said in frame.days)
    named = scene.says(Mark.ORDER_NAMED) or bool(frame.order_ids or frame.order_place) or by_day
    return Named.ORDER if named else None


def _changes(scene: Scene) -> Intent | None:
    """A change of what is there, said in so many words."""
    reading = scene.reading
    if not scene.says(Mark.CHANGE) or not scene.open:
        return None
    if not reading.statements and reading.day is None and not reading.notes and not reading.frame.shift:
        return None
    if _for_another_day(scene):
        return None
    doubtful = _moves_along(scene)
    return _on_one_order(scene, lambda basket: _doubted(_amended(scene, basket, CERTAIN), doubtful))


def _doubted(intent: Intent, doubtful: bool) -> Intent:
    return replace(intent, doubtful=True) if doubtful else intent


def _stands_apart(scene: Scene) -> Intent | None:
    """ "6 ctn foil, as a separate order": goods that are wanted, and join nothing that is placed."""
    wishes = scene.reading.statements
    if not scene.says(Mark.APART) or scene.context.draft is not None or not wishes:
        return None
    if any(said.op not in (Op.WISH, Op.ADD, Op.SET) for said in wishes) or not any(said.goods for said in wishes):
        return None
    created = _create(scene, next((p for kind, p in scene.reading.kinds if kind == ORDER), CERTAIN))
    return replace(created, apart=True) if created is not None else None


def _moves_instead(scene: Scene) -> Intent | None:
    """ "no need tomorrow, send on Friday": of two days one is not wanted, so that the order of that day moves to the other.
    Without a word that moves it a YES is asked."""
    if not scene.says(Mark.REFUSE) or scene.says(Mark.DROP, Mark.KEEP) or scene.reading.statements:
        return None
    days = scene.reading.frame.days
    refused, wished = ([said for said in days if said.dropped is dropped] for dropped in (True, False))
    if len(refused) != 1 or len(wished) != 1 or wished[0].day is None or not _has_order(scene, refused[0]):
        return None
    moved = (replace(refused[0], points=Points.ORDER), replace(wished[0], points=Points.DELIVERY))
    reading = replace(scene.reading, frame=replace(scene.reading.frame, days=moved))
    moving = replace(scene, reading=reading)
    asks = "?" in scene.reading.text or not scene.says(Mark.MOVE)
    return _on_one_order(moving, lambda basket: _doubted(_amended(moving, basket, CERTAIN), asks))


def _has_order(scene: Scene, said: SaidDay) -> bool:
    draft = scene.context.draft
    return said.day in {basket.delivery_date for basket in (*open_baskets(scene.context), *([draft] if draft else []))}


def _declines_nothing(scene: Scene) -> Intent | None:
    """A bare no where nothing was asked gives up nothing, least of all a placed order."""
    if not scene.says(Mark.REJECT) or scene.context.draft is not None or scene.context.pending:
        return None
    return (
        None
        if scene.says(Mark.DROP, Mark.REFUSE) or scene.reading.statements
        else _plain(IntentKind.OTHER, CERTAIN, scene)
    )


def _splits_days(scene: Scene) -> Intent | None:
    """ "half the bowls to tuesday, the rest wednesday": an order comes on one day. Nothing is done, and it is said why."""
    split = scene.says(Mark.SPLIT) and not all(_has_order(scene, said) for said in scene.reading.frame.days)
    if not scene.open or not (split or _moves_a_part(scene)):
        return None
    return _on_one_order(scene, lambda basket: _split(scene, basket))


def _split(scene: Scene, basket: Basket) -> Intent:
    asked = OddDay(scene.reading.text.strip(), DayDoubt.SPLIT)
    kept = replace(scene.reading, notes="", frame=replace(scene.reading.frame, days=(), shift=0))
    intent = _intent(IntentKind.ORDER_AMEND, replace(scene, reading=kept), CERTAIN, Book.of(basket), basket)
    return replace(intent, odd_day=asked)


def _moves_a_part(scene: Scene) -> bool:
    """ "only the liner on fri", of an order of more: goods of it without an amount, and a day that it does not have."""
    statements, days = scene.reading.statements, {said.day for said in scene.reading.frame.days if not said.kept}
    if not scene.says(Mark.CHANGE) or not statements or not days or not all(map(_only_speaks_of, statements)):
        return False
    baskets = [scene.context.draft] if scene.context.draft is not None else open_baskets(scene.context)
    held = [Book.of(basket) for basket in baskets if basket is not None and basket.delivery_date not in days]
    meant = [{sku for said in statements for sku in lines_meant(said.goods, book, scene.index)} for book in held]
    return len(held) == len(baskets) and any(
        skus and skus != set(book.lines) for skus, book in zip(meant, held, strict=True)
    )


def _only_speaks_of(said: Statement) -> bool:
    """Goods, and nothing that is done to them but for their day."""
    silent = said.amount is None and said.instead is None and not said.excepted
    return silent and said.op in (Op.WISH, Op.SWAP, Op.KEEP) and said.goods is not None and said.goods.pointer is None


RULES: tuple[Callable[[Scene], Intent | None], ...] = (
    _starts_again,
    _leaves_alone,
    _drops_outright,
    _splits_days,
    _answers,
    _moves_instead,
    _drops,
    _declines_nothing,
    _stands_apart,
    _changes,
)
"""What holds whatever kind of message it looks like, the first that fits."""


# -- kinds


def _as_kind(kind: str, confidence: float, scene: Scene) -> Intent | None:
    if kind == ORDER:
        return _order(scene, confidence)
    if kind == IntentKind.ORDER_REPEAT:
        return _repeat(scene, confidence)
    if confidence < ACT and kind in ACTS:
        return None
    if kind == IntentKind.ORDER_CANCEL:
        if scene.says(Mark.KEEP):
            return _plain(IntentKind.OTHER, confidence, scene)
        likely = confidence >= MAYBE or scene.says(Mark.DROP, Mark.REFUSE)
        return (
            None
            if _takes_goods_out(scene) or not likely
            else _cancelled(scene, confidence, sure=_says_only_to_drop(scene))
        )
    unsaid = kind == IntentKind.ORDER_CONFIRM and bool(scene.reading.leftovers)
    return _plain(IntentKind(kind), min(confidence, UNSURE_YES) if unsaid else confidence, scene)


def _takes_goods_out(scene: Scene) -> bool:
    """ "no rice then": without some goods, known or not, an order is changed and never dropped."""
    return any(said.negated for said in scene.reading.statements) and not scene.says(Mark.DROP)


def _plain(kind: IntentKind, confidence: float, scene: Scene) -> Intent:
    named = tuple(_named(scene.reading.statements)) if kind in INQUIRIES else ()
    doubtful = kind is IntentKind.OPT_OUT and confidence < CERTAIN
    return Intent(
        kind, confidence, questions=named, language=scene.reading.language, doubtful=doubtful,
        order_day=_order_day(scene), spoken_of=scene.reading.spoken_of,
    )  # fmt: skip


def _order_day(scene: Scene) -> date | None:
    return next((said.day for said in scene.reading.frame.days if said.points is Points.ORDER), None)


def _named(statements: Sequence[Statement]) -> list[Question]:
    """The goods that an inquiry names, as questions nobody has to answer: it orders none of them."""
    goods = [said.goods for said in statements if said.goods is not None]
    named = [one for one, behind in zip_longest(goods, goods[1:]) if one.skus and not _describes(one, behind)]
    return [
        Question(
            goods.text,
            QuestionReason.AMBIGUOUS if len(goods.skus) > 1 else QuestionReason.QUANTITY,
            goods.skus,
        )
        for goods in named
    ]


def _describes(goods: Goods, behind: Goods | None) -> bool:
    """The cold of "cold flurb": says how goods are that nobody knows, and names none itself."""
    beside = behind is not None and behind.how is How.UNKNOWN and 0 <= behind.span[0] - goods.span[1] <= 1
    return goods.modifier and beside


def _order(scene: Scene, confidence: float) -> Intent | None:
    """Goods are wanted: the draft takes them, a placed order only where the words speak of it, else a new order."""
    if _tells_of_what_is_there(scene):
        return None
    if scene.context.draft is not None:
        return _amended_if_any(scene, scene.context.draft, confidence)
    if (restated := _restated(scene, confidence)) is not None:
        return restated
    if open_baskets(scene.context) and _speaks_of_order(scene) and not _for_another_day(scene):
        return _on_one_order(scene, lambda basket: _amended_if_any(scene, basket, confidence))
    return _create(scene, confidence)


def _tells_of_what_is_there(scene: Scene) -> bool:
    """ "4 boxes of pens still not here": lines as the order has them, and words that complain or ask of them, want nothing more."""
    statements = scene.reading.statements
    if not scene.says(Mark.TOLD) or scene.context.draft is not None or scene.reading.has(*_OPS_OF_CHANGE):
        return False
    book = amended(Book(), statements, scene.index, Manner(ChangeOp.ADD))
    said = {(line.sku, line.quantity) for line in book.lines.values()}
    orders = [dict(basket.lines) for basket in open_baskets(scene.context)]
    if scene.says(Mark.COMPLAINT):  # "one bulb broken", of an order of twenty
        return bool(said) and any(all(n <= lines.get(sku, 0) for sku, n in said) for lines in orders)
    return bool(said) and not book.questions and any(said <= set(lines.items()) for lines in orders)


def _speaks_of_order(scene: Scene) -> bool:
    """ "add ... to my order", "change", "move it to Friday": the order that is placed, not a new one."""
    reading = scene.reading
    if reading.has(*_OPS_OF_CHANGE) or reading.frame.order_ids:
        return True
    if any(said.corrects for said in reading.statements):
        return True
    if scene.says(Mark.ADDS) and any(basket.delivery_date == reading.day for basket in open_baskets(scene.context)):
        return reading.day is not None
    return not reading.statements and reading.day is not None


def _restated(scene: Scene, confidence: float) -> Intent | None:
    """ "eggs 5", right after 4 trays of eggs: bare numbers of goods that the one open order has in packs. Or several of its
    lines said again with other amounts: "pins 6 pkt, hangers 1 box". They are likelier what the lines shall be than more;
    either way it is shown first. The very same amounts are the same order once more."""
    statements = scene.reading.statements
    if not statements or scene.reading.day is not None or scene.says(Mark.TOLD, Mark.ADDS):
        return None
    holding = [basket for basket in open_baskets(scene.context) if _says_again(basket, statements)]
    if len(holding) != 1:
        return None
    intent = _amended(scene, holding[0], confidence, ChangeOp.SET)
    same = {line.sku: line.quantity for line in intent.lines} == dict(holding[0].lines)
    return None if same and not intent.questions else replace(intent, doubtful=True)


def _says_again(basket: Basket, statements: Sequence[Statement]) -> bool:
    """Whether every statement is a plain amount, of a line of the order or beside one that is said just as it is there; of one
    line alone a number without a unit."""
    held = {sku for sku, _ in basket.lines}
    if basket.packs and all(_bare_number_of(held, said) for said in statements):
        return True
    wished = {_sole_sku(said): said.amount for said in statements if _is_plain_wish(said)}
    there = {(pack.sku, pack.quantity, pack.unit) for pack in basket.packs}
    as_it_is = any((sku, much.value, much.unit) in there for sku, much in wished.items() if much is not None)
    return len(wished) == len(statements) > 1 and (wished.keys() <= held or as_it_is)


def _is_plain_wish(said: Statement) -> bool:
    return said.op is Op.WISH and said.amount is not None and said.amount.value is not None


def _sole_sku(said: Statement) -> str | None:
    return said.goods.skus[0] if said.goods is not None and len(said.goods.skus) == 1 else None


def _bare_number_of(packed: Collection[str], said: Statement) -> bool:
    without_unit = said.amount is not None and said.amount.unit is None
    return without_unit and _is_plain_wish(said) and _sole_sku(said) in packed


def _for_another_day(scene: Scene) -> bool:
    """ "add 2 ctn foil for friday", of an order for Thursday: goods that travel on another day, an order of their own. After
    a word of correction ("actually for wed 10 pkt chopsticks") so do those that no order has."""
    reading, day = scene.reading, scene.reading.day
    if day is None or scene.says(Mark.MOVE) or scene.context.draft is not None or not reading.statements:
        return False
    goods = all(_is_wished(said) or _is_set(said) for said in reading.statements)
    new = any(_is_wished(said) or not _is_held(scene, said) for said in reading.statements)
    return goods and new and all(basket.delivery_date not in (None, day) for basket in open_baskets(scene.context))


def _is_wished(said: Statement) -> bool:
    return said.op in (Op.ADD, Op.WISH) and said.goods is not None and not said.goods.definite


def _is_set(said: Statement) -> bool:
    """Goods called by their name, with what their amount shall be."""
    goods = said.goods
    named = goods is not None and bool(goods.skus) and goods.pointer is None and not goods.definite
    return said.op is Op.SET and named and said.not_amount is None


def _is_held(scene: Scene, said: Statement) -> bool:
    return any(lines_meant(said.goods, Book.of(basket), scene.index) for basket in open_baskets(scene.context))


def _moves_along(scene: Scene) -> bool:
    """ "actually for wed 3 ctn foil", of an order for Sunday that has foil: no word says that the whole order moves."""
    reading, baskets = scene.reading, open_baskets(scene.context)
    if reading.day is None or scene.says(Mark.MOVE) or not any(_is_set(said) for said in reading.statements):
        return False
    corrects = any(_is_set(said) and said.corrects for said in reading.statements)
    return corrects and all(basket.delivery_date not in (None, reading.day) for basket in baskets)


def _create(scene: Scene, confidence: float) -> Intent | None:
    book = amended(Book(), [s for s in scene.reading.statements if s.goods], scene.index, Manner(ChangeOp.ADD))
    book = replace(book, questions=(*book.questions, *scene.reading.unplaced))
    if not book.lines and not book.questions:
        return None
    created = _intent(IntentKind.ORDER_CREATE, scene, confidence, replace(book, changes=()), None)
    mixed = _moves_along(scene) and any(_is_held(scene, said) for said in scene.reading.statements)
    return replace(created, doubtful=True) if mixed else created


def _amended_if_any(scene: Scene, basket: Basket, confidence: float) -> Intent | None:
    """The order changed, where the message changes anything; a question without goods changes nothing."""
    statements = scene.reading.statements
    if scene.says(Mark.QUESTION) and statements and all(said.goods is None for said in statements):
        return None
    intent = _amended(scene, basket, confidence)
    takes_back = any(s.op is Op.REMOVE and s.goods and _known(s.goods.how) for s in scene.reading.statements)
    if not intent.changes and not intent.questions and scene.reading.day is None and not takes_back:
        return None
    return intent


def _known(how: How) -> bool:
    return how is not How.UNKNOWN


def _amended(scene: Scene, basket: Basket, confidence: float, wish: ChangeOp | None = None) -> Intent:
    shown = basket is scene.context.draft
    frame = scene.reading.frame
    packed = {pack.sku for pack in basket.packs}
    said_bare = any(day.points is Points.ORDER for day in frame.days) and not scene.says(Mark.ADDS)
    said_bare = said_bare and all(_bare_number_of(packed, said) for said in scene.reading.statements)
    named = bool(frame.order_ids) or said_bare
    beside = scene.reading.day is not None or len(scene.reading.statements) > 1
    manner = Manner(wish or (ChangeOp.SET if shown or named else ChangeOp.ADD), beside)
    book = amended(Book.of(basket), _placed(scene), scene.index, manner)
    book = replace(book, questions=(*book.questions, *scene.reading.unplaced))
    if _empties_unsaid(scene, basket, book):
        return _cancelled(scene, confidence, sure=False)
    return _intent(IntentKind.ORDER_AMEND, scene, confidence, book, basket)


def _empties_unsaid(scene: Scene, basket: Basket, book: Book) -> bool:
    """ "not foil not 10in box", of an order of these two: all of it is gone, though no word says to cancel."""
    gone = len(basket.lines) > 1 and not book.lines and not book.questions
    return gone and not any(said.op is Op.REMOVE and not said.negated for said in scene.reading.statements)


def _placed(scene: Scene) -> tuple[Statement, ...]:
    """The statements that say of what they speak: a bare amount beside goods is asked about by itself."""
    bare = scene.says(Mark.CHANGE)
    return tuple(s for s in scene.reading.statements if s.goods is not None or bare or s.op is not Op.WISH)


def _repeat(scene: Scene, confidence: float) -> Intent | None:
    basket = scene.context.last_order or scene.context.draft
    if basket is None:
        question = Question(scene.reading.text.strip(), QuestionReason.NO_HISTORY)
        return _intent(IntentKind.ORDER_REPEAT, scene, confidence, Book(questions=(question,)), None)
    named = [said for said in scene.reading.statements if said.goods is not None] or _sole_amount(scene, basket)
    book = amended(Book.of(basket), named, scene.index, Manner(ChangeOp.SET))
    return _intent(IntentKind.ORDER_REPEAT, scene, confidence, book, None)


def _sole_amount(scene: Scene, basket: Basket) -> list[Statement]:
    """ "same again but 3 ctn", of an order of one line."""
    bare = [said for said in scene.reading.statements if said.amount is not None and said.amount.value is not None]
    counts = len(bare) == 1 and bare[0].amount is not None and bare[0].amount.unit not in (None, PIECE)
    return [replace(bare[0], op=Op.SET)] if counts and len(basket.lines) == 1 else []


# -- answers


def _with_answer(scene: Scene, result: Answered) -> Intent:
    """The answer, and what else the message says, in the draft."""
    draft = scene.context.draft
    book = Book.of(draft if draft is not None or not result.rest else _order_asked_about(scene))
    held = {sku for basket in open_baskets(scene.context) for sku, _ in basket.lines} if draft is None else set()
    for op, line in result.lines:
        # "2", where it was asked how many liners, and a placed order has packets of them: in all, or more? Of what?
        line = replace(
            line, sure=line.sure and (op is ChangeOp.SET or line.sku not in held or line.unit_said is not None)
        )
        book = book.put(line) if op is ChangeOp.SET else book.more(line)
    book = amended(book, result.rest, scene.index, Manner(ChangeOp.SET, beside=True))
    book = replace(
        book, questions=(*result.asked, *result.open, *book.questions), doubts=(*book.doubts, *result.doubts)
    )
    confidence = next((p for kind, p in scene.reading.kinds if kind == ORDER), CERTAIN)
    left = (*result.asked, *result.open)
    settled = tuple(question.text for question in scene.context.pending if question not in left)
    return replace(_intent(IntentKind.ORDER_AMEND, scene, confidence, book, draft), settled=settled)


def _order_asked_about(scene: Scene) -> Basket | None:
    """The placed order that the rest of an answer changes: "medium. and make burger box 2" keeps the unit of its line."""
    found = meant_orders(scene.reading, scene.context, scene.index)
    return found[0] if len(found) == 1 else None


# -- several orders


def _on_one_order(scene: Scene, act: Callable[[Basket], Intent | None]) -> Intent | None:
    """What is done to the order that is meant; of several it is asked which."""
    found = meant_orders(scene.reading, scene.context, scene.index)
    if len(found) == 1:
        return act(found[0])
    question = _which_order(scene, found)
    return _intent(IntentKind.ORDER_AMEND, scene, CERTAIN, Book(questions=(question,)), None)


def _which_order(scene: Scene, baskets: Sequence[Basket]) -> Question:
    said = scene.reading.statements[0] if scene.reading.statements else None
    skus = said.goods.skus if said is not None and said.goods is not None else ()
    numbers = tuple(basket.order_id for basket in baskets if basket.order_id)
    return Question(scene.reading.text.strip(), QuestionReason.ORDER, skus, orders=numbers)


def _day(reading: Reading, basket: Basket | None) -> date | None:
    """The day asked for, or so many days from the one that the order has."""
    if reading.day is not None or not reading.frame.shift or basket is None or basket.delivery_date is None:
        return reading.day
    return basket.delivery_date + timedelta(days=reading.frame.shift)


def _joined(scene: Scene, basket: Basket | None) -> tuple[str, ...]:
    """The words that ask for an order apart, where the goods join one all the same."""
    return tuple(words for mark, words in scene.reading.frame.words if mark is Mark.APART and basket is not None)


def _intent(kind: IntentKind, scene: Scene, confidence: float, book: Book, basket: Basket | None) -> Intent:
    reading = scene.reading
    strange = strange_numbers(reading.frame, scene.context) if basket is not None else ()
    doubts = (*reading.leftovers, *strange, *_joined(scene, basket), *book.doubts) if book.lines else ()
    return Intent(
        kind=kind,
        confidence=confidence,
        lines=tuple(book.lines.values()),
        changes=book.changes,
        questions=book.questions,
        delivery_date=_day(reading, basket),
        notes=reading.notes,
        language=reading.language,
        leftover=reading.unknown,
        doubtful=bool(book.lines) and (confidence < DOUBT or bool(doubts)),
        doubts=doubts,
        order_day=_order_day(scene),
        order_id=basket.order_id if basket is not None else None,
    )
