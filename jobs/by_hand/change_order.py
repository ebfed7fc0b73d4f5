"""A person changes or cancels an order: with a reason, in the order's history, audited before and after, and the customer is told.

The order's version must be the one that the person saw; it rises, so that a worker which was deciding with the order as it was is
fenced and decides again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from bot.decision import OrderWrite, Reply
from bot.errors import BadInputError
from bot.ordering.pricing import OrderLine, total_of
from bot.runtime import Runtime
from bot.situation import OrderView, Outlet
from jobs.by_hand import delivery_day, doubts, record_change, wanted_lines
from jobs.by_hand.wanted_lines import WantedLine
from jobs.order_rows import ORDER_JSON, OUTLET_JSON, order_view, outlet_of
from jobs.outbox.write import say_reply
from jobs.turn.write_order import DELETE_LINES, before_of, insert_lines
from models.order_status import OrderStatus

LONGEST_REASON = 300
CHANGEABLE = (OrderStatus.PLACED, OrderStatus.AWAITING_APPROVAL)

_ORDER = text(f"""
SELECT {ORDER_JSON} AS order, {OUTLET_JSON} AS outlet FROM orders q JOIN outlets o ON o.id = q.outlet_id
WHERE q.number = :number FOR UPDATE OF q
""")
_CHANGE = text("""
UPDATE orders SET subtotal = :subtotal, tax = :tax, total = :total, delivery_date = :delivery_date, version = version + 1
WHERE id = :id AND version = :version
""")
_CANCEL = text("UPDATE orders SET status = 'cancelled', version = version + 1 WHERE id = :id AND version = :version")


@dataclass(frozen=True, slots=True)
class Change:
    """What the order is to become. `version` is the one that the person saw."""

    number: str
    version: int
    lines: tuple[WantedLine, ...]
    delivery_date: date | None
    reason: str
    day_is_agreed: bool = False
    """Delivered on that day, though the outlet could not have ordered for it."""
    passed: frozenset[str] = frozenset()
    """Codes of the doubts that the person let pass."""


def change(runtime: Runtime, connection: Connection, wanted: Change, *, actor: str) -> int:
    """Writes it; the row to send. Lines that were there keep their price, new ones have today's.

    Raises BadInputError for what cannot be ordered, for a day that cannot be had unless it is agreed, for a change of nothing, and
    when somebody was faster; DoubtsLeftError for more than is in stock, unless it was let pass.
    """
    reason = _reason(wanted.reason)
    order, outlet = _changeable(connection, runtime, wanted.number, wanted.version)
    lines = wanted_lines.priced(runtime, connection, wanted.lines, outlet, {line.sku: line for line in order.lines})
    if not lines:
        raise BadInputError("an order without goods is a cancelled one: cancel it instead")
    day = wanted.delivery_date or order.delivery_date
    if [(ln.sku, ln.quantity) for ln in lines] == [
        (ln.sku, ln.quantity) for ln in order.lines
    ] and day == order.delivery_date:
        raise BadInputError("nothing was changed")
    agreed = None
    if day != order.delivery_date:
        agreed = delivery_day.check(day, runtime.clock(), outlet.delivery, all_the_same=wanted.day_is_agreed)
    doubts.refuse_left(doubts.of_stock(runtime, connection, lines, order.quantities), wanted.passed)
    write = _written(order, lines, day)
    _write(connection, order, write)
    passed = ", ".join(sorted(wanted.passed))
    detail = (
        _detail(write, order, reason) | ({"agreed": agreed} if agreed else {}) | ({"passed": passed} if passed else {})
    )
    _record(runtime, connection, order, "changed", detail, actor)
    return say_reply(
        connection, runtime.settings, order.conversation_id, Reply("changed_by_team", {"order": write, "reason": reason}), outlet.name
    )  # fmt: skip


def cancel(runtime: Runtime, connection: Connection, number: str, version: int, reason: str, *, actor: str) -> int:
    """The row to send. Raises BadInputError when it cannot be cancelled any more, or somebody was faster."""
    why = _reason(reason)
    order, outlet = _changeable(connection, runtime, number, version)
    if order.status != OrderStatus.PLACED:
        raise BadInputError(f"order {order.number} is not placed yet: decline it instead")
    connection.execute(_CANCEL, {"id": order.id, "version": order.version})
    _record(runtime, connection, order, "cancelled", {"reason": why, "status": "cancelled"}, actor)
    values = {"number": order.number, "reason": why}
    return say_reply(
        connection, runtime.settings, order.conversation_id, Reply("cancelled_by_team", values), outlet.name
    )


def _reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not words or len(words) > LONGEST_REASON:
        raise BadInputError(f"give a reason of 1 to {LONGEST_REASON} characters; the customer is told it")
    return words


def _changeable(connection: Connection, runtime: Runtime, number: str, version: int) -> tuple[OrderView, Outlet]:
    row = connection.execute(_ORDER, {"number": number.upper()}).one_or_none()
    if row is None:
        raise BadInputError(f"there is no order {number[:40]}")
    order = order_view(row.order)
    if order.version != version:
        raise BadInputError(f"order {order.number} was changed by somebody else meanwhile: look at it again")
    if order.status not in CHANGEABLE:
        raise BadInputError(f"order {order.number} is {order.status.replace('_', ' ')} and cannot be changed")
    return order, outlet_of(row.outlet, runtime.settings)


def _written(order: OrderView, lines: tuple[OrderLine, ...], day: date | None) -> OrderWrite:
    totals = total_of(lines, order.tax_rate or Decimal(0))
    return OrderWrite(
        order_id=order.id,
        version=order.version,
        status=order.status,
        outlet_id=order.outlet_id,
        lines=lines,
        totals=totals,
        delivery_date=day,
        notes=order.notes,
        events=("changed",),
        number=order.number,
        before=order,
    )


def _write(connection: Connection, order: OrderView, write: OrderWrite) -> None:
    totals = write.totals
    values = {"id": order.id, "version": order.version, "delivery_date": write.delivery_date}
    connection.execute(_CHANGE, values | {"subtotal": totals.subtotal, "tax": totals.tax, "total": totals.total})
    connection.execute(DELETE_LINES, {"order_id": order.id})
    insert_lines(connection, order.id, write.lines)


def _detail(write: OrderWrite, before: OrderView, reason: str) -> dict[str, Any]:
    return {
        "reason": reason,
        "status": write.status,
        "total": write.totals.total,
        "delivery_date": write.delivery_date,
        "lines": [[line.sku, line.quantity] for line in write.lines],
        "before": before_of(before),
    }


def _record(
    runtime: Runtime, connection: Connection, order: OrderView, kind: str, detail: dict[str, Any], actor: str
) -> None:
    """`order` is what it was before."""
    before = {"total": str(order.total), "lines": [[line.sku, str(line.quantity)] for line in order.lines]}
    after = {
        name: str(detail[name])
        for name in ("status", "total", "delivery_date", "agreed", "passed", "reason")
        if detail.get(name)
    }
    audited = {"before": before, "after": after}
    record_change.record(connection, runtime.settings, order.id, kind, detail, actor=actor, audited=audited)
