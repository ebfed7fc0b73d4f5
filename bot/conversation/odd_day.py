"""A day for what is ordered already that no calendar has, or that is no one day: the customer is asked which."""

from __future__ import annotations

from bot.conversation import terms
from bot.conversation.targets import open_orders
from bot.conversation.turn import Turn
from bot.decision import Decision, Reply
from bot.language.folding import fold
from bot.language.phrase_patterns import listed_phrases
from bot.understanding.intent import IntentKind

NOT_READ = frozenset({IntentKind.INQUIRY_POLICY, IntentKind.ORDER_STATUS, IntentKind.OTHER})


def asked(turn: Turn) -> Decision | None:
    """ "deliver on 31 feb instead", "can send next week?": None where nothing is ordered, or more than the day is said."""
    odd, intent = turn.intent.odd_day, turn.intent
    order = turn.situation.draft or next(iter(open_orders(turn)), None)
    if (
        odd is None
        or order is None
        or intent.kind not in NOT_READ
        or not listed_phrases("delivering").search(fold(turn.said.text).text)
        or terms.rules_of(turn, requests=False)
    ):
        return None
    values = {"order": order, "why_day": f"day_{odd.why}", "day": odd.text}
    return Decision((Reply("which_day", values),), reason="odd_day", question=turn.situation.question)
