"""An edited message: before the cut-off the new words replace what the old ones ordered. Deleting orders nothing and cancels nothing."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.base import MessageKind
from bot.conversation import order_decisions, orders
from bot.conversation.baskets import priced
from bot.conversation.proposed_order import ProposedOrder, delivery_of, limit_of
from bot.conversation.targets import open_order
from bot.conversation.turn import Turn
from bot.decision import Decision, Outcome, Reply
from bot.situation import OrderView
from bot.understanding.intent import Change, ChangeOp, IntentKind

WHOLE_ORDER = frozenset({IntentKind.ORDER_CREATE, IntentKind.ORDER_AMEND, IntentKind.ORDER_REPEAT})


def nothing_new(turn: Turn) -> Decision | None:
    """An edit with the same words, which Telegram reports also when only a link's preview changed; and a message that its edit had
    overtaken: what it says now was answered then."""
    if turn.said.payload.get("edited_before"):
        return Decision(outcome=Outcome.IGNORED, reason="edited_before", question=turn.situation.question)
    referred = turn.situation.referred
    if turn.said.kind is not MessageKind.EDIT or referred is None or referred.text is None:
        return None
    if referred.text.split() != turn.said.text.split():
        return None
    return Decision(outcome=Outcome.IGNORED, reason="unchanged_edit", question=turn.situation.question)


def edited(turn: Turn) -> Decision | None:
    """None when the old words made no order: then the new ones are read like any message.

    The rule: a draft that only this message made is read anew; a placed order that only this message made is shown
    changed and waits for a YES; where other messages had a part in it, or the edit cannot be read whole, the customer
    is asked to write the change.
    """
    referred = turn.situation.referred
    if turn.said.kind is not MessageKind.EDIT or referred is None or referred.order_id is None:
        return None
    if turn.intent.kind is IntentKind.ORDER_CANCEL:
        return _cancels(turn, referred.order_id)
    draft = _edited_draft(turn, referred.order_id)
    if draft is not None:
        return _anew(turn, draft) if referred.sole and turn.intent.kind in WHOLE_ORDER else _unclear(turn)
    order = open_order(turn, referred.order_id)
    if order is None:
        return order_decisions.too_late("edit after cut-off")
    whole = referred.sole and turn.intent.lines and not turn.intent.questions
    return _show(turn, order) if whole else _unclear(turn)


def _edited_draft(turn: Turn, order_id: int) -> OrderView | None:
    draft = turn.situation.draft
    return draft if draft is not None and draft.id == order_id else None


def _anew(turn: Turn, draft: OrderView) -> Decision:
    """The new words, read as if the old ones had not been said."""
    emptied = replace(turn.situation, draft=replace(draft, lines=()), question=None)
    return orders.write(replace(turn, situation=emptied, intent=replace(turn.intent, kind=IntentKind.ORDER_CREATE)))


def _unclear(turn: Turn) -> Decision:
    return Decision((Reply("edit_unclear"),), reason="edit_unclear", question=turn.situation.question)


def deleted(turn: Turn) -> Decision:
    """The truth about an order whose message is gone."""
    referred = turn.situation.referred
    order = open_order(turn, referred.order_id) if referred and turn.situation.outlet else None
    if order is None:
        return Decision(outcome=Outcome.IGNORED, reason="deleted", question=turn.situation.question)
    return Decision((Reply("deleted_not_cancelled", {"number": order.number}),), question=turn.situation.question)


def _cancels(turn: Turn, order_id: int) -> Decision:
    order = _edited_draft(turn, order_id) or open_order(turn, order_id)
    return order_decisions.cancelled(turn, order) if order else order_decisions.too_late("cancel after cut-off")


def _show(turn: Turn, order: OrderView) -> Decision:
    """The placed order as it would become; it stays as it is until the YES."""
    wanted = {line.sku: line.quantity for line in turn.intent.lines}
    had = order.quantities
    changes = (
        *(Change(ChangeOp.SET, sku, quantity) for sku, quantity in wanted.items() if had.get(sku) != quantity),
        *(Change(ChangeOp.REMOVE, sku) for sku in had if sku not in wanted),
    )
    lines = priced(turn, order, changes)
    delivery, refused = delivery_of(turn, order, turn.intent.delivery_date)
    if not changes and delivery == order.delivery_date:
        return Decision((Reply("unchanged", {"order": order}),), question=turn.situation.question)
    becomes = ProposedOrder(
        order,
        lines,
        changes,
        limit=limit_of(turn, lines, changes),
        delivery=delivery,
        refused=refused,
        notes=order.notes,
    )
    return order_decisions.ask_yes(turn, becomes, "confirm_moved" if refused else "confirm")
