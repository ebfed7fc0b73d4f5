"""Where the reading of a message stands: the items so far, the last of them open, and what waits for the next."""

from __future__ import annotations

from typing import Any, NamedTuple

from bot.understanding.spans import Mention, Quantity

STRENGTH = {
    "": 0,
    "w": 1,
    "x": 2,
    "=": 3,
    "d": 4,
    "-": 5,
    ":": 6,
    "(": 7,
    "/": 8,
    ")": 9,
    "+": 10,
    "and": 11,
    ",": 12,
    ".": 13,
    "n": 14,
}
FREE = {"word": "w", "day": "d", "noise": "w", "mark": "w", "x": "x", "explained": "w"}
"""Elements that are passed over for nothing, and what they leave between goods and amounts."""
OWED_GOODS, OWED_AMOUNT, OWED_UNKNOWN = 2.5, 4.0, 0.5
STRONG = ("n", ".")
MEDIUM = (",", "n", ".")


class Item(NamedTuple):
    """Goods with the amount said for them; either may be missing."""

    goods: Mention | None = None
    amount: Quantity | None = None
    op: str = ""
    negated: bool = False
    corrects: bool = False
    told: bool = False
    form: str = ""
    """ "G", "Q", "GQ" or "QG": what it holds, in the order in which it was said."""
    after: str = ""
    """The mark right behind it."""
    instead: Mention | None = None
    no_amount: Quantity | None = None
    start: int = 0
    ran_out: bool = False
    every: bool = False
    borrowed: Mention | None = None
    sentence: int = 0
    turn: bool = False
    """Has its amount from a row of amounts behind a row of goods."""
    added: bool = False
    """Its amount is a sum, the last part of it said behind the goods."""
    joined: bool = False
    """An "and" stands before it."""


class State(NamedTuple):
    """Where the reading of a message stands."""

    item: Item = Item()
    before: tuple[Any, ...] = ()
    """The items before, as (item, those before it)."""
    gap: str = ""
    habit: str = ""
    op: str = ""
    negates: bool = False
    corrects: bool = False
    told: bool = False
    each: bool = False
    to: str = ""
    every: bool = False
    ran_out: bool = False
    sentence: int = 0
    last_goods: Mention | None = None
    debt: float = 0.0
    """What the items left open behind will cost when the reading is closed: paths are compared with it."""
    share: Quantity | None = None
    """ "3 cartons each of": the amount of all the goods that follow."""
    joined: bool = False


class Move(NamedTuple):
    """One way on: the features that score it, and the state that it leads to."""

    features: tuple[str, ...]
    state: State


def owed(item: Item) -> float:
    """What an item costs about, that is left without its goods or its amount."""
    if item.told or item.negated or item.op in ("remove", "swap", "double", "halve") or item.after == ":":
        return 0.0
    if item.form == "G":
        return OWED_UNKNOWN if item.goods is not None and item.goods.unknown else OWED_GOODS
    return OWED_AMOUNT if item.form == "Q" and item.amount is not None and not item.amount.loose else 0.0


def open_item(state: State, item: Item, last_goods: Mention | None = None, *, each: bool | None = None) -> State:
    """A new item behind the one that was open. Written out, because the search calls it more than anything else."""
    opened = Item(
        goods=item.goods, amount=item.amount, op=state.op or item.op, negated=state.negates, corrects=state.corrects,
        told=state.told, form=item.form, start=item.start, ran_out=state.ran_out, every=state.every,
        borrowed=item.borrowed, sentence=state.sentence, joined=state.joined,
    )  # fmt: skip
    return State(
        item=opened, before=(state.item, state.before) if state.item.form else state.before, habit=state.habit,
        told=state.told, each=state.each if each is None else each, sentence=state.sentence,
        last_goods=last_goods or state.last_goods, debt=state.debt + owed(state.item), share=state.share,
    )  # fmt: skip


def shared(state: State) -> State:
    """ "forks, spoons and knives 2 pkt each": the amount is that of all the goods right before as well."""
    amount = state.item.amount
    if amount is None or state.item.goods is None:
        return state
    row, passed = state.before, []
    while (
        row
        and row[0].form == "G"
        and row[0].after != ":"
        and row[0].sentence == state.item.sentence
        and not row[0].negated
    ):
        passed.append(row[0]._replace(amount=amount, form="GQ", op=state.item.op or row[0].op))
        row = row[1]
    for item in reversed(passed):
        row = (item, row)
    return state._replace(before=row, debt=max(0.0, state.debt - OWED_GOODS * len(passed)))
