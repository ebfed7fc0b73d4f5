"""Amounts that are said not to be meant, of a message that is no change: "the napkin 5 not 8" puts something right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.language.change_words import Role
from bot.understanding.change_items import AMOUNT, Item, items_of, says
from bot.understanding.message_facts import Facts

_SAYS_NOT = (Role.NOT, Role.NOT_BEHIND)
_BETWEEN = frozenset({Role.SET, Role.WANT, Role.RIGHT})


def denied_amounts(facts: Facts) -> tuple[str, ...]:
    """The words of a correction whose wrong amount stands nowhere else: where it is no change, nobody knows what it corrects.

    "8 ctn box, sorry 5 not 8" puts its own words right and is none; "300 not 200 like last time" says where the other was.
    """
    if facts.cues.has("repeat") or not any(says(facts, role) for role in _SAYS_NOT):
        return ()
    items = [item for item in items_of(facts) if not _BETWEEN.issuperset(item.letters)]
    amounts = [item for item in items if item.letters == AMOUNT]
    found = [
        (wrong, span)
        for wrong, span in _denials(items)
        if not any(_same(wrong, other) for other in amounts if other is not wrong)
    ]
    return tuple(facts.folded.quote(first.start, last.end) for _, (first, last) in found)


def _denials(items: Sequence[Item]) -> Iterator[tuple[Item, tuple[Item, Item]]]:
    """The amounts said to be wrong, each beside the right one: "5 not 8", "not 8, 5", "8 illa 5"."""
    for first, middle, last in zip(items, items[1:], items[2:], strict=False):
        if first.letters == last.letters == AMOUNT and middle.may(Role.NOT):
            yield last, (first, last)
        elif first.letters == last.letters == AMOUNT and middle.may(Role.NOT_BEHIND):
            yield first, (first, last)
        elif first.may(Role.NOT) and middle.letters == AMOUNT and last.letters == AMOUNT:
            yield middle, (first, last)


def _same(one: Item, other: Item) -> bool:
    mine, theirs = one.quantity, other.quantity
    return mine is not None and theirs is not None and mine.value == theirs.value
