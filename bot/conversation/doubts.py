"""Why an order may not be placed at once: a limit that a person has to lift, or a doubt that a YES removes."""

from __future__ import annotations

from decimal import Decimal

from bot.conversation.targets import OPEN
from bot.conversation.turn import Turn
from bot.conversation.wanted import Wanted
from bot.ordering.pricing import OrderLine
from bot.settings import ConfirmOrders
from bot.situation import OrderView, Quantities
from bot.understanding.intent import ChangeOp, IntentKind

UNUSUAL_FACTOR = 5
UNUSUAL_AFTER_ORDERS = 3
"""More than five times the most of the outlet's last orders is asked about, once there are three with that product."""
UNUSUAL_JUMP = 10
"""A line of an order that is set to ten times what it was, or to a tenth, may be a slip of the unit (packets, cartons)."""


def over_limit(turn: Turn, wanted: Wanted, total: Decimal) -> str | None:
    """Why a person has to approve the order; a line without a price is nobody's to guess."""
    rules = turn.situation.rules
    if wanted.limit:
        return wanted.limit
    if len(wanted.lines) > rules.max_line_items:
        return "lines"
    if any(line.unit_price <= 0 for line in wanted.lines):
        return "price"
    return "total" if total > rules.max_order_total else None


def doubt_of(turn: Turn, wanted: Wanted) -> str | None:
    """Why a YES is needed, as the key of the sentence that asks for it; None to place at once."""
    if wanted.moved:
        return "confirm_moved"
    if _same_again(turn, wanted):
        return "confirm_same_again"
    mode = turn.outlet.confirm_orders
    if mode is ConfirmOrders.NEVER:
        return None
    if unusual(turn, wanted):
        return "confirm_unusual"
    awaiting = wanted.base is not None and wanted.base.status == "awaiting_confirmation"
    unsure = wanted.doubtful or awaiting or wanted.delivery is None
    return "confirm" if mode is ConfirmOrders.ALWAYS or unsure else None


def unusual(turn: Turn, wanted: Wanted) -> OrderLine | None:
    """The first line that is far above what this outlet orders, or than it was before it was corrected."""
    touched = {change.sku for change in wanted.changes}
    corrected = {change.sku for change in wanted.changes if change.op is ChangeOp.SET}
    before = {line.sku: line.quantity for line in wanted.base.lines} if wanted.base else {}
    for line in wanted.lines:
        if line.sku in corrected and _slips(line.quantity, before.get(line.sku, line.quantity)):
            return line
        usual = turn.situation.usual.get((turn.outlet.id, line.sku))
        known = usual is not None and usual.orders >= UNUSUAL_AFTER_ORDERS
        if line.sku in touched and known and usual and line.quantity > UNUSUAL_FACTOR * usual.most:
            return line
    return None


def _slips(now: Decimal, before: Decimal) -> bool:
    return now >= UNUSUAL_JUMP * before or now * UNUSUAL_JUMP <= before


def whole(order: OrderView) -> Quantities:
    return tuple(sorted((line.sku, line.quantity) for line in order.lines))


def _same_again(turn: Turn, wanted: Wanted) -> bool:
    """The same basket for the same delivery, said a short while ago by anyone of this outlet, or all of an open order again.
    "Add 2 more" is not repeating."""
    if turn.intent.kind is IntentKind.ORDER_AMEND or not wanted.said:
        return False
    asked = turn.intent.delivery_date
    return any(
        wanted.said in order.recent or (wanted.base is order and wanted.said == whole(order))
        for order in turn.situation.own_orders
        if order.status in OPEN
        and (asked is None or order.delivery_date == wanted.delivery)
        and (wanted.base is None or wanted.base.id == order.id)
    )
