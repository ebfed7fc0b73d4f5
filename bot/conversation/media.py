"""What is said about messages that are not words: the truth, and what to do instead."""

from __future__ import annotations

from bot.channels.base import Kind
from bot.conversation.turn import Turn
from bot.decision import Decision, Escalate, Outcome, Reply

FOR_A_PERSON = {Kind.IMAGE, Kind.VOICE, Kind.VIDEO, Kind.DOCUMENT, Kind.CART}
"""May hold an order that we cannot read yet: a person looks at it."""


def truthful(turn: Turn) -> Decision:
    kind, question = turn.said.kind, turn.situation.question
    if kind in (Kind.REACTION, Kind.DELETED):
        return Decision(outcome=Outcome.IGNORED, reason=str(kind), question=question)
    if kind in FOR_A_PERSON:
        task = Escalate(f"{kind} to read", takes_over=False)
        return Decision(
            (Reply("media_to_person", {"kind": str(kind)}),),
            Outcome.HANDED_OVER,
            str(kind),
            question=question,
            escalate=task,
        )
    return Decision((Reply(f"media_{kind}"),), reason=str(kind), question=question)
