"""What marks, cues and words that say nothing of goods do to the state of a reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.understanding.reading.pieces import Piece
from bot.understanding.reading.states import FREE, MEDIUM, STRENGTH, STRONG, Item, Move, State, shared


def mark(state: State, piece: Piece) -> Iterator[Move]:
    """A mark between elements: the strongest since the last goods or amount counts."""
    role = piece.role
    gap = role if STRENGTH[role] > STRENGTH[state.gap] else state.gap
    item = state.item if state.item.after or not state.item.form else state.item._replace(after=role)
    if role == ":" and state.negates and state.gap:
        yield Move(("lost|heading",), state._replace(gap=gap, item=item, negates=False))
    if role not in MEDIUM:
        yield Move((), state._replace(gap=gap, item=item))
        return
    lost: tuple[str, ...] = ("lost|neg",) if state.negates else ()
    strong = role in STRONG
    if strong and state.op:
        lost += ("lost|op." + state.op,)
    yield Move(
        lost,
        state._replace(
            gap=gap,
            item=item,
            negates=False,
            told=False,
            to="",
            ran_out=False,
            op="" if strong else state.op,
            corrects=state.corrects,
            sentence=state.sentence + strong,
            share=None if strong else state.share,
        ),
    )


def gap(state: State, piece: Piece) -> Iterator[Move]:
    """A token that is passed over."""
    form = piece.form
    found = FREE.get(form, "w")
    kept = found if STRENGTH[found] > STRENGTH[state.gap] else state.gap
    features = () if form in FREE else ("skip|" + form,)
    yield Move(features, state if kept == state.gap else state._replace(gap=kept))


def negate(state: State, piece: Piece) -> Iterator[Move]:
    yield Move((piece.form + "|ahead",), state._replace(negates=True))
    if _may_be_negated(state) and piece.form != "negate.instead":
        item = state.item._replace(negated=True)
        yield Move((piece.form + "|back|" + state.item.form, "back|" + state.gap), state._replace(item=item, gap="w"))


def _may_be_negated(state: State) -> bool:
    """Goods said before the word; not, before a comma, words that only may be goods: "we found another supplier, no need"."""
    goods = state.item.goods
    if goods is None or state.item.negated:
        return False
    chat = len(goods.parts) == 1 and goods.parts[0][2].has("filler")
    return state.gap in ("", "w") or bool(goods.sku or (goods.words and not chat))


def correct(state: State, piece: Piece) -> Iterator[Move]:
    yield Move(("correct|" + (state.item.form or "0"),), state._replace(corrects=True, negates=False))
    goods = state.item.goods
    if state.item.form == "G" and goods is not None and goods.unknown and not goods.words and state.before:
        # "2 boxes L gloves... hurm make it M": what is put right was said before the word nobody knows
        item, before = state.before
        yield Move(("correct|pop",), state._replace(item=item, before=before, corrects=True, negates=False))


def operation(state: State, piece: Piece, meaning: str) -> Iterator[Move]:
    if state.negates:
        yield Move(("negated|op",), state._replace(negates=False))
    yield Move((piece.form + "|ahead",), state._replace(op=meaning))
    if state.item.goods is not None and not state.item.op:
        item = state.item._replace(op=meaning)
        yield Move((piece.form + "|back|" + state.item.form, "opback|" + state.gap), state._replace(item=item))


def told(state: State, piece: Piece) -> Iterator[Move]:
    if not piece.form.endswith("behind"):
        yield Move((piece.form + "|ahead",), state._replace(told=True))
    near = ("", "w", ",") if piece.role == "stock" else ("", "w")
    if state.item.form and state.gap in near:
        yield Move((piece.form + "|back", "toldback|" + state.gap), state._replace(item=state.item._replace(told=True)))


def wished(state: State) -> State:
    """ "we have 2 ctn liner, need 3 more": a report ends where a wish begins, and the amount to come may be of its goods."""
    item = state.item
    if item.told and item.form == "G":
        item = item._replace(told=False, ran_out=True)
    return state._replace(told=False, item=item) if state.told or item is not state.item else state


def each(state: State, piece: Piece) -> Iterator[Move]:
    yield Move(("each|ahead",), state._replace(each=True))
    if state.item.amount is not None:
        item = state.item._replace(amount=replace(state.item.amount, each=True))
        yield Move(("each|back|" + state.gap,), shared(state._replace(item=item)))


def likewise(state: State, piece: Piece) -> Iterator[Move]:
    """ "lids down to 500, cups too": as much as the item before."""
    if state.item.form == "G" and not state.gap and state.before and state.before[0].amount is not None:
        other = state.before[0]
        item = state.item._replace(amount=other.amount, op=other.op, form="GQ")
        yield Move(("likewise",), state._replace(item=item))


def joined(state: State, piece: Piece) -> Iterator[Move]:
    """ "and": a mark between items."""
    kept = "and" if STRENGTH["and"] > STRENGTH[state.gap] else state.gap
    item = state.item if state.item.after or not state.item.form else state.item._replace(after="and")
    yield Move((), state._replace(gap=kept, negates=False, item=item, joined=True))


def both(state: State, piece: Piece) -> Iterator[Move]:
    """ "both 2 ctn": the amount to come is each one's."""
    yield Move(("both|ahead",), state._replace(each=True))


def every(state: State, piece: Piece) -> Iterator[Move]:
    """ "every size, 1 box": all that the goods to come may mean."""
    yield Move(("every|ahead",), state._replace(every=True))


def used_up(state: State, piece: Piece) -> Iterator[Move]:
    """ "out of foil": goods that are used up, not yet wanted."""
    yield Move(("ran_out|ahead",), state._replace(ran_out=True))
    if state.item.form == "G" and state.gap in ("", "w"):
        yield Move(("ran_out|back",), state._replace(item=state.item._replace(ran_out=True), gap="w"))


def idle(state: State, piece: Piece) -> Iterator[Move]:
    """A cue that changes nothing by itself."""
    yield Move((piece.form + "|ahead",), state)


def right(state: State, piece: Piece) -> Iterator[Move]:
    """ "... but 2 cartons is right": the amount just said replaces the one before."""
    other = state.before[0] if state.before else Item()
    if state.item.form == "Q" and other.amount is not None and other.goods is not None:
        fixed = other._replace(amount=state.item.amount, corrects=True)
        yield Move(("right",), state._replace(item=fixed, before=state.before[1], gap="w"))
