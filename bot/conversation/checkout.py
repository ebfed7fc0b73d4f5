"""What becomes of a basket without questions: held for a person, refused, shown for a YES, or placed."""

from __future__ import annotations

from bot.conversation import order_decisions
from bot.conversation.doubts import doubt_of, over_limit
from bot.conversation.turn import Turn
from bot.conversation.wanted import Wanted
from bot.decision import Decision
from bot.ordering.pricing import total_of


def check_out(turn: Turn, wanted: Wanted, *, accepted: bool = False) -> Decision:
    """A basket without questions: limits first, then the minimum, then doubts, then it is placed."""
    totals = total_of(wanted.lines, turn.situation.tax_rate)
    if over := over_limit(turn, wanted, totals.total) or _still_held(wanted):
        return order_decisions.hold(turn, wanted, over)
    if totals.total < turn.outlet.min_order_total:
        return order_decisions.below_minimum(turn, wanted)
    doubt = doubt_of(turn, wanted)
    if doubt and (not accepted or doubt == "confirm_moved"):
        return order_decisions.ask_yes(turn, wanted, doubt)
    return order_decisions.place(turn, wanted)


def _still_held(wanted: Wanted) -> str | None:
    """What a person has not approved yet stays with them, whatever is changed meanwhile."""
    return "changed" if wanted.base is not None and wanted.base.status == "awaiting_approval" else None
