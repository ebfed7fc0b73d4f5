"""What did not come through whole: more messages than can be read, a text that the channel cut. The sender is told."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.turn import Turn
from bot.decision import Decision, Outcome, Reply

WORDS_SHOWN = 60
"""Of the end of a text that was cut, so that its writer sees where to go on."""


def too_many(turn: Turn) -> Decision | None:
    """The last word after a flood: how much of it was not read. A machine that goes on is told no more."""
    count = turn.said.payload.get("too_many")
    if not count:
        return None
    told = turn.said.payload.get("told")
    replies = () if told else (Reply("slow_down", {"count": count}),)
    return Decision(replies, Outcome.IGNORED, "flood", question=turn.situation.question)


def told_of_cut(turn: Turn, decision: Decision) -> Decision:
    """What was read of a text that came in at the channel's limit is shown for a YES, and where it ended is told."""
    if not turn.said.payload.get("cut"):
        return decision
    end = turn.said.text[-WORDS_SHOWN:].strip()
    return replace(decision, replies=(Reply("was_cut", {"words": end}), *decision.replies))
