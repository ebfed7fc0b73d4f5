"""A person places an order for an outlet that called: the rows, prices and limits of an order by chat, and the contact is told.

What a customer would be asked about is shown to the person first, who may let it pass. The form's own id makes sending it twice
harmless. Above a limit the order waits for approval, as it does by chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from bot.decision import OrderWrite, Reply
from bot.errors import BadInputError
from bot.ordering.delivery import next_delivery
from bot.ordering.pricing import OrderLine, baskets_equal, total_of
from bot.runtime import Runtime
from bot.settings import Settings
from bot.situation import OrderView, Outlet
from jobs.by_hand import delivery_day, doubts, record_change, wanted_lines
from jobs.by_hand.doubts import Doubt
from jobs.by_hand.wanted_lines import WantedLine
from jobs.lease import release_statement
from jobs.order_rows import ORDER_JSON, OUTLET_JSON, order_view, outlet_of
from jobs.outbox.conversation import conversation_with
from jobs.outbox.write import say_reply
from jobs.reads.tax import rate_in_force
from jobs.turn.write_order import INSERT_ORDER, insert_lines
from models.order_status import OrderStatus

LONGEST_WORDS = 300
"""Of the reason and of the note for the delivery."""

_OUTLET = text(f"SELECT {OUTLET_JSON} AS outlet FROM outlets o WHERE o.code = :code AND o.is_active")
_OPEN_ORDERS = text(f"""
SELECT {ORDER_JSON} AS order FROM orders q
WHERE q.outlet_id = :outlet_id AND q.status IN ('placed', 'awaiting_approval') AND q.delivery_date >= :today AND NOT q.is_synthetic
ORDER BY q.delivery_date, q.id
""")
_CONTACTS = text("""
SELECT k.id, k.channel, k.address, k.display_name, k.last_inbound_at FROM contact_outlets b JOIN contacts k ON k.id = b.contact_id
WHERE b.outlet_id = :outlet_id AND NOT k.is_synthetic ORDER BY k.last_inbound_at DESC NULLS LAST, k.id
""")
# Whoever was deciding in this conversation decides again, with the new order before them.
_FENCE = text(
    release_statement(
        due_at="CASE WHEN c.lease_until IS NULL THEN c.due_at ELSE now() END",
        where="c.id = :id",
        fence=True,
        returning="c.channel",
    )
)
_PLACED_BEFORE = text("""
SELECT q.number, q.status FROM conversation_messages m JOIN orders q ON q.message_id = m.id
WHERE m.conversation_id = :id AND m.payload ->> 'form' = :form
""")
_NUMBER = text("SELECT 'SO-' || nextval('order_numbers')")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to place. `form` is the id of the form that was filled in; `passed` are the doubts that they let pass."""

    outlet: str
    contact_id: int
    lines: tuple[WantedLine, ...]
    delivery_date: date | None
    notes: str
    reason: str
    form: str
    passed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Told:
    """A contact of the outlet, who can be told of the order."""

    id: int
    channel: str
    address: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """The outlet, whom of it can be told, what it has open already, and its next delivery."""

    outlet: Outlet
    contacts: tuple[Told, ...]
    open_orders: tuple[OrderView, ...]
    next_day: date | None


@dataclass(frozen=True, slots=True)
class Proposed:
    """The order as it would be. `limit` names the limit it is above."""

    place: Place
    order: OrderWrite
    limit: str | None
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """`message_id` is the row to send; None when this form had placed the order before."""

    number: str
    message_id: int | None
    waits_for_approval: bool


def place_of(runtime: Runtime, connection: Connection, code: str) -> Place:
    """Raises BadInputError when there is no such outlet that orders."""
    row = connection.execute(_OUTLET, {"code": code}).one_or_none()
    if row is None:
        raise BadInputError(f"there is no outlet {code[:40]} that orders")
    outlet, now = outlet_of(row.outlet, runtime.settings), runtime.clock()
    today = now.astimezone(runtime.settings.zone).date()
    orders = connection.execute(_OPEN_ORDERS, {"outlet_id": outlet.id, "today": today}).scalars()
    contacts = connection.execute(_CONTACTS, {"outlet_id": outlet.id})
    return Place(
        outlet,
        tuple(Told(row.id, row.channel, row.address, row.display_name) for row in contacts),
        tuple(order_view(raw) for raw in orders),
        next_delivery(now, outlet.delivery),
    )


def propose(runtime: Runtime, connection: Connection, wanted: Wanted) -> Proposed:
    """What would be placed, priced. Writes nothing. Raises BadInputError for what cannot be ordered."""
    place = place_of(runtime, connection, wanted.outlet)
    _words(wanted)
    lines = wanted_lines.priced(runtime, connection, wanted.lines, place.outlet)
    if not lines:
        raise BadInputError("write at least one product with its amount")
    today = runtime.clock().astimezone(runtime.settings.zone).date()
    rate = rate_in_force(connection, today)
    totals = total_of(lines, runtime.settings.tax_rate if rate is None else rate)
    limit = _limit(runtime.settings, wanted.lines, lines, totals.total)
    status = OrderStatus.AWAITING_APPROVAL if limit else OrderStatus.PLACED
    order = OrderWrite(
        order_id=None, version=0, status=status.value, outlet_id=place.outlet.id, lines=lines, totals=totals,
        delivery_date=wanted.delivery_date or place.next_day, notes=" ".join(wanted.notes.split()), events=(),
    )  # fmt: skip
    return Proposed(place, order, limit, tuple(_doubts(runtime, connection, place, order)))


def place(runtime: Runtime, connection: Connection, wanted: Wanted, *, actor: str) -> Placed:
    """Places it and writes the words to the contact. Raises BadInputError for what cannot be ordered, and for doubts left."""
    proposed = propose(runtime, connection, wanted)
    told = next((each for each in proposed.place.contacts if each.id == wanted.contact_id), None)
    if told is None:
        raise BadInputError("choose who is told: one of the outlet's own contacts")
    conversation_id = conversation_with(connection, runtime.settings, told.id, told.channel)
    channel = connection.execute(_FENCE, {"id": conversation_id}).scalar_one()
    before = connection.execute(_PLACED_BEFORE, {"id": conversation_id, "form": wanted.form}).one_or_none()
    if before is not None:
        return Placed(before.number, None, before.status == OrderStatus.AWAITING_APPROVAL)
    doubts.refuse_left(proposed.doubts, wanted.passed)
    order = replace(proposed.order, number=connection.execute(_NUMBER).scalar_one())
    message_id = _tell(runtime, connection, conversation_id, proposed, order, wanted)
    order_id = _insert(runtime, connection, order, conversation_id, message_id, channel)
    _record(runtime, connection, order_id, order, wanted, actor)
    return Placed(order.number, message_id, proposed.limit is not None)


def _words(wanted: Wanted) -> None:
    if not wanted.reason.split() or len(wanted.reason) > LONGEST_WORDS:
        raise BadInputError(f"say in 1 to {LONGEST_WORDS} characters who asked for it, and how")
    if len(wanted.notes) > LONGEST_WORDS:
        raise BadInputError(f"a note for the delivery has {LONGEST_WORDS} characters at most")


def _limit(settings: Settings, wanted: Sequence[WantedLine], lines: Sequence[OrderLine], total: Decimal) -> str | None:
    """As for an order by chat: the amount counts in the unit that was said."""
    if any(line.quantity > settings.max_quantity_per_item for line in wanted):
        return "quantity"
    if len(lines) > settings.max_line_items:
        return "lines"
    if any(line.unit_price <= 0 for line in lines):
        return "price"
    return "total" if total > settings.max_order_total else None


def _doubts(runtime: Runtime, connection: Connection, place: Place, order: OrderWrite) -> list[Doubt]:
    """What a customer would be asked."""
    found: list[Doubt] = []
    day, minimum = order.delivery_date, place.outlet.min_order_total
    if day is None:
        found.append(Doubt("day:none", "this outlet has no delivery day in the next weeks"))
    elif trouble := delivery_day.why_not(day, runtime.clock(), place.outlet.delivery):
        found.append(Doubt(f"day:{day}", trouble))
    if order.totals.total < minimum:
        words = f"the total is below the outlet's minimum of {runtime.settings.currency} {minimum}"
        found.append(Doubt(f"minimum:{order.totals.total}", words))
    same = [each for each in place.open_orders if each.delivery_date == day and baskets_equal(each.lines, order.lines)]
    found += [
        Doubt(f"same:{each.number}", f"{each.number} has the same goods for the same day already") for each in same
    ]
    return found + doubts.of_stock(runtime, connection, order.lines)


def _tell(
    runtime: Runtime, connection: Connection, conversation_id: int, proposed: Proposed, order: OrderWrite, wanted: Wanted
) -> int:  # fmt: skip
    key = "held" if proposed.limit else "placed_by_team"
    reply = Reply(key, {"order": order})
    name, payload = proposed.place.outlet.name, {"form": wanted.form}
    return say_reply(connection, runtime.settings, conversation_id, reply, name, payload=payload)


def _insert(
    runtime: Runtime, connection: Connection, order: OrderWrite, conversation_id: int, message_id: int, channel: str
) -> int:
    """The order's row names the message that tells of it: that one is unique, as the message that begins an order by chat is."""
    totals = order.totals
    values: dict[str, Any] = {
        "number": order.number, "outlet_id": order.outlet_id, "conversation_id": conversation_id, "message_id": message_id,
        "channel": channel, "status": order.status, "currency": runtime.settings.currency, "subtotal": totals.subtotal,
        "tax_rate": totals.tax_rate, "tax": totals.tax, "total": totals.total, "delivery_date": order.delivery_date,
        "notes": order.notes, "synthetic": False, "now": runtime.clock(),
    }  # fmt: skip
    order_id = int(connection.execute(INSERT_ORDER, values).one().id)
    insert_lines(connection, order_id, order.lines)
    return order_id


def _record(
    runtime: Runtime, connection: Connection, order_id: int, order: OrderWrite, wanted: Wanted, actor: str
) -> None:
    reason = " ".join(wanted.reason.split())
    detail = {
        "reason": reason,
        "status": order.status,
        "total": order.totals.total,
        "delivery_date": order.delivery_date,
        "lines": [[line.sku, line.quantity] for line in order.lines],
    } | ({"passed": sorted(wanted.passed)} if wanted.passed else {})
    audited = {name: str(detail[name]) for name in ("status", "total", "delivery_date", "reason")}
    audited |= {"passed": ", ".join(sorted(wanted.passed))} if wanted.passed else {}
    kind = "held" if order.status == OrderStatus.AWAITING_APPROVAL else "placed"
    record_change.record(connection, runtime.settings, order_id, kind, detail, actor=actor, audited=audited)
