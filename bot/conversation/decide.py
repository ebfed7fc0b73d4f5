"""decide(): from a reading and a situation to a decision. One table from intents to what is done about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.channels.base import Kind
from bot.conversation import closing, identity, inquiries, media, orders, questions
from bot.conversation.turn import Turn
from bot.decision import Decision, Escalate, Outcome, Reply
from bot.situation import Said, Situation
from bot.understanding.intent import Intent, IntentKind


def _greeting(turn: Turn) -> Decision:
    return Decision((Reply("greeting", {"outlet": turn.outlet.name}),), question=turn.situation.question)


def _thanks(turn: Turn) -> Decision:
    return Decision((Reply("thanks"),), question=turn.situation.question)


def _opt_out(_turn: Turn) -> Decision:
    return Decision((Reply("opted_out"),), opted_out=True)


def _complaint(turn: Turn) -> Decision:
    return Decision(
        (Reply("complaint"),), outcome=Outcome.HANDED_OVER, reason="complaint", escalate=Escalate("complaint", "high"),
        question=turn.situation.question,
    )  # fmt: skip


def _human(turn: Turn) -> Decision:
    return Decision(
        (Reply("human"),), outcome=Outcome.HANDED_OVER, reason="asked_for_person", escalate=Escalate("asked for a person"),
        question=turn.situation.question,
    )  # fmt: skip


def _other(turn: Turn) -> Decision:
    return Decision((Reply("help"),), question=turn.situation.question)


BY_INTENT: Mapping[IntentKind, Callable[[Turn], Decision]] = {
    IntentKind.ORDER_CREATE: orders.write,
    IntentKind.ORDER_AMEND: orders.write,
    IntentKind.ORDER_REPEAT: orders.write,
    IntentKind.ORDER_CONFIRM: closing.confirm,
    IntentKind.ORDER_CANCEL: closing.cancel,
    IntentKind.ORDER_STATUS: closing.status,
    IntentKind.INQUIRY_PRODUCT: inquiries.product,
    IntentKind.INQUIRY_PRICE: inquiries.product,
    IntentKind.INQUIRY_POLICY: inquiries.policy,
    IntentKind.COMPLAINT: _complaint,
    IntentKind.HUMAN: _human,
    IntentKind.GREETING: _greeting,
    IntentKind.THANKS: _thanks,
    IntentKind.OPT_OUT: _opt_out,
    IntentKind.OTHER: _other,
}


def decide(intent: Intent, said: Said, situation: Situation, now: datetime) -> Decision:
    """The whole effect of one burst. Who is speaking is settled first, then what kind of message it is, then its meaning."""
    turn = Turn(intent, said, situation, now)
    if said.kind is Kind.CONTACT:
        return identity.contact_shared(turn)
    if not situation.outlets:
        return identity.unknown_sender(turn)
    if said.kind not in (Kind.TEXT, Kind.BUTTON, Kind.EDIT):
        return media.truthful(turn)
    if situation.outlet is None and intent.kind not in (IntentKind.GREETING, IntentKind.THANKS, IntentKind.OPT_OUT):
        return identity.ask_outlet(turn)
    if situation.outlet is None:
        return Decision((Reply("greeting", {"outlet": situation.outlets[0].name.split(" ")[0]}),))
    answer = questions.answered(turn)
    return answer or BY_INTENT[intent.kind](turn)
