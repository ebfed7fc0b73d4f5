"""Reads the items of a message as statements about an order that is there: one table of productions.

A clause is written down as the letters of its items; the first production that fits all of it says what it means. A message
is read when every clause of it is, every item has been used, and nothing in it is unexplained. Otherwise this reads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from bot.language.change_words import Role
from bot.understanding.change_items import AMOUNT, BREAKS, DAY, GOODS, REFERENCE, STOP, UNKNOWN, Item
from bot.understanding.statements import Mark, Op

MAX_ITEMS = 24
"""A longer message is a list of wishes, not a change."""
MAX_CLAUSES = 6
HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause as it was read: what is done, and the items that say with what."""

    op: Op | None = None
    goods: tuple[Item, ...] = ()
    amount: Item | None = None
    instead: Item | None = None
    wrong: Item | None = None
    """The amount said not to be meant."""
    factor: Decimal | None = None
    excepted: tuple[Item, ...] = ()
    """Goods that are left as they are, of "everything except the foil"."""
    shift: int = 0
    """Days later, or earlier, than the order has it."""
    vague: bool = False
    also: bool = False
    more: bool = False
    """ "2 more", "another": of what is there already."""
    marks: frozenset[Mark] = frozenset()
    days: tuple[tuple[Item, str], ...] = ()
    """Days with what is said of each: "deliver", "order", "keep"."""
    references: tuple[Item, ...] = ()
    notes: tuple[tuple[int, int], ...] = ()
    """Characters of notes about the delivery."""
    corrects: bool = False
    leads: bool = False
    """The word that says what is done stands before the goods, so that it may be said of those that follow as well."""
    start: int = 0
    end: int = 0


Found = Mapping[str, Sequence[Item]]
Meaning = Callable[[Found], Clause]


# -- what a clause means


def _op(op: Op) -> Meaning:
    def meaning(found: Found) -> Clause:
        return Clause(op, tuple(found.get("goods", ())), _one(found, "amount"))

    return meaning


def _scale(found: Found) -> Clause:
    word = found["scale"][0]
    return Clause(Op.SCALE, tuple(found.get("goods", ())), factor=Decimal(word.meanings[Role.SCALE]))


def _not(found: Found) -> Clause:
    return Clause(Op.SET, tuple(found.get("goods", ())), _one(found, "amount"), wrong=_one(found, "wrong"))


def _swap(found: Found) -> Clause:
    return Clause(Op.SWAP, tuple(found["goods"]), _one(found, "amount"), instead=_one(found, "instead"))


def _vaguely(op: Op) -> Meaning:
    def meaning(found: Found) -> Clause:
        return Clause(op, tuple(found.get("goods", ())), vague=True)

    return meaning


def _add_to(found: Found) -> Clause:
    """ "foil add 2": of the goods named first, as one speaks of what is there."""
    return replace(_op(Op.ADD)(found), more=True)


def _remove_pointed(found: Found) -> Clause:
    """ "delete everything" is to cancel."""
    goods = found["goods"][0]
    if goods.meanings.get(Role.POINTER) == "all":
        return Clause(marks=frozenset({Mark.DROP}))
    return Clause(Op.REMOVE, (goods,))


def _but(op: Op) -> Meaning:
    """ "double everything except the foil", "cancel all but the foil"."""

    def meaning(found: Found) -> Clause:
        factor = Decimal(found["scale"][0].meanings[Role.SCALE]) if "scale" in found else None
        return Clause(op, tuple(found.get("goods", ())), factor=factor, excepted=tuple(found["except"]))

    return meaning


def _shift(found: Found) -> Clause:
    return Clause(marks=frozenset({Mark.MOVE}), shift=int(found["days"][0].meanings[Role.SHIFT]))


def _unit(found: Found) -> Clause:
    return Clause(Op.SET, tuple(found.get("goods", ())), found["unit"][0])


def _mark(*marks: Mark) -> Meaning:
    def meaning(found: Found) -> Clause:
        return Clause(marks=frozenset(marks))

    return meaning


def _one(found: Found, name: str) -> Item | None:
    items = found.get(name, ())
    return items[0] if items else None


# The letters are those of change_words.Role, and G goods, Q an amount, P a pointer or goods. Lower case before an equals sign
# names what is found; "?", "*" and "+" count as in a regular expression. The first that fits wins.
PRODUCTIONS: tuple[tuple[str, Meaning], ...] = (
    # the amount, not another
    ("[sA]* goods=P? [sA]* amount=Q t? goods=P? [sZ]* n+ [sA]* wrong=Q s*", _not),
    ("goods=P? s* amount=Q goods=P? i wrong=Q", _not),
    ("amount=Q [sZ]* n+ wrong=Q t? goods=P", _not),
    ("[wsA]* goods=P? [wsA]* F wrong=Q [tsw]+ amount=Q [sZ]*", _not),
    ("[no]+ s* wrong=Q [As]* amount=Q goods=P? [sZ]*", _not),
    ("i wrong=Q [As]* amount=Q goods=P? s*", _not),
    ("goods=P? wrong=Q d s* amount=Q [sZ]*", _not),
    ("goods=P wrong=Q n s+ amount=Q s*", _not),
    ("goods=P d [sZA]* amount=Q [sZA]*", _op(Op.SET)),
    # these goods in place of those
    ("[As]* amount=Q? goods=G amount=Q? [sZ]* n+ s* instead=G s*", _swap),
    ("n+ s* instead=G [sA]* amount=Q? goods=G amount=Q? [sZ]*", _swap),
    ("i instead=P [sA]* amount=Q? goods=G amount=Q? e? s*", _swap),
    ("[sA]* amount=Q? goods=G amount=Q? i instead=P e? s*", _swap),
    ("tight [Aw]* w instead=P [ts]+ amount=Q? goods=G amount=Q? e? s*", _swap),
    ("tight A* instead=P [tws]* [ws] [tws]* amount=Q? goods=G e? s*", _swap),
    ("instead=P d [sA]* amount=Q? goods=G s*", _swap),
    ("tight [sw]+ t* goods=G e? s*", _swap),
    ("tight goods=G e? s+", _swap),
    # the amount it shall be
    ("[sA]* s [sA]* goods=P? amount=Q [sZ]*", _op(Op.SET)),
    ("[sA]* s [sA]* amount=Q goods=G [sZ]*", _op(Op.SET)),
    ("[Aa]* goods=P? s* amount=Q [sZ]+", _op(Op.SET)),
    ("A* amount=Q goods=P [sZ]+", _op(Op.SET)),
    ("A* goods=P [sA]+ amount=Q [sZ]*", _op(Op.SET)),
    ("A* w goods=P? [ts]* amount=Q s*", _op(Op.SET)),
    ("goods=P w [ts]* amount=Q s*", _op(Op.SET)),
    ("goods=P t amount=Q", _op(Op.SET)),
    ("[uax] goods=P? [ts]+ amount=Q s*", _op(Op.SET)),
    ("goods=P [ua] [ts]+ amount=Q s*", _op(Op.SET)),
    # the unit it shall be
    ("[sA]* goods=P? [sA]* unit=M n+ [sA]* M", _unit),
    ("n+ M [sAo]* unit=M s*", _unit),
    ("M d [sA]* unit=M", _unit),
    ("[sc]+ unit=M", _unit),
    ("goods=P s+ unit=M", _unit),
    # twice as much, half of it
    ("[sA]* scale=x s* goods=p K except=G+", _but(Op.SCALE)),
    ("[sA]* goods=p K except=G+ s* scale=x", _but(Op.SCALE)),
    ("K except=G+ K? A* goods=p s* scale=x", _but(Op.SCALE)),
    ("[rkf]+ goods=p? K except=G+", _but(Op.REMOVE)),
    ("A* goods=p K except=G+ [rkf]+", _but(Op.REMOVE)),
    ("K except=G+ K? A* goods=p [rkf]+", _but(Op.REMOVE)),
    ("[sAu]* scale=x [stAw]* goods=P* [sZ]*", _scale),
    ("[Au]* goods=P+ [sAw]* [tY]? scale=x [sZ]*", _scale),
    # more
    ("[kA]* [aA]* a A* amount=Q [at]* goods=P? [as]*", _op(Op.ADD)),
    ("[kA]* amount=Q a+ t? goods=P? s*", _op(Op.ADD)),
    ("[Aa]* amount=Q goods=P a+", _op(Op.ADD)),
    ("A* goods=P A* a* Y? amount=Q a+", _add_to),
    ("A* goods=P A* a+ Y? amount=Q", _add_to),
    ("a+ goods=P Y? amount=Q", _op(Op.ADD)),
    ("a+ goods=G", _op(Op.ADD)),
    # less
    ("A* v? u+ Y? amount=Q t? goods=P? u*", _op(Op.SUB)),
    ("A* amount=Q u+ t? goods=P?", _op(Op.SUB)),
    ("A* u+ goods=P Y? amount=Q u*", _op(Op.SUB)),
    ("A* goods=P u+ Y? amount=Q u*", _op(Op.SUB)),
    ("A* goods=P amount=Q u+", _op(Op.SUB)),
    ("[rk] amount=Q goods=P", _op(Op.SUB)),
    ("goods=P [rk] amount=Q", _op(Op.SUB)),
    ("v u t? goods=P?", _vaguely(Op.SUB)),
    ("u v t? goods=P?", _vaguely(Op.SUB)),
    ("goods=P v? u v?", _vaguely(Op.SUB)),
    ("v a t? goods=P?", _vaguely(Op.ADD)),
    # none of it
    ("[rkfA]* [rkf] goods=G+", _op(Op.REMOVE)),
    ("A* goods=G+ [rkf]+", _op(Op.REMOVE)),
    ("[on]+ A* goods=G", _op(Op.REMOVE)),
    ("f amount=Q goods=P", _op(Op.SUB)),
    ("r+ goods=p", _remove_pointed),
    ("goods=p r+", _remove_pointed),
    ("[kf] goods=#", _op(Op.REMOVE)),
    ("goods=# [kf]+", _op(Op.REMOVE)),
    ("u+ goods=P", _vaguely(Op.SUB)),
    # a day later
    ("[bAw]* days=J [bp]*", _shift),
    ("p b* days=J", _shift),
    # the whole order
    ("[okA]* k [kf]* p? z+ p?", _mark(Mark.DROP, Mark.ANEW)),
    ("[okpA]* k [kfp]*", _mark(Mark.DROP)),
    ("[ofpAam]* f [fpm]*", _mark(Mark.REFUSE)),
    ("[yo]* y p?", _mark(Mark.KEEP)),
    ("p y", _mark(Mark.KEEP)),
    ("y goods=G", _mark(Mark.KEEP)),
    ("goods=G+ y", _mark(Mark.KEEP)),
    ("z+ p?", _mark(Mark.ANEW)),
    ("g+", _mark(Mark.WRONG_CHAT)),
    ("[mo]* m m*", _mark(Mark.NOTHING_MORE)),
    ("[oqcpA]* q [qpts]*", _mark(Mark.WAIT)),
    ("o+", _mark(Mark.REJECT)),
    # wishes
    ("z* A* amount=Q goods=P", _op(Op.WISH)),
    ("z* A* goods=P A* amount=Q", _op(Op.WISH)),
    ("z* A* amount=Q", _op(Op.WISH)),
    ("z* A* goods=P Z*", _op(Op.WISH)),
)


# -- matching


def parse(items: Sequence[Item]) -> tuple[Clause, ...] | None:
    """The clauses of the message in order, or None where any of it has no reading."""
    if not items or len(items) > MAX_ITEMS:
        return None
    if _is_note(items):
        return (Clause(notes=((items[0].start, items[-1].end),), start=items[0].start, end=items[-1].end),)
    items = _without_asides(items)
    sentences = _split(items, STOP)
    read = [_sentence(sentence) for sentence in sentences]
    if any(clauses is None for clauses in read):
        return None
    return tuple(_carried([said for clauses in read if clauses is not None for said in clauses]))


def _is_note(items: Sequence[Item]) -> bool:
    """ "our lift is broken, use the back stairs": words nobody knows around words about the delivery, and nothing else."""
    first = next((item for item in items if not item.may(*_LEADS_TO_NOTE)), None)
    if first is not None and first.meanings.get(Role.NOTE) == "place":
        return not any(item.letters == GOODS for item in items)
    if not any(item.may(Role.NOTE) for item in items) or not any(item.letters == UNKNOWN for item in items):
        return False
    return all(item.may(Role.NOTE, UNKNOWN, *_LEADS_TO_NOTE, *BREAKS, STOP) for item in items)


def _without_asides(items: Sequence[Item]) -> list[Item]:
    """ "triple the foil, weekend promo": a stretch between marks of nothing but words nobody knows says nothing of the change.
    It is left over, and asked about."""
    stretches: list[list[Item]] = [[]]
    for item in items:
        if item.letters in (STOP, ","):
            stretches += [[item], []]
        else:
            stretches[-1].append(item)
    kept = [part for part in stretches if not part or any(item.letters != UNKNOWN for item in part)]
    return [item for part in kept for item in part]


def _split(items: Sequence[Item], *letters: str) -> list[list[Item]]:
    parts: list[list[Item]] = [[]]
    for item in items:
        if item.letters in letters:
            parts.append([])
        else:
            parts[-1].append(item)
    return [part for part in parts if part]


def _sentence(items: Sequence[Item]) -> list[Clause] | None:
    """The fewest clauses that use every item; they are parted at commas and joints, or before a word that does something."""
    best: list[list[Clause] | None] = [[]] + [None] * len(items)
    for end in range(1, len(items) + 1):
        if items[end - 1].letters in BREAKS and best[end - 1] is not None:
            best[end] = best[end - 1]
        for start in range(end):
            before = best[start]
            if before is None or len(before) >= MAX_CLAUSES or not _may_part(items, start):
                continue
            said = _clause(items[start:end])
            known = best[end]
            if said is not None and (known is None or len(before) + 1 < len(known)):
                best[end] = [*before, said]
    return best[-1]


def _may_part(items: Sequence[Item], at: int) -> bool:
    """At a comma or a joint, or right before a word that does something."""
    if at == 0 or items[at - 1].letters in BREAKS:
        return True
    return items[at].may(*_BEGINS)


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
_CARRIES = (Role.ADD, Role.SET, Role.REMOVE, Role.DROP, Role.REFUSE, Role.SCALE, Role.NO)
_DAY_WORDS = (Role.MOVE, Role.TO, Role.BY, Role.SET, Role.WANT, Role.CORRECT, Role.SWAP, Role.ADD)


def _clause(items: Sequence[Item]) -> Clause | None:
    """One clause, without what is said of days, papers and the delivery, which every clause may have beside it."""
    rest = _within(items)
    if not rest:
        return None
    rest, days = _days(rest)
    references = tuple(item for item in rest if item.letters == REFERENCE)
    rest, note = _note([item for item in rest if item.letters != REFERENCE])
    if any(item.letters == UNKNOWN for item in rest):
        return None
    corrects = bool(rest) and rest[0].may(Role.CORRECT, Role.NO) and len(rest) > 1
    while len(rest) > 1 and rest[-1].letters == Role.CORRECT:  # "6 trays sorry"
        rest, corrects = _within(rest[:-1]), True
    said = _meaning(rest, beside=bool(days or references or note))
    if said is None or (note and said.op is Op.WISH):
        return None
    said = _halved(replace(said, op=Op.SET) if corrects and said.op is Op.WISH and said.amount else said)
    moves = bool(days) and any(item.meanings.get(Role.MOVE) == "move" for item in items)
    marks = said.marks | ({Mark.MOVE} if moves else frozenset())
    marks |= {Mark.ANEW} if any(item.may(Role.ANEW) for item in rest) else frozenset()
    return replace(
        said, marks=marks, days=tuple(days), references=references, notes=note, corrects=corrects or said.corrects,
        more=said.more or any(item.meanings.get(Role.ADD) in ("more", "one") for item in rest), leads=_leads(rest),
        start=items[0].start, end=items[-1].end,
    )  # fmt: skip


def _halved(said: Clause) -> Clause:
    """ "half", "everything half": of what is there, where no goods are named."""
    quantity = said.amount.quantity if said.amount is not None else None
    bare = said.op is Op.WISH and not any(item.letters == GOODS for item in said.goods)
    if not bare or quantity is None or quantity.unit is not None or quantity.value != HALF:
        return said
    return replace(said, op=Op.SCALE, amount=None, factor=HALF)


def _within(items: Sequence[Item]) -> list[Item]:
    """The items without the commas and joints at either end."""
    inner = [at for at, item in enumerate(items) if item.letters not in BREAKS]
    return list(items[inner[0] : inner[-1] + 1]) if inner else []


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
    said = _produced(tuple(core))
    if said is None or not also:
        return said
    return replace(said, also=True, op=Op.ADD if said.op is Op.WISH and said.amount else said.op)


def _produced(items: tuple[Item, ...]) -> Clause | None:
    """The first production that fits; a word of correction at the start fits them all."""
    for skipped in range(len(items)):
        letters = "".join(f"<{item.letters}>" for item in items[skipped:])
        if match := _productions().fullmatch(letters):
            place = int((match.lastgroup or "").removeprefix("p"))
            said = PRODUCTIONS[place][1](_found(match, place, items[skipped:]))
            return _corrected(said, items[:skipped])
        if not items[skipped].may(Role.CORRECT, Role.NO, Role.WANT, *BREAKS):
            return None
    return Clause() if all(item.may(Role.CORRECT, Role.WANT, *BREAKS) for item in items) else None


def _corrected(said: Clause, before: Sequence[Item]) -> Clause:
    """ "no 6", "sorry, 6": after a word of correction an amount is what it shall be."""
    if not any(item.may(Role.CORRECT, Role.NO) for item in before):
        return said
    return replace(said, op=Op.SET if said.op is Op.WISH and said.amount else said.op, corrects=True)


def _found(match: re.Match[str], place: int, items: Sequence[Item]) -> Found:
    """The items behind each name of the production at `place`, in order."""
    starts: dict[int, Item] = {}
    position = 0
    for item in items:
        starts[position] = item
        position += len(item.letters) + 2
    found: dict[str, list[Item]] = {}
    for group, name in _named(place):
        start, end = match.span(group)
        inside = [item for at, item in starts.items() if start <= at < end and item.letters not in BREAKS]
        found.setdefault(name, []).extend(inside)
    return found


@cache
def _productions() -> re.Pattern[str]:
    """All productions as one pattern; the outermost group of the one that fits says which."""
    return re.compile("|".join(f"(?P<p{place}>{_written(place)})" for place in range(len(PRODUCTIONS))))


@cache
def _named(place: int) -> tuple[tuple[str, str], ...]:
    """The groups of a production, with what each finds."""
    atoms = _atoms(place)
    return tuple((f"g{place}_{at}", atom["name"]) for at, atom in enumerate(atoms) if atom["name"])


def _written(place: int) -> str:
    """A production as a regular expression over the letters of the items."""
    across = "" if PRODUCTIONS[place][0].startswith(TIGHT) else ACROSS
    parts = []
    for at, atom in enumerate(_atoms(place)):
        item = rf"(?:<[^<>]*{_letters(atom['atom'])}[^<>]*>{across}){atom['count']}"
        parts.append(f"(?P<g{place}_{at}>{item})" if atom["name"] else item)
    return "".join(parts)


def _atoms(place: int) -> list[re.Match[str]]:
    production = PRODUCTIONS[place][0]
    atoms = [_ATOM.fullmatch(written) for written in production.removeprefix(TIGHT).split()]
    if any(atom is None for atom in atoms):
        raise ValueError(f"not a production: {production}")
    return [atom for atom in atoms if atom is not None]


TIGHT = "tight "
"""Of a production: nothing may stand between its items; others reach across a comma or a joint."""
ACROSS = "(?:<[,&]>)*"
_ATOM = re.compile(r"(?:(?P<name>[a-z]+)=)?(?P<atom>\[[A-Za-z]+\]|[A-Za-z#])(?P<count>[?*+]?)")


def _letters(atom: str) -> str:
    """P is a pointer or goods, # a pointer with a place ("the last item")."""
    return f"[{GOODS}{Role.POINTER}]" if atom == "P" else atom


# -- beside every clause


def _days(items: Sequence[Item]) -> tuple[list[Item], list[tuple[Item, str]]]:
    """The items without days and the words that lead to them, and each day with what is said of it."""
    rest: list[Item] = []
    days: list[tuple[Item, str]] = []
    skip = False
    for at, item in enumerate(items):
        if skip:
            skip = False
            continue
        if item.letters != DAY:
            rest.append(item)
            continue
        after = items[at + 1] if at + 1 < len(items) else None
        ordered = after is not None and after.may(Role.ORDER_WORD)
        before = rest[-1] if rest else None
        led = before is not None and before.may(Role.TO, Role.FROM) and not before.may(Role.SET)
        days.append((item, _said_of(items, at, ordered)))
        rest = rest[:-1] if led else rest
        skip = ordered
    return rest, _from_to(items, days)


def _from_to(items: Sequence[Item], days: list[tuple[Item, str]]) -> list[tuple[Item, str]]:
    """ "move thursday's to friday", "friday instead of thursday": one of two days is the order's own."""
    if len(days) != 2 or any(points != "deliver" for _, points in days):
        return days
    between = [item for item in items if days[0][0].end <= item.start < days[1][0].start]
    own = 1 if any(item.may(Role.INSTEAD_OF, Role.NOT) for item in between) else 0
    return [(item, "order" if at == own else points) for at, (item, points) in enumerate(days)]


def _said_of(items: Sequence[Item], at: int, ordered: bool) -> str:
    if any(item.may(Role.KEEP) for item in items):
        return "keep"
    before = items[at - 1] if at else None
    leaves = before is not None and before.may(Role.FROM)
    whole = any(item.may(Role.DROP, Role.REMOVE, Role.REFUSE) for item in items)
    whole &= not any(item.letters == GOODS for item in items)
    return "order" if ordered or leaves or whole else "deliver"


_LEADS_TO_NOTE = (UNKNOWN, Role.TO, Role.WANT, Role.POINTER, Role.ORDER_WORD, Role.MOVE, Role.VAGUE, Role.ALSO)


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


# -- across clauses


def _carried(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """ "remove the liner and the foil", "make box 5, foil 3", "lids down to 500, cups too": as the clause before does."""
    before: Clause | None = None
    for said in clauses:
        if before is not None and said.op is Op.WISH and not said.corrects:
            said = _as_before(said, before)
        yield said
        before = said if said.op is not None or Mark.KEEP in said.marks else before


def _as_before(said: Clause, before: Clause) -> Clause:
    if Mark.KEEP in before.marks and said.amount is None:
        return Clause(marks=before.marks, start=said.start, end=said.end)
    if said.also and said.amount is None:
        return replace(said, op=before.op, amount=before.amount, factor=before.factor)
    if not before.leads:
        return said
    if said.amount is None and before.op in (Op.REMOVE, Op.SCALE):
        return replace(said, op=before.op, factor=before.factor, leads=True)
    if said.amount is not None and before.op in (Op.SET, Op.ADD):
        return replace(said, op=before.op, leads=True)
    return said
