"""A row of a labelled set, as its JSON line has it: what every part of the swaps asks of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

Row = Mapping[str, Any]
"""One message of a labelled set; also a line, a question or an order in it."""


def context_of(row: Row) -> Row:
    """What the conversation holds; empty at its beginning."""
    return row["context"] or {}


def pending_of(row: Row) -> tuple[Row, ...]:
    """The questions that the bot has asked and that wait for their answer."""
    return tuple(context_of(row).get("pending") or ())


def orders_in(context: Row) -> list[Row]:
    """The draft, the last order and every order of the context."""
    return list(filter(None, (context.get("draft"), context.get("last_order"), *(context.get("orders") or ()))))


def order_meant(context: Row, kind: str, order_id: object = None) -> Row | None:
    """The order that a message of this kind is about: the one named, else the draft or the last order."""
    named = {order["order_id"]: order for order in context.get("orders") or ()}
    keys = ("last_order", "draft") if kind == "order.repeat" else ("draft", "last_order")
    return named.get(order_id) or next(filter(None, map(context.get, keys)), None)


def orders_of(row: Row) -> list[Row]:
    """The draft and every order of the conversation, each once."""
    orders = orders_in(context_of(row))
    return [order for at, order in enumerate(orders) if order not in orders[:at]]


def held_lines_of(row: Row) -> Iterator[Row]:
    """The lines of every order that the conversation holds."""
    return chain.from_iterable(order["lines"] for order in orders_of(row))


def changes_of(row: Row) -> tuple[Row, ...]:
    """The changes of an amended order, by its label."""
    return tuple(row["gold"].get("changes", ()))


def told_lines(row: Row) -> tuple[Row, ...]:
    """What the message itself says: the changes of an order, or else its lines."""
    return tuple(row["gold"].get("changes", row["gold"]["lines"]))


def parts_of(lines: Iterable[Row]) -> Iterator[Row]:
    """Each amount that was said of the lines: "2 ctn and 5 pcs" are two of one line."""
    return chain.from_iterable(line.get("parts") or [line] for line in lines)


def quantity_said(part: Row) -> Decimal | None:
    """The number that was said; None where none was."""
    said = part.get("quantity_said")
    return None if said is None else Decimal(str(said))


def number(value: Decimal) -> int | float:
    """A JSON number: whole where the amount is whole."""
    return int(value) if value == value.to_integral_value() else float(value)
