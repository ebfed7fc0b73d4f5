"""Who is speaking, and for which outlet. Decided by the sender's exact address only; names in the text only raise questions."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.base import Kind
from bot.conversation.turn import Turn, choice_buttons, chosen_number
from bot.decision import Decision, Outcome, Reply
from bot.situation import OpenQuestion, QuestionKind, Said, Situation


def unknown_sender(turn: Turn) -> Decision:
    """Says how to be registered and makes no order; on Telegram the way is to share one's own contact."""
    telegram = turn.situation.contact.channel == "telegram"
    reply = Reply("unknown_telegram" if telegram else "unknown_sender", asks_contact=telegram)
    return Decision((reply,), outcome=Outcome.ANSWERED, reason="unknown_sender")


def contact_shared(turn: Turn) -> Decision:
    """Binds a Telegram chat to the outlets of the phone it shared, only when the contact is the sender's own (FACTS A2)."""
    contact = turn.said.payload.get("contact") or {}
    own = str(contact.get("user_id")) == turn.situation.contact.address and not turn.said.payload.get("forwarded")
    if turn.situation.contact.channel != "telegram":
        return Decision((Reply("media_contact"),))
    if not own:
        return Decision((Reply("contact_not_yours", asks_contact=True),), reason="contact_not_own")
    found = turn.situation.shared_phone_outlets
    if not found:
        return Decision((Reply("phone_not_known"),), reason="phone_unknown")
    names = ", ".join(outlet.name for outlet in found)
    return Decision((Reply("linked", {"outlets": names}),), bind_outlet_ids=tuple(outlet.id for outlet in found))


def ask_outlet(turn: Turn) -> Decision:
    """One question with the outlets of this contact; the order said first waits and is read again after the answer."""
    outlets = turn.situation.outlets
    labels = tuple(outlet.name for outlet in outlets)
    waiting = turn.situation.question.first_text if turn.situation.question else ""
    question = OpenQuestion(
        QuestionKind.OUTLET,
        turn.serial,
        choices=tuple(str(outlet.id) for outlet in outlets),
        first_text=waiting or turn.said.text,
        asked=turn.asked_before + 1,
    )
    return Decision((Reply("which_outlet", buttons=choice_buttons(turn.serial, labels)),), question=question)


def settle_outlet(said: Said, situation: Situation) -> tuple[Said, Situation]:
    """When this turn picks the outlet that was asked about: that outlet, and the words that had waited for it.

    Run before the message is read, because an outlet has names of its own for products.
    """
    question = situation.question
    if situation.outlet is not None or question is None or question.kind is not QuestionKind.OUTLET:
        return said, situation
    number = chosen_number(said, question, len(question.choices))
    by_name = [str(o.id) for o in situation.outlets if o.name.casefold() == said.text.strip().casefold()]
    chosen = question.choices[number - 1] if number else (by_name[0] if len(by_name) == 1 else None)
    outlet = next((o for o in situation.outlets if str(o.id) == chosen), None)
    if outlet is None:
        return said, situation
    waiting = replace(said, text=question.first_text or said.text, kind=Kind.TEXT, payload={})
    return waiting, replace(situation, outlet=outlet, question=None)
