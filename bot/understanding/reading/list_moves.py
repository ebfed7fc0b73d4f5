"""What an amount or a unit may do to several goods said before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.understanding.reading.matching import Matching
from bot.understanding.reading.pieces import Piece
from bot.understanding.reading.states import OWED_GOODS, Item, Move, State

LONGEST_TURN = 12
BETWEEN = frozenset({"", "w", ",", "/", "and", ":", "-", "("})


def in_turn(state: State, piece: Piece, match: Matching) -> Iterator[Move]:
    """ "forks, spoons and knives 3, 2 and 1 packets": as many amounts as goods, each for its own."""
    amount = piece.amount
    assert amount is not None
    plain = amount.value is not None and not (amount.odd or amount.op or amount.parts or amount.each or amount.loose)
    if not plain or state.negates or state.corrects or state.told or state.op or state.gap not in BETWEEN:
        return
    waiting = _waiting(state)
    if not waiting:
        return
    first, later = waiting[-1], waiting[:-1]
    filled = first._replace(amount=amount, form="GQ", turn=True)
    begun = _in_turn(state, len(waiting))
    if not (begun or later):
        return
    place = "one" if not later else "next" if begun else "first"
    row = _behind(state, len(waiting))
    if place == "one":
        row, filled = _one_unit(row, filled)
    debt = state.debt - OWED_GOODS if later else state.debt
    yield Move(
        (f"turn|{place}", f"turn|{state.gap}", f"give|{piece.form}", f"fit|{match.fit(first.goods, amount)}"),
        _rebuilt(state, [filled, *reversed(later)], row)._replace(gap="", habit="GQ", debt=max(0.0, debt)),
    )


def _row(state: State) -> Iterator[Item]:
    """The items from the open one back."""
    yield state.item
    row = state.before
    while row:
        yield row[0]
        row = row[1]


def _waiting(state: State) -> list[Item]:
    """The goods right before that have no amount yet, the last said first."""
    found: list[Item] = []
    for item in _row(state):
        known = item.form == "G" and item.goods is not None and not item.goods.unknown
        if (
            not known
            or item.negated
            or item.told
            or item.op
            or item.sentence != state.item.sentence
            or len(found) == LONGEST_TURN
        ):
            break
        if found and item.after in ("", ":"):
            break
        found.append(item)
    return found


def _behind(state: State, count: int) -> tuple[Any, ...]:
    """The row without its last `count` items."""
    row: tuple[Any, ...] = (state.item, state.before)
    for _ in range(count):
        row = row[1]
    return row


def _in_turn(state: State, count: int) -> bool:
    row = _behind(state, count)
    return bool(row) and row[0].turn and row[0].sentence == state.item.sentence


def _one_unit(row: tuple[Any, ...], last: Item) -> tuple[tuple[Any, ...], Item]:
    """The unit said with the last amount is that of all."""
    assert last.amount is not None
    unit = last.amount.unit
    turned: list[Item] = []
    while row and row[0].turn and row[0].sentence == last.sentence:
        turned.append(row[0])
        row = row[1]
    bare = unit is not None and all(item.amount is not None and item.amount.unit is None for item in turned)
    for item in reversed(turned):
        row = (item._replace(amount=replace(item.amount, unit=unit)) if bare and item.amount else item, row)
    return row, last


def _rebuilt(state: State, items: list[Item], row: tuple[Any, ...]) -> State:
    """The state with `items`, the last of them open, behind `row`."""
    for item in items[:-1]:
        row = (item, row)
    return state._replace(item=items[-1], before=row)


def unit_for_all(state: State, piece: Piece) -> Iterator[Move]:
    """ "fork 3, spoon 3, all in packets": one unit for every bare number before it."""
    assert piece.amount is not None
    unit = piece.amount.unit
    items = [_counted_in(item, unit) for item in _row(state) if item.form]
    if items:
        yield Move(("all_in",), _rebuilt(state, items[::-1], ())._replace(gap="w"))


def _counted_in(item: Item, unit: str | None) -> Item:
    if item.amount is None or item.amount.unit is not None or item.amount.parts or item.goods is None:
        return item
    return item._replace(amount=replace(item.amount, unit=unit))
