"""Why an order may not be placed at once: a limit that a person has to lift, or a doubt that a YES removes."""

from __future__ import annotations

from decimal import Decimal

from bot.conversation.proposed_order import ProposedOrder
from bot.conversation.targets import OPEN
from bot.conversation.turn import Turn
from bot.ordering.pricing import OrderLine
from bot.settings import ConfirmOrders
from bot.situation import OrderView, Quantities
from bot.understanding.intent import ChangeOp, IntentKind

DAY_DOUBTS = frozenset({"confirm_moved", "confirm_day"})
UNUSUAL_FACTOR = 5
UNUSUAL_AFTER_ORDERS = 3
"""More than five times the most of the outlet's last orders is asked about, once there are three with that product."""
UNUSUAL_JUMP = 10
"""A line of an order that is set to ten times what it was, or to a tenth, may be a slip of the unit (packets, cartons)."""


def over_limit(turn: Turn, proposed: ProposedOrder, total: Decimal) -> str | None:
    """Why a person has to approve the order; a line without a price is nobody's to guess."""
    rules = turn.situation.rules
    if proposed.limit:
        return proposed.limit
    if len(proposed.lines) > rules.max_line_items:
        return "lines"
    if any(line.unit_price <= 0 for line in proposed.lines):
        return "price"
    return "total" if total > rules.max_order_total else None


def doubt_of(turn: Turn, proposed: ProposedOrder) -> str | None:
    """Why a YES is needed, as the key of the sentence that asks for it; None to place at once."""
    if (day := _day_doubt(turn, proposed)) is not None:
        return day
    if _same_again(turn, proposed):
        return "confirm_same_again"
    mode = turn.outlet.confirm_orders
    if mode is ConfirmOrders.NEVER:
        return None
    if line := unusual(turn, proposed):
        return "confirm_far_less" if _is_less(proposed, line) else "confirm_unusual"
    awaiting = proposed.base is not None and proposed.base.status == "awaiting_confirmation" and not _says_the_day(turn)
    unsure = proposed.doubtful or awaiting or proposed.delivery is None
    return "confirm" if mode is ConfirmOrders.ALWAYS or unsure else None


def _day_doubt(turn: Turn, proposed: ProposedOrder) -> str | None:
    """The day asked for cannot be had, or is no day that can simply be taken."""
    if proposed.refused is not None:
        return "confirm_moved"
    odd = turn.intent.odd_day
    if odd is None:
        return None
    return "confirm_day" if odd.meant is not None else "confirm_moved"


def _says_the_day(turn: Turn) -> bool:
    """The answer to a question about the day alone: that day, and nothing else."""
    question, intent = turn.situation.question, turn.intent
    asked = question is not None and question.doubt in DAY_DOUBTS and not question.doubtful
    return asked and intent.delivery_date is not None and not (intent.doubtful or intent.questions or intent.changes)


def unusual(turn: Turn, proposed: ProposedOrder) -> OrderLine | None:
    """The first line that is far above what this outlet orders, or than it was before it was corrected."""
    touched = {change.sku for change in proposed.changes}
    corrected = {change.sku for change in proposed.changes if change.op is ChangeOp.SET}
    before = proposed.base.quantities if proposed.base else {}
    for line in proposed.lines:
        if line.sku in corrected and _slips(line.quantity, before.get(line.sku, line.quantity)):
            return line
        if line.sku in touched and _above_usual(turn, line):
            return line
    return None


def _is_less(proposed: ProposedOrder, line: OrderLine) -> bool:
    """Whether the line was cut down, not raised."""
    before = proposed.base.quantities if proposed.base else {}
    return line.quantity < before.get(line.sku, line.quantity)


def _above_usual(turn: Turn, line: OrderLine) -> bool:
    usual = turn.situation.usual.get((turn.outlet.id, line.sku))
    if usual is None or usual.orders < UNUSUAL_AFTER_ORDERS:
        return False
    return line.quantity > UNUSUAL_FACTOR * usual.most


def _slips(now: Decimal, before: Decimal) -> bool:
    return now >= UNUSUAL_JUMP * before or now * UNUSUAL_JUMP <= before


def whole(order: OrderView) -> Quantities:
    return tuple(sorted((line.sku, line.quantity) for line in order.lines))


def _same_again(turn: Turn, proposed: ProposedOrder) -> bool:
    """The same basket for the same delivery, said a short while ago by anyone of this outlet, or all of an open order again.
    "Add 2 more" is not repeating."""
    if turn.intent.kind is IntentKind.ORDER_AMEND or not proposed.said:
        return False
    asked = turn.intent.delivery_date
    opened = (order for order in turn.situation.own_orders if order.status in OPEN)
    same_day = (order for order in opened if asked is None or order.delivery_date == proposed.delivery)
    return any(_repeats(proposed, order) for order in same_day)


def _repeats(proposed: ProposedOrder, order: OrderView) -> bool:
    """Whether what is proposed for the order, or for none, was said of it before."""
    if proposed.base is not None and proposed.base.id != order.id:
        return False
    return proposed.said in order.recent or (proposed.base is order and proposed.said == whole(order))
