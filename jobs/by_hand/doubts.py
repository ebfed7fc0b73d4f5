"""What a person who writes an order by hand is shown first, and may let pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from bot.catalog.units import label
from bot.errors import BadInputError
from bot.ordering.pricing import OrderLine
from bot.runtime import Runtime
from jobs.reads.stock import stock_left

NOTHING_PROMISED: Mapping[str, Decimal] = {}


@dataclass(frozen=True, slots=True)
class Doubt:
    """`code` changes with what it is about, so that one that was let pass covers no other."""

    code: str
    words: str


class DoubtsLeftError(BadInputError):
    """What has to be let pass first, or changed."""

    def __init__(self, doubts: Sequence[Doubt]) -> None:
        self.doubts = tuple(doubts)
        super().__init__(f"{'; '.join(doubt.words for doubt in doubts)}: tick that it is meant so, or change it")


def refuse_left(doubts: Sequence[Doubt], passed: Collection[str]) -> None:
    """Raises DoubtsLeftError for those that nobody let pass."""
    if left := [doubt for doubt in doubts if doubt.code not in passed]:
        raise DoubtsLeftError(left)


def of_stock(
    runtime: Runtime, connection: Connection, lines: Sequence[OrderLine], promised: Mapping[str, Decimal] = NOTHING_PROMISED
) -> list[Doubt]:  # fmt: skip
    """Goods of which more is taken than is left of the stock that the accounting system counts. `promised` is what the order has
    of each already."""
    today = runtime.clock().astimezone(runtime.settings.zone).date()
    known = stock_left(connection, runtime.settings, today).items()
    left = {sku: max(there, Decimal(0)) for sku, there in known}
    wanted = [(line, line.quantity - promised.get(line.sku, Decimal(0))) for line in lines if line.sku in left]
    return [_short(line, more, left[line.sku]) for line, more in wanted if more > left[line.sku]]


def _short(line: OrderLine, more: Decimal, left: Decimal) -> Doubt:
    unit = label(line.unit)
    words = f"only {_plain(left)} {unit} of {line.name} are left in stock, and this takes {_plain(more)}"
    return Doubt(f"stock:{line.sku}:{_plain(left)}:{_plain(more)}", words)


def _plain(quantity: Decimal) -> str:
    """20 for 20.000."""
    return f"{quantity.normalize():f}"
