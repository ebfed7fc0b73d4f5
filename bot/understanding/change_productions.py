"""What a clause about an order that is there may look like: one table of productions over the letters of its items.

A clause is written down as the letters of its items (change_words.Role, and G goods, Q an amount, M a unit, P a pointer or
goods, # a pointer with a place, @ a word from the old to the new); the first production that fits all of it says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from bot.language.change_words import LISTED, Role
from bot.understanding.change_items import BREAKS, GOODS, Item
from bot.understanding.statements import Mark, Op


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
    retells: bool = False
    """ "I mean ...": put in the place of what was said before, whichever line that was of."""
    mends: bool = False
    """Words of correction that are more than a hesitation ("oh, ...")."""
    wants: bool = False
    """Words of want or need."""
    closes: bool = False
    """The word that takes something off stands last: it may be said of the goods listed before as well."""
    doubtful: bool = False
    """It may be meant otherwise, as where only the last word of a later clause says what is done: shown for a YES."""
    points: bool = False
    """ "it", also within words of moving: "send it on"."""
    listed: bool = False
    """Words for the goods named before it: "both", "all of them"."""
    leads: bool = False
    """The word that says what is done stands before the goods, so that it may be said of those that follow as well."""
    start: int = 0
    end: int = 0


Found = Mapping[str, Sequence[Item]]
Meaning = Callable[[Found], Clause]
TIGHT = "tight "
"""Of a production: nothing may stand between its items; others reach across a comma or a joint."""
ACROSS = "(?:<[,&]>)*"
_NAMED_BY = {**dict.fromkeys(("all", *LISTED), Mark.ALL_NAMED), "order": Mark.ORDER_NAMED}


# -- what a clause means


def _op(op: Op) -> Meaning:
    def meaning(found: Found) -> Clause:
        return Clause(op, tuple(found.get("goods", ())), _one(found, "amount"))

    return meaning


def _scale(found: Found) -> Clause:
    word = found["scale"][0]
    factor, added = Decimal(word.meanings[Role.SCALE]), Role.ADD in word.meanings
    return Clause(Op.SCALE, tuple(found.get("goods", ())), factor=factor, doubtful=added)


def _not(found: Found) -> Clause:
    return Clause(Op.SET, tuple(found.get("goods", ())), _one(found, "amount"), wrong=_one(found, "wrong"))


def _swap(found: Found) -> Clause:
    return Clause(Op.SWAP, tuple(found["goods"]), _one(found, "amount"), _one(found, "instead"), _one(found, "wrong"))


def _rest(found: Found) -> Clause:
    """ "balance 9 no need": so much less, where the rest of what was ordered is meant."""
    return replace(_op(Op.SUB)(found), doubtful=True)


def _vaguely(op: Op) -> Meaning:
    def meaning(found: Found) -> Clause:
        return Clause(op, tuple(found.get("goods", ())), vague=True)

    return meaning


def _add_to(found: Found) -> Clause:
    """ "foil add 2": of the goods named first, as one speaks of what is there."""
    return replace(_op(Op.ADD)(found), more=True)


def _drop(found: Found) -> Clause:
    """ "cancel", "delete everything"; "cancel the rest" takes out what is not spoken of."""
    others = [item for item in found.get("goods", ()) if item.meanings.get(Role.POINTER) == "other"]
    return Clause(Op.REMOVE, (others[0],)) if others else Clause(marks=frozenset({Mark.DROP, *_dropped(found)}))


def _dropped(found: Found) -> Iterator[Mark]:
    """What is dropped, where it is named."""
    said = {item.meanings.get(Role.POINTER) for item in found.get("goods", ())}
    said |= {item.meanings.get(Role.DROP) for item in found.get("drop", ())}
    yield from (mark for meaning, mark in _NAMED_BY.items() if meaning in said)


def _refuse(found: Found) -> Clause:
    """ "no need", "we dont want it": perhaps the whole order; "rest never mind" takes out what is not spoken of."""
    others = [item for item in found.get("goods", ()) if item.meanings.get(Role.POINTER) == "other"]
    return Clause(Op.REMOVE, (others[0],)) if others else Clause(marks=frozenset({Mark.REFUSE}))


def _remove_pointed(found: Found) -> Clause:
    goods = found["goods"][0]
    if goods.meanings.get(Role.POINTER) in ("all", "every"):
        return Clause(marks=frozenset({Mark.DROP, Mark.ALL_NAMED}))
    return Clause(Op.REMOVE, (goods,))


def _only(found: Found) -> Clause:
    """ "only keep the paper": everything else goes."""
    return Clause(Op.REMOVE, excepted=tuple(found["except"]))


def _shift(found: Found) -> Clause:
    return Clause(marks=frozenset({Mark.MOVE}), shift=int(found["days"][0].meanings[Role.SHIFT]))


def _unit(found: Found) -> Clause:
    return Clause(Op.SET, tuple(found.get("goods", ())), found["unit"][0])


def _mark(*marks: Mark) -> Meaning:
    def meaning(found: Found) -> Clause:
        return Clause(marks=frozenset(marks))

    return meaning


def _keep(found: Found) -> Clause:
    return Clause(Op.KEEP if "goods" in found else None, tuple(found.get("goods", ())), marks=frozenset({Mark.KEEP}))


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
    ("[wsA]* goods=P? [wsA]* F wrong=Q [tsw]+ amount=Q t? goods=P? [sZ]*", _not),
    ("[wsuA]* goods=P? [wsuA]* wrong=Q [tsw]+ amount=Q [sZ]*", _not),
    ("A* wrong=Q goods=P [tws]+ amount=Q [sZ]*", _not),
    ("tight [wsuA]+ wrong=Q goods=P t amount=Q [sZ]*", _not),
    ("[no]+ s* wrong=Q [As]* amount=Q goods=P? [sZ]*", _not),
    ("A* goods=P [no]+ s* wrong=Q [As]* amount=Q [sZ]*", _not),
    ("i wrong=Q [As]* amount=Q goods=P? s*", _not),
    ("n+ wrong=Q goods=P [As]* amount=Q", _not),
    ("goods=P? wrong=Q [dV]+ [sA]* amount=Q [sZ]*", _not),
    ("goods=P wrong=Q n s+ amount=Q s*", _not),
    ("goods=P d [sZA]* amount=Q [sZA]*", _op(Op.SET)),
    ("d t? goods=P [sZA]* amount=Q [sZA]*", _op(Op.SET)),
    # the unit it shall be
    ("[sA]* goods=P? [sA]* unit=M n+ [sA]* M", _unit),
    ("[sA]* goods=P? [sA]* amount=Q [sZ]* n+ [sA]* M", _op(Op.SET)),
    ("n+ M [sAo]* unit=M s*", _unit),
    ("goods=P? M [dV] [sA]* unit=M", _unit),
    ("[sc]+ unit=M", _unit),
    ("goods=P s+ unit=M", _unit),
    # these goods in place of those
    ("[As]* amount=Q? goods=G amount=Q? [sZ]* n+ s* instead=G s*", _swap),
    ("n+ s* instead=G [sA]* amount=Q? goods=G amount=Q? [sZ]*", _swap),
    ("i instead=P [sA]* amount=Q? goods=G amount=Q? e? s*", _swap),
    ("[sA]* amount=Q? goods=G amount=Q? i instead=P e? s*", _swap),
    ("[sA]* goods=G [in]+ wrong=Q s*", _swap),
    ("P s+ goods=G n+ instead=G", _swap),
    ("tight [Aw]* w P [ts]+ goods=G [in]+ instead=G", _swap),
    ("w+ amount=Q goods=P [ts]+ G", _vaguely(Op.SUB)),
    ("goods=G [in]+ instead=G t P", _swap),
    ("tight [Aw]* w instead=P [ts]+ amount=Q? goods=G amount=Q? e? s*", _swap),
    ("tight A* instead=P [tws]* [ws] [tws]* amount=Q? goods=G amount=Q? e? s*", _swap),
    ("tight A* instead=P @ amount=Q? goods=G amount=Q? e? s*", _swap),
    ("instead=P d [sA]* amount=Q? goods=G [As]*", _swap),
    ("d t? instead=G [sA]* amount=Q? goods=G [As]*", _swap),
    ("instead=P V [sA]* amount=Q? goods=G [As]*", _swap),
    ("tight [sw]+ t* goods=G e? s*", _swap),
    ("tight goods=G e? s+", _swap),
    # the amount it shall be
    ("[sA]* s [sA]* goods=P? amount=Q [sZ]*", _op(Op.SET)),
    ("[sA]* s [sA]* amount=Q goods=G [sZ]*", _op(Op.SET)),
    ("A* a A* goods=P A* amount=Q A+", _add_to),
    ("A* a+ A* amount=Q [sZ]+", _op(Op.ADD)),
    ("[Aa]* goods=P? s* amount=Q [sZ]+", _op(Op.SET)),
    ("A* amount=Q goods=P [sZ]+", _op(Op.SET)),
    ("A* goods=P [sA]+ amount=Q [sZ]*", _op(Op.SET)),
    ("A* w goods=P? [ts]* amount=Q s*", _op(Op.SET)),
    ("goods=P w [ts]* amount=Q s*", _op(Op.SET)),
    ("goods=P t amount=Q", _op(Op.SET)),
    ("[uax] goods=P? [ts]+ amount=Q s*", _op(Op.SET)),
    ("goods=P [ua] [ts]+ amount=Q s*", _op(Op.SET)),
    ("y goods=P [st]* amount=Q", _op(Op.SET)),
    # twice as much, half of it
    ("[sAu]* scale=x [stAw]* goods=[GpW]* [sZ]*", _scale),
    ("[Au]* goods=[GpW]+ [sAw]* [tY]? scale=x [sZ]*", _scale),
    # more
    ("[kA]* [aA]* a A* amount=Q [at]* goods=P? [as]*", _op(Op.ADD)),
    ("[kA]* amount=Q a+ t? goods=P? s*", _op(Op.ADD)),
    ("[Aa]* amount=Q goods=P a+ A*", _op(Op.ADD)),
    ("A* goods=P A* a* Y? amount=Q a+ A*", _add_to),
    ("A* goods=P A* a+ Y? amount=Q A*", _add_to),
    ("a+ goods=P Y? amount=Q", _op(Op.ADD)),
    ("a+ goods=G", _op(Op.ADD)),
    # less
    ("A* v? u+ Y? amount=Q t? goods=P? u*", _op(Op.SUB)),
    ("A* amount=Q u+ t? goods=P?", _op(Op.SUB)),
    ("A* u+ goods=P Y? amount=Q u*", _op(Op.SUB)),
    ("A* goods=P u+ Y? amount=Q u*", _op(Op.SUB)),
    ("A* goods=P amount=Q u+", _op(Op.SUB)),
    ("A* amount=Q goods=P u+", _op(Op.SUB)),
    ("p amount=Q [frk]+", _rest),
    ("[rk] amount=Q goods=P", _op(Op.SUB)),
    ("A* goods=P A* amount=Q [rk]+", _op(Op.SUB)),
    ("A* amount=Q goods=P [rk]+", _op(Op.SUB)),
    ("goods=P [rk] amount=Q", _op(Op.SUB)),
    ("[vaA]* v [vaA]* u u? t? goods=P?", _vaguely(Op.SUB)),
    ("u+ [vA]* v t? goods=P?", _vaguely(Op.SUB)),
    ("goods=P v? u v?", _vaguely(Op.SUB)),
    ("[Aav]* v a+ t? goods=P?", _vaguely(Op.ADD)),
    ("[Aa]* a v a? t? goods=P?", _vaguely(Op.ADD)),
    ("a+", _vaguely(Op.ADD)),
    ("u+", _vaguely(Op.SUB)),
    # none of it
    ("[rkfA]* [rkf] goods=G+", _op(Op.REMOVE)),
    ("tight [rkfA]* [rkf] goods=G s", _op(Op.REMOVE)),
    ("A* p? goods=G+ [sZ]? [rkf]+", _op(Op.REMOVE)),
    ("[on]+ A* goods=G", _op(Op.REMOVE)),
    ("f amount=Q goods=P", _op(Op.SUB)),
    ("r+ goods=[pW]", _remove_pointed),
    ("goods=[pW] r+", _remove_pointed),
    ("[kf] goods=#", _op(Op.REMOVE)),
    ("goods=# [kf]+", _op(Op.REMOVE)),
    ("u+ goods=P", _vaguely(Op.SUB)),
    # a day later
    ("[bAw]* days=J [bpW]*", _shift),
    ("[pW] b* days=J", _shift),
    # what stays as it is
    ("[yo]* y [pWm]*", _keep),
    ("[pW] y", _keep),
    ("[sA]+ y except=G+", _only),
    ("y s except=G+", _only),
    ("y except=G+ s", _only),
    ("A* y goods=G+ y?", _keep),
    ("goods=G+ s* y", _keep),
    ("goods=G+ e", _keep),
    # the whole order
    ("[kA]* k [kf]* [pW]? z+ [pW]?", _mark(Mark.DROP, Mark.ANEW)),
    ("drop=[kA]* goods=[pW]* drop=[kA]* drop=k drop=[kf]* goods=[pW]* drop=[kfs]*", _drop),
    ("A* goods=p f+", _refuse),
    ("[ofpWAam]* f [fpWm]*", _mark(Mark.REFUSE)),
    ("z+ [pW]?", _mark(Mark.ANEW)),
    ("g+", _mark(Mark.WRONG_CHAT)),
    ("[mo]* m m*", _mark(Mark.NOTHING_MORE)),
    ("[ofpWA]* f [pW]* q+", _mark(Mark.WAIT)),
    ("[oqcpA]* q [qpts]*", _mark(Mark.WAIT)),
    ("o+", _mark(Mark.REJECT)),
    # wishes
    ("z* A* amount=Q goods=P", _op(Op.WISH)),
    ("z* A* goods=P A* amount=Q", _op(Op.WISH)),
    ("z* A* amount=Q", _op(Op.WISH)),
    ("z* A* goods=P [AZ]*", _op(Op.WISH)),
    ("P A+ goods=G", _op(Op.WISH)),
)


# -- matching


def produced(items: Sequence[Item]) -> Clause | None:
    """What the first production that fits all of the items says."""
    letters = "".join(f"<{item.letters}>" for item in items)
    if (match := _productions().fullmatch(letters)) is None:
        return None
    place = int((match.lastgroup or "").removeprefix("p"))
    return PRODUCTIONS[place][1](_found(match, place, items))


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
        if inside:
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


_ATOM = re.compile(r"(?:(?P<name>[a-z]+)=)?(?P<atom>\[[A-Za-z]+\]|[A-Za-z#@])(?P<count>[?*+]?)")


def _letters(atom: str) -> str:
    return f"[{GOODS}{Role.POINTER}]" if atom == "P" else atom
