"""Checks out a basket without questions: it is held for a person, refused, shown for a YES, or placed."""

from __future__ import annotations

from bot.conversation import order_decisions
from bot.conversation.doubts import doubt_of, over_limit
from bot.conversation.proposed_order import ProposedOrder
from bot.conversation.turn import Turn
from bot.decision import Decision
from bot.ordering.pricing import total_of


def check_out(turn: Turn, proposed: ProposedOrder, *, accepted: bool = False) -> Decision:
    """A basket without questions: limits first, then the minimum, then doubts, then it is placed."""
    totals = total_of(proposed.lines, turn.situation.tax_rate)
    if over := over_limit(turn, proposed, totals.total) or _still_held(proposed):
        return order_decisions.hold(turn, proposed, over)
    if totals.total < turn.outlet.min_order_total:
        return order_decisions.below_minimum(turn, proposed)
    doubt = doubt_of(turn, proposed)
    if doubt and (not accepted or doubt == "confirm_moved"):
        return order_decisions.ask_yes(turn, proposed, doubt)
    return order_decisions.place(turn, proposed)


def _still_held(proposed: ProposedOrder) -> str | None:
    """What a person has not approved yet stays with them, whatever is changed meanwhile."""
    return "changed" if proposed.base is not None and proposed.base.status == "awaiting_approval" else None
