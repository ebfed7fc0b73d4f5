"""How amounts, prices and the lines of an order are written in every language, and what a change did to them."""

from __future__ import annotations

from decimal import Decimal

from bot.catalog.units import label
from bot.channels.text import BULLET
from bot.decision import OrderWrite
from bot.ordering.pricing import OrderLine
from bot.situation import OrderView

NO_BREAK = "\u00a0"
"""Between a currency and its amount: a narrow screen would break them apart."""
NEW, GONE, TO = "➕", "➖", "→"


def money(amount: Decimal, currency: str) -> str:
    return f"{currency}{NO_BREAK}{amount:,.2f}"


def price_each(price: Decimal, currency: str) -> str:
    """Two decimals, or as many as it has."""
    return f"{currency}{NO_BREAK}{_decimals(price)}"


def _decimals(price: Decimal) -> str:
    return f"{price.normalize():f}" if price != round(price, 2) else f"{price:.2f}"


def number(quantity: Decimal) -> str:
    """1,000 or 2.5, without trailing zeros."""
    return f"{quantity.normalize():,f}"


def order_line(line: OrderLine, currency: str) -> str:
    """ "• 2 ctn = 200 pcs Pizza Box 10 inch × SGD 0.28 = SGD 56.00"."""
    packs = f"{_packs(line)} = " if line.pack_unit else ""
    amount = f"{number(line.quantity)} {label(line.unit)}"
    return (
        f"{BULLET}{packs}{amount} {line.name} × {price_each(line.unit_price, currency)} = {money(line.total, currency)}"
    )


def order_lines(order: OrderWrite | OrderView, currency: str) -> str:
    """All lines, one below the other; where an order that was placed is changed, with what is new, different or gone."""
    before = changed_from(order)
    old = {line.sku: line for line in before.lines} if before else {}
    shown = [order_line(line, currency) + (_mark(line, old.get(line.sku)) if before else "") for line in order.lines]
    kept = {line.sku for line in order.lines}
    return "\n".join(
        [*shown, *(f"{GONE} {_shortly(line)} {line.name}" for sku, line in old.items() if sku not in kept)]
    )


def changed_from(order: OrderWrite | OrderView) -> OrderView | None:
    """The placed order that this one changes; None for a new one, and for a draft, which is shown as it is."""
    before = order.before if isinstance(order, OrderWrite) else None
    return None if before is None or before.is_draft else before


def _mark(line: OrderLine, old: OrderLine | None) -> str:
    if old is None:
        return f" {NEW}"
    return "" if old.quantity == line.quantity else f" ({_shortly(old)} {TO} {_shortly(line)})"


def _shortly(line: OrderLine) -> str:
    return _packs(line) if line.pack_unit else f"{number(line.quantity)} {label(line.unit)}"


def _packs(line: OrderLine) -> str:
    return f"{number(line.pack_quantity or Decimal(0))} {label(line.pack_unit or '')}"
