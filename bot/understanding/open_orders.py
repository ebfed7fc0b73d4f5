"""Which of the orders that are open a message speaks of: by number, by day, by its place, by goods that only one has."""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalog.index import CatalogIndex
from bot.understanding.book import Book
from bot.understanding.intent import Basket, Context
from bot.understanding.meant_lines import lines_meant
from bot.understanding.statements import Frame, Op, Points, Reading, Statement

_OF_A_LINE = frozenset({Op.SET, Op.SUB, Op.REMOVE, Op.SCALE, Op.SWAP})


def open_baskets(context: Context) -> tuple[Basket, ...]:
    """The placed orders that can still be changed, the oldest first."""
    if context.orders:
        return tuple(order for order in context.orders if order.is_open)
    last = context.last_order
    return (last,) if last is not None and last.is_open else ()


def something_open(context: Context) -> bool:
    """Whether a draft, a question or a placed order is there for a message to follow up on."""
    return bool(context.draft or context.pending or open_baskets(context))


def meant_orders(reading: Reading, context: Context, index: CatalogIndex) -> tuple[Basket, ...]:
    """The orders that the message may be about: one is taken, several are asked about.

    A draft is what is spoken of, unless words point at a placed order.
    """
    placed = open_baskets(context)
    every = _every(context)
    for way in (_by_number, _by_place, _by_day):
        if found := way(reading.frame, every):
            return found
    held = tuple(basket for basket in every if _holds_all(basket, reading.statements, index))
    if context.draft is not None and (context.draft in held or not held):
        return (context.draft,)
    if len(held) == 1 or not placed:
        return held or placed
    return _by_delivery(reading, held or placed)


def _by_number(frame: Frame, baskets: Sequence[Basket]) -> tuple[Basket, ...]:
    numbers = {_digits(number) for number in frame.order_ids}
    return tuple(basket for basket in baskets if basket.order_id and _digits(basket.order_id) in numbers)


def strange_numbers(frame: Frame, context: Context) -> tuple[str, ...]:
    """Numbers of orders that none of those that are open has: whatever is done to another one needs a YES."""
    known = {_digits(basket.order_id) for basket in _every(context) if basket.order_id}
    return tuple(number for number in frame.order_ids if _digits(number) not in known)


def _every(context: Context) -> tuple[Basket, ...]:
    return ((context.draft,) if context.draft is not None else ()) + open_baskets(context)


def _digits(number: str) -> str:
    return "".join(char for char in number if char.isdigit())


def _by_place(frame: Frame, baskets: Sequence[Basket]) -> tuple[Basket, ...]:
    at = frame.order_place - 1 if frame.order_place > 0 else len(baskets) + frame.order_place
    return (baskets[at],) if frame.order_place and 0 <= at < len(baskets) else ()


def _by_day(frame: Frame, baskets: Sequence[Basket]) -> tuple[Basket, ...]:
    """ "the thursday order"; "keep the friday one" leaves the others."""
    days = {said.day for said in frame.days if said.points is Points.ORDER and not said.kept}
    kept = {said.day for said in frame.days if said.kept}
    on_day = tuple(basket for basket in baskets if basket.delivery_date in days and basket.delivery_date is not None)
    if on_day or not kept:
        return on_day
    left = tuple(basket for basket in baskets if basket.delivery_date not in kept)
    return left if len(left) < len(baskets) else ()


def _holds_all(basket: Basket, statements: Sequence[Statement], index: CatalogIndex) -> bool:
    """Whether the order has a line for everything that is changed, swapped or taken out."""
    book = Book.of(basket)
    wanted = [said.instead or said.goods for said in statements if said.op in _OF_A_LINE or _definite(said)]
    return all(goods is None or goods.pointer is not None or lines_meant(goods, book, index) for goods in wanted)


def _definite(said: Statement) -> bool:
    """ "the bleach, 1 more"."""
    return said.goods is not None and said.goods.definite


def _by_delivery(reading: Reading, baskets: tuple[Basket, ...]) -> tuple[Basket, ...]:
    """ "add 2 ctn foil for thursday": the order of that day; a day that is asked for moves the one that is not on it."""
    day = reading.day
    if day is None:
        return baskets
    on_day = tuple(basket for basket in baskets if basket.delivery_date == day)
    if reading.statements:
        return on_day or baskets
    elsewhere = tuple(basket for basket in baskets if basket not in on_day)
    return elsewhere if len(elsewhere) == 1 else baskets
