"""Reads the items of a message as statements about an order that is there, clause by clause (change_productions.py).

A message is read when every clause of it is, every item has been used, and nothing in it is unexplained. Otherwise this reads
nothing. Days, papers, notes about the delivery, exceptions and reasons may stand beside every clause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from bot.language.change_words import LISTED, Role, phrases_that
from bot.understanding.change_items import AMOUNT, BREAKS, DAY, GOODS, IDLE, INTO, REFERENCE, STOP, UNKNOWN, WEAK, Item
from bot.understanding.change_productions import Clause, produced
from bot.understanding.statements import Mark, Op

MAX_ITEMS = 24
"""A longer message is a list of wishes, not a change."""
MAX_CLAUSES = 6
A_COMMA, A_DENIAL = 0.4, 1.0
"""What a comma within a clause costs, and goods that are denied by its first word; a clause costs 1."""
HALF = Decimal("0.5")
_BEGINS = (
    Role.ADD,
    Role.REMOVE,
    Role.DROP,
    Role.SWAP,
    Role.MOVE,
    Role.KEEP,
    Role.CORRECT,
    Role.SCALE,
    Role.NOTE,
    Role.ANEW,
)
"""Words before which a new clause may begin without a mark."""
_ENDS = (Role.REFUSE, Role.REMOVE, Role.DROP, Role.SET, Role.SAME_AMOUNT)
"""Words that end a clause where the verb comes last; goods behind them begin another."""
_CARRIES = (Role.ADD, Role.SET, Role.SWAP, Role.REMOVE, Role.DROP, Role.REFUSE, Role.SCALE, Role.NO)
_DAY_WORDS = (Role.MOVE, Role.TO, Role.BY, Role.SET, Role.WANT, Role.CORRECT, Role.SWAP, Role.ADD)
_LEADS_TO_NOTE = (UNKNOWN, Role.TO, Role.WANT, Role.POINTER, Role.ORDER_WORD, Role.MOVE, Role.VAGUE, Role.ALSO)
_IN_ASIDES = frozenset(
    {UNKNOWN, Role.POINTER, Role.WANT, Role.TO, Role.ORDER_WORD, Role.FROM, Role.ALSO, Role.BY, INTO}
)
"""What a stretch may hold that says nothing of the change."""
_SKIPPED = (Role.CORRECT, Role.NO, Role.WANT, Role.WRONG)
"""What may stand before any production: "sorry, ...", "no, ...", "wrong, ..."."""


def parse(items: Sequence[Item]) -> tuple[Clause, ...] | None:
    """The clauses of the message in order, or None where any of it has no reading."""
    items = [item for item in items if item.letters not in (IDLE, Role.APART)]
    if not items or len(items) > MAX_ITEMS:
        return None
    if _is_note(items):
        return (Clause(notes=((items[0].start, items[-1].end),), start=items[0].start, end=items[-1].end),)
    sentences = _split(_without_asides(items), STOP)
    read = [_sentence(sentence) for sentence in sentences]
    if any(clauses is None for clauses in read):
        return None
    clauses = [clause for clauses in read if clauses is not None for clause in clauses]
    return tuple(_carried([clause for clause in clauses if len(clauses) == 1 or not _says_only_more(clause)]))


def _says_only_more(clause: Clause) -> bool:
    """ "..., many guests": more or less of nothing, beside clauses that say of what."""
    return clause.vague and not clause.goods


def _is_note(items: Sequence[Item]) -> bool:
    """ "our lift is broken, use the back stairs": words nobody knows around words about the delivery, and nothing else."""
    first = next((item for item in items if not item.may(*_LEADS_TO_NOTE)), None)
    if first is not None and first.meanings.get(Role.NOTE) == "place":
        return not any(item.letters == GOODS for item in items)
    if not any(item.may(Role.NOTE) for item in items) or not any(item.letters == UNKNOWN for item in items):
        return False
    return all(item.may(Role.NOTE, UNKNOWN, *_LEADS_TO_NOTE, *BREAKS, STOP) for item in items)


# -- asides


def _without_asides(items: Sequence[Item]) -> list[Item]:
    """Without the stretches between marks, and those behind a "because", that say nothing of the change. What is left of
    them is for the accounting to weigh."""
    kept: list[Item] = []
    for stretch in _stretches(items):
        cut = next(
            (at for at, item in enumerate(stretch) if item.may(Role.REASON) or _is_purpose(stretch, at)), len(stretch)
        )
        if all(_is_aside(item) for item in stretch[cut:]):
            stretch = stretch[:cut]
        strange = any(item.letters == UNKNOWN for item in stretch)
        kept += [] if strange and all(_is_aside(item) or item.letters == Role.CORRECT for item in stretch) else stretch
    return kept if any(item.letters not in (STOP, *BREAKS) for item in kept) else list(items)


def _is_purpose(stretch: Sequence[Item], at: int) -> bool:
    """ "... for the roadshow": words nobody knows, to the end."""
    behind = stretch[at + 1 :]
    return stretch[at].may(Role.TO) and bool(at and behind) and all(item.letters == UNKNOWN for item in behind)


def _is_aside(item: Item) -> bool:
    return item.may(Role.REASON) or set(item.letters) <= _IN_ASIDES


def _stretches(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The items between commas and stops, each mark a stretch of its own."""
    run: list[Item] = []
    for item in items:
        if item.letters in (STOP, WEAK):
            yield run
            yield [item]
            run = []
        else:
            run.append(item)
    yield run


def _split(items: Sequence[Item], *letters: str) -> list[list[Item]]:
    parts: list[list[Item]] = [[]]
    for item in items:
        if item.letters in letters:
            parts.append([])
        else:
            parts[-1].append(item)
    return [part for part in parts if part]


# -- a sentence into clauses


@dataclass(frozen=True, slots=True)
class _Parted:
    """One way to part the items so far into clauses; the way that costs least is taken."""

    cost: float = 0.0
    clauses: tuple[Clause, ...] = ()


def _sentence(items: Sequence[Item]) -> tuple[Clause, ...] | None:
    """The clauses that use every item; they are parted at commas and joints, or before a word that does something."""
    best: list[_Parted | None] = [_Parted()] + [None] * len(items)
    for end in range(1, len(items) + 1):
        if items[end - 1].letters in BREAKS and best[end - 1] is not None:
            best[end] = best[end - 1]
        ways = [best[end], *(_one_more(best[start], items, start, end) for start in range(end))]
        best[end] = min((way for way in ways if way is not None), key=lambda way: way.cost, default=None)
    return best[-1].clauses if best[-1] is not None else None


def _one_more(before: _Parted | None, items: Sequence[Item], start: int, end: int) -> _Parted | None:
    if before is None or len(before.clauses) >= MAX_CLAUSES or not _may_part(items, start):
        return None
    clause = _clause(items[start:end])
    return None if clause is None else _Parted(before.cost + _cost(items[start:end]), (*before.clauses, clause))


def _cost(items: Sequence[Item]) -> float:
    """A clause, the commas that it reaches across, a "no" right before goods that it takes for a mere correction, and a
    refusal of two days at once."""
    inner = _within(items)
    commas = sum(item.letters == WEAK for item in inner)
    denied = "".join(item.letters for item in inner[:2]) == Role.NO + GOODS and commas
    return 1.0 + A_COMMA * commas + (A_DENIAL if denied or _refuses_one_of_two(inner) else 0.0)


def _refuses_one_of_two(items: Sequence[Item]) -> bool:
    """ "no need tomorrow, send on Friday": a refusal is rarely meant of both days."""
    return any(item.may(Role.REFUSE) for item in items) and sum(item.letters == DAY for item in items) > 1


def _may_part(items: Sequence[Item], at: int) -> bool:
    """At a comma or a joint, right before a word that does something, or where goods follow an amount: "pens 5 staples 12"."""
    listed = items[at].letters == GOODS and items[at - 1].may(AMOUNT, *_ENDS)
    named = at > 0 and items[at - 1].letters == GOODS  # "liner and box make both 5", 垫纸和盒子都改成5
    both = named and (_lists(items[at : at + 1]) or (items[at].may(Role.SET) and _lists(items[at + 1 : at + 2])))
    return at == 0 or listed or both or items[at - 1].letters in BREAKS or items[at].may(*_BEGINS)


def _clause(items: Sequence[Item]) -> Clause | None:
    """One clause, without what is said of days, papers and the delivery, which every clause may have beside it."""
    rest, days = _days(_within(items))
    references = tuple(item for item in rest if item.letters == REFERENCE)
    rest, note = _note([item for item in rest if item.letters != REFERENCE])
    rest, excepted = _exceptions(rest)
    if any(item.letters == UNKNOWN for item in rest) or not items:
        return None
    rest, corrects = _corrections(rest)
    clause = _meaning(rest, beside=bool(days or references or note or excepted))
    if clause is None or (note and clause.op is Op.WISH):
        return None
    clause = _but_for(_corrected(clause) if corrects else clause, excepted, bool(rest))
    return replace(
        _halved(clause), marks=clause.marks | _marks(items, rest, bool(days)), days=tuple(days), references=references,
        notes=note, corrects=corrects or clause.corrects, retells=_says(items, "retold"), mends=_says(items, "retold", "correct"), wants=any(item.may(Role.WANT) for item in rest), leads=_leads(rest), listed=_lists(rest), points=_points_at_it(items), closes=_closes(rest), more=clause.more or _says_more(rest),
        start=items[0].start, end=items[-1].end,
    )  # fmt: skip


def _marks(items: Sequence[Item], rest: Sequence[Item], dated: bool) -> frozenset[Mark]:
    moves = dated and (any(item.meanings.get(Role.MOVE) == "move" for item in items) or _sets_the_day(items))
    anew = any(item.may(Role.ANEW) for item in rest)
    return frozenset(mark for mark, said in ((Mark.MOVE, moves), (Mark.ANEW, anew)) if said)


def _sets_the_day(items: Sequence[Item]) -> bool:
    """ "make it sat, and 10 pkt chopsticks": the day is what the word sets, before the goods begin."""
    for before, item, after in zip(items, items[1:], items[2:], strict=False):
        if item.letters == DAY and before.may(Role.SET, Role.SWAP) and after.may(*BREAKS, Role.ALSO):
            return True
    return False


def _says_more(rest: Sequence[Item]) -> bool:
    return any(item.meanings.get(Role.ADD) in ("more", "one") for item in rest)


def _corrections(rest: list[Item]) -> tuple[list[Item], bool]:
    """The clause without words of correction at its end ("6 trays sorry"), and whether it corrects."""
    corrects = len(rest) > 1 and rest[0].may(Role.CORRECT, Role.NO)
    while len(rest) > 1 and rest[-1].letters == Role.CORRECT:
        rest, corrects = _within(rest[:-1]), True
    return rest, corrects


def _corrected(clause: Clause) -> Clause:
    """ "no 6", "sorry, 6": after a word of correction an amount is what it shall be."""
    return replace(clause, op=Op.SET if clause.op is Op.WISH and clause.amount else clause.op, corrects=True)


def _halved(clause: Clause) -> Clause:
    """ "half", "everything half", "foam cut to half": of what is there; goods that are only named may be new."""
    quantity = clause.amount.quantity if clause.amount is not None else None
    if (
        clause.op is Op.ADD
        and clause.goods
        and quantity is not None
        and quantity.unit is None
        and quantity.value == HALF
    ):
        # "half more": of what is there, or of one pack; nobody can tell which
        return replace(clause, op=Op.SCALE, amount=None, factor=1 + HALF, doubtful=True)
    named = clause.op is Op.WISH and any(item.letters == GOODS for item in clause.goods)
    if (
        named
        or clause.op not in (Op.WISH, Op.SET)
        or quantity is None
        or quantity.unit is not None
        or quantity.value != HALF
    ):
        return clause
    return replace(clause, op=Op.SCALE, amount=None, factor=HALF)


def _within(items: Sequence[Item]) -> list[Item]:
    """The items without the commas and joints at either end."""
    inner = [at for at, item in enumerate(items) if item.letters not in BREAKS]
    return list(items[inner[0] : inner[-1] + 1]) if inner else []


def _closes(rest: Sequence[Item]) -> bool:
    """ "foil 2, liner 1 குறைங்க": a verb at the end; "1 less" is said of its own amount alone."""
    return bool(rest) and rest[-1].meanings.get(Role.SUB) == "sub"


def _says(items: Sequence[Item], *corrections: str) -> bool:
    """Whether words of correction of one of these kinds are among the items."""
    return any(item.meanings.get(Role.CORRECT) in corrections for item in items)


def _lists(rest: Sequence[Item]) -> bool:
    return any(item.meanings.get(Role.POINTER) in LISTED for item in rest)


def _points_at_it(items: Sequence[Item]) -> bool:
    said = [word for item in items for word in item.text.split() if item.may(Role.MOVE, Role.POINTER)]
    return any(item.meanings.get(Role.POINTER) == "it" for item in items) or any(word in _its() for word in said)


@cache
def _its() -> frozenset[str]:
    return frozenset(phrases_that(Role.POINTER, "it"))


def _leads(rest: Sequence[Item]) -> bool:
    first = next((at for at, item in enumerate(rest) if item.letters in (GOODS, AMOUNT)), 0)
    return any(item.may(*_CARRIES) for item in rest[:first])


def _meaning(rest: Sequence[Item], *, beside: bool) -> Clause | None:
    """What is left of a clause; with a day beside it, words of moving need nothing more."""
    core = _within([item for item in rest if item.letters != Role.ALSO])
    also = any(item.letters == Role.ALSO for item in rest)
    if beside and all(item.may(*_DAY_WORDS, Role.ORDER_WORD, Role.POINTER, *BREAKS) for item in core):
        moves = any(item.may(Role.MOVE, Role.SET, Role.SWAP) for item in core)
        return Clause(marks=frozenset({Mark.MOVE}) if moves else frozenset())
    core = _within([item for item in core if item.letters not in (Role.ORDER_WORD, Role.MOVE)]) or core
    clause = _produced(tuple(core))
    if clause is None or not also:
        return clause
    return replace(clause, also=True, op=Op.ADD if clause.op is Op.WISH and clause.amount else clause.op)


def _produced(items: tuple[Item, ...]) -> Clause | None:
    """The first production that fits; a word of correction at the start fits them all."""
    for skipped in range(len(items)):
        if (clause := produced(items[skipped:])) is not None:
            mends = any(item.may(Role.CORRECT, Role.NO, Role.WRONG) for item in items[:skipped])
            return _corrected(clause) if mends else clause
        denied = items[skipped].may(Role.NO) and any(item.may(Role.DROP) for item in items[skipped + 1 : skipped + 2])
        if denied or not items[skipped].may(*_SKIPPED, *BREAKS):
            return None  # 不取消: what is denied is not done
    return Clause() if all(item.may(Role.CORRECT, Role.WANT, *BREAKS) for item in items) else None


# -- beside every clause


def _days(items: Sequence[Item]) -> tuple[list[Item], list[tuple[Item, str]]]:
    """The items without days and the words that lead to them, and each day with what is said of it."""
    rest: list[Item] = []
    days: list[tuple[Item, str]] = []
    behind_day = False
    for at, item in enumerate(items):
        ordered, behind_day = behind_day and item.may(Role.ORDER_WORD), item.letters == DAY
        if item.letters == DAY:
            rest = rest[:-1] if rest and _leads_to_day(rest[-1]) else rest
            days.append((item, _said_of(items, at)))
        elif not ordered:
            rest.append(item)
    return rest, _from_to(items, days)


def _leads_to_day(item: Item) -> bool:
    return item.may(Role.TO, Role.FROM) and not item.may(Role.SET)


def _from_to(items: Sequence[Item], days: list[tuple[Item, str]]) -> list[tuple[Item, str]]:
    """ "move thursday's to friday", "friday instead of thursday": one of two days is the order's own."""
    if len(days) != 2 or any(points != "deliver" for _, points in days):
        return days
    between = [item for item in items if days[0][0].end <= item.start < days[1][0].start]
    own = 1 if any(item.may(Role.INSTEAD_OF, Role.NOT) for item in between) else 0
    return [(item, "own" if at == own else points) for at, (item, points) in enumerate(days)]


def _said_of(items: Sequence[Item], at: int) -> str:
    if any(item.may(Role.KEEP) for item in items):
        return "keep"
    before, after = items[at - 1 : at], items[at + 1 : at + 2]
    beside = any(item.may(Role.FROM) for item in before) or any(item.may(Role.ORDER_WORD) for item in after)
    whole = any(item.may(Role.DROP, Role.REMOVE, Role.REFUSE) for item in items)
    return "order" if beside or (whole and not any(item.letters == GOODS for item in items)) else "deliver"


def _note(items: Sequence[Item]) -> tuple[list[Item], tuple[tuple[int, int], ...]]:
    """A note runs from its first words to the end of the clause; words nobody knows belong to it."""
    at = next((at for at, item in enumerate(items) if item.may(Role.NOTE)), None)
    if at is None:
        return list(items), ()
    head, tail = list(items[:at]), list(items[at:])
    if any(item.letters == GOODS for item in tail) and any(item.letters == AMOUNT for item in tail):
        return list(items), ()
    while head and head[-1].may(*_LEADS_TO_NOTE) and not head[-1].may(*_CARRIES):
        tail = [head.pop(), *tail]
    return head, ((tail[0].start, tail[-1].end),)


def _exceptions(items: Sequence[Item]) -> tuple[list[Item], tuple[Item, ...]]:
    """ "everything except the foil", "all but the foil", 除了锡纸以外, "foil thavira": the goods beside the word are left alone."""
    at = next((at for at, item in enumerate(items) if item.may(Role.EXCEPT)), None)
    if at is None:
        return list(items), ()
    end = _end_of_goods(items, at + 1)
    start = at
    if end == at + 1:
        while start and items[start - 1].letters in (GOODS, *BREAKS):
            start -= 1
    goods = tuple(item for item in items[start:end] if item.letters == GOODS)
    if start and any(item.letters == WEAK for item in items[end:]):
        return list(items), ()  # "everything is fine except the soap, make it 6": two clauses
    rest = [item for item in (*items[:start], *items[end:]) if not item.may(Role.EXCEPT)]
    return (_of_all(rest), goods) if goods else (list(items), ())


def _of_all(items: list[Item]) -> list[Item]:
    """ "remove all but the foil": what is done is done to every other line, where no goods are named for it."""
    if not items or any(item.may(GOODS, Role.POINTER) for item in items):
        return items
    return [*items, Item(Role.POINTER, items[-1].end, items[-1].end, meanings={Role.POINTER: "all"})]


def _end_of_goods(items: Sequence[Item], start: int) -> int:
    """Where a row of goods ends that commas and joints may part."""
    end = start
    for at in range(start, len(items)):
        if items[at].letters == GOODS:
            end = at + 1
        elif items[at].letters not in BREAKS:
            break
    return end


def _but_for(clause: Clause, excepted: tuple[Item, ...], named: bool) -> Clause:
    """The clause without those goods: what says to cancel or refuse all takes out the others."""
    if not excepted:
        return clause
    if named and clause.op in (None, Op.WISH) and clause.amount is None and not clause.marks:
        return replace(
            clause, op=Op.WISH, goods=excepted
        )  # "everything is fine except the soap": it is what is spoken of
    if clause.marks & {Mark.DROP, Mark.REFUSE}:
        clause = replace(clause, op=Op.REMOVE, marks=clause.marks - {Mark.DROP, Mark.REFUSE})
    return replace(clause, excepted=(*clause.excepted, *excepted))


# -- across clauses


def _carried(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """ "remove the liner and the foil", "make box 5, foil 3", "lids down to 500, cups too": as the clause before does."""
    before: Clause | None = None
    listed = tuple(_with_exceptions(tuple(_of_listed(clauses))))
    for clause in _restated(tuple(_joined(tuple(_of_orders(listed))))):
        if before is not None and clause.op is Op.WISH and not clause.corrects:
            clause = _as_before(clause, before)
        yield clause
        before = clause if clause.op is not None else before


def _of_listed(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """ "the bags and the liner, double both": what is done is done to the goods named before it."""
    named: list[Clause] = []
    for place, clause in enumerate(map(_without_pointer, clauses)):
        pointed = clause.listed and not any(item.mention for item in clause.goods)
        if _only_names(clause):
            named.append(clause)
        elif pointed and place and _says_nothing(clause):
            continue
        elif named and pointed:
            yield _done_to(clause, named)
            named = []
        else:
            yield from (*named, clause)
            named = []
    yield from named


def _without_pointer(clause: Clause) -> Clause:
    """ "liner and box double both", 垫纸和盒子都加倍: beside goods that are named, "both" names no others."""
    named = tuple(item for item in clause.goods if item.mention is not None)
    others = [item for item in clause.goods if item.meanings.get(Role.POINTER) not in (None, "all", *LISTED)]
    return replace(clause, goods=named) if named and not others else clause


def _only_names(clause: Clause) -> bool:
    """ "the bags": goods, and nothing that is said of them yet."""
    silent = not (clause.marks or clause.days or clause.notes or clause.references or clause.excepted or clause.also)
    bare = clause.op is Op.WISH and clause.amount is None and not clause.vague
    return silent and bare and bool(clause.goods) and all(item.mention is not None for item in clause.goods)


def _says_nothing(clause: Clause) -> bool:
    """ "cancel the vase and the foam, both": the word alone."""
    return clause.op is Op.WISH and clause.amount is None and not clause.vague


def _done_to(clause: Clause, named: Sequence[Clause]) -> Clause:
    goods = tuple(item for other in named for item in other.goods)
    clause = replace(clause, goods=goods, start=named[0].start)
    if clause.marks & {Mark.DROP, Mark.REFUSE}:
        return replace(clause, op=Op.REMOVE, marks=clause.marks - {Mark.DROP, Mark.REFUSE, Mark.ALL_NAMED})
    return replace(clause, op=Op.SET if clause.op is Op.WISH else clause.op)


def _joined(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """ "no red roses, want white" is a swap; "more roses, add 2 bunch" one addition."""
    rest = list(clauses)
    while rest:
        clause, behind = rest.pop(0), rest[0] if rest else None
        if behind is not None and (one := _as_one(clause, behind)) is not None:
            rest[0] = one
        else:
            yield clause


def _as_one(clause: Clause, behind: Clause) -> Clause | None:
    if (one := _counted_behind(clause, behind)) is not None:
        return one
    named = len(clause.goods) == 1 and clause.goods[0].letters == GOODS and clause.amount is None
    wanted = behind.op is Op.WISH and behind.wants and len(behind.goods) == 1 and behind.amount is None
    if named and clause.retells and behind.op is Op.WISH and behind.goods and behind.amount is not None:
        return replace(
            behind, op=Op.SET, corrects=True, retells=True, mends=True, start=clause.start
        )  # "I mean the lids, 2 ctn 80mm"
    if named and wanted and clause.op is Op.REMOVE:
        return replace(behind, op=Op.SWAP, instead=clause.goods[0], start=clause.start)
    if named and clause.op is Op.WISH and clause.wants and _takes_out_one(behind):
        return replace(clause, op=Op.SWAP, instead=behind.goods[0], end=behind.end)
    if (
        named
        and clause.op in (Op.ADD, Op.WISH)
        and behind.op is Op.ADD
        and not behind.goods
        and behind.amount is not None
    ):
        return replace(behind, goods=clause.goods, start=clause.start, more=True)
    return None


def _counted_behind(clause: Clause, behind: Clause) -> Clause | None:
    """ "change the tape to foam, 5 packets": how many of the new goods."""
    counts = behind.op in (Op.WISH, Op.SET) and behind.amount is not None and not behind.goods
    if not counts or clause.instead is None or clause.amount is not None:
        return None
    return replace(clause, amount=behind.amount, days=(*clause.days, *behind.days), end=behind.end)


def _with_exceptions(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """ "double everything, except the foil": an exception that stands alone is one of the clause beside it."""
    alone = tuple(item for clause in clauses if clause.op is None for item in clause.excepted)
    for clause in clauses:
        if clause.op is not None:
            yield replace(clause, excepted=(*clause.excepted, *alone))
        elif not clause.excepted or len(clauses) == 1:
            yield clause


def _of_orders(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """ "keep the friday one, cancel the other": beside an order that is kept, the other is an order."""
    kept = any(where == "keep" for clause in clauses for _, where in clause.days)
    for clause in clauses:
        other = clause.op is Op.REMOVE and any(item.meanings.get(Role.POINTER) == "other" for item in clause.goods)
        yield replace(clause, op=None, goods=(), marks=clause.marks | {Mark.DROP}) if kept and other else clause


def _takes_out_one(clause: Clause) -> bool:
    sole = len(clause.goods) == 1 and clause.goods[0].letters == GOODS
    return clause.op is Op.REMOVE and sole and clause.amount is None


def _restated(clauses: Sequence[Clause]) -> list[Clause]:
    """ "1 dozen L and 1 dozen M instead": what stands before a clause that sets by its last word is set as well; where
    the last word takes off, it may be said of all that is listed before it."""
    done: list[Clause] = []
    for clause in reversed(clauses):
        behind = done[0] if done else None
        listed = clause.op is Op.WISH and clause.amount is not None and bool(clause.goods) and not clause.also
        done.insert(0, _led_by(clause, behind) if behind is not None and listed else clause)
    return done


def _led_by(clause: Clause, behind: Clause) -> Clause:
    if behind.op is Op.SUB and (behind.closes or behind.doubtful) and behind.amount is not None:
        return replace(clause, op=Op.SUB, doubtful=True)
    sets = behind.op is Op.SET and not behind.leads and behind.amount is not None
    return replace(clause, op=Op.SET) if sets else clause


def _as_before(clause: Clause, before: Clause) -> Clause:
    if clause.amount is None and any(item.meanings.get(Role.POINTER) == "other" for item in clause.goods):
        return replace(clause, op=Op.KEEP)  # "take out the butter, rest ok"
    if before.op is Op.KEEP and clause.amount is None:
        return replace(clause, op=Op.KEEP, marks=before.marks)
    if clause.also and clause.amount is None:
        return replace(clause, op=before.op, amount=before.amount, factor=before.factor)
    if clause.amount is not None and clause.goods and before.op is Op.SET and before.amount is not None:
        return replace(clause, op=Op.SET)
    if not before.leads:
        return clause
    if clause.amount is None and before.op in (Op.REMOVE, Op.SCALE):
        return replace(clause, op=before.op, factor=before.factor, leads=True)
    if clause.amount is not None and before.op in (Op.SET, Op.ADD):
        return replace(clause, op=before.op, leads=True)
    return clause
