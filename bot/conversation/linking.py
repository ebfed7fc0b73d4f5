"""An order written before it was known who writes: it waits, and is taken up as soon as a shared phone or a code tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.channels.base import MessageKind
from bot.conversation import identity
from bot.conversation.turn import Turn
from bot.decision import Decision, Joining, Reply
from bot.situation import Outlet, QuestionKind, Said, Situation

PHONE, CODE = "phone", "code"


def resume_for_link(said: Said, situation: Situation) -> tuple[Said, Situation]:
    """When this turn tells who writes, for one outlet, and an order waits: that outlet, and the words that had waited."""
    question = situation.asked(QuestionKind.LINK)
    if question is None:
        return said, situation
    if situation.outlets:  # let in by an operator meanwhile, and told so
        return said, replace(situation, question=None)
    outlet = _proved_outlet(said, situation)
    if outlet is None:
        return said, situation
    by = CODE if situation.speaker.invitation else PHONE
    waiting = replace(said, text=question.first_text, kind=MessageKind.TEXT, payload={**said.payload, "linked_by": by})
    speaker = replace(situation.speaker, wrote_code=False)
    return waiting, replace(situation, outlets=(outlet,), outlet=outlet, question=None, speaker=speaker)


def _proved_outlet(said: Said, situation: Situation) -> Outlet | None:
    if situation.speaker.invitation is not None:
        return situation.speaker.invitation[1]
    shared = situation.shared_phone_outlets
    if said.kind is not MessageKind.CONTACT or not identity.is_own_contact(said, situation) or len(shared) != 1:
        return None
    return shared[0]


def decided(turn: Turn, by_words: Callable[[Turn], Decision]) -> Decision | None:
    """The order that had waited, and what lets its sender order; None when this turn took nothing up."""
    by = turn.said.payload.get("linked_by")
    if by is None:
        return None
    decision = by_words(turn)
    replies = (Reply("linked_first", {"outlets": turn.outlet.name}), *decision.replies)
    invitation = turn.situation.speaker.invitation
    if by == CODE and invitation is not None:
        return replace(decision, replies=replies, joining=Joining(invitation_id=invitation[0]))
    return replace(decision, replies=replies, bind_outlet_ids=(turn.outlet.id,))
