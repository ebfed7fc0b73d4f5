"""decide(): from a reading and a situation to a decision. One table from intents to what is done about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.conversation import (
    answers_by_number,
    asked_again,
    commands,
    confirm_or_cancel,
    documents,
    edited_message,
    handover,
    identity,
    inquiries,
    learning,
    limits,
    linking,
    manners,
    media,
    odd_day,
    on_behalf,
    orders,
    references,
    subscriptions,
    terms,
)
from bot.conversation.passed_over import with_passed_over
from bot.conversation.reply_language import switched
from bot.conversation.turn import Turn
from bot.decision import Decision, Reply
from bot.knowledge.found import Verdict
from bot.language.short_answers import says_no, says_yes
from bot.situation import QuestionKind, Said, Situation
from bot.understanding.intent import Intent, IntentKind


def _greeting(turn: Turn) -> Decision:
    return Decision((Reply("greeting", {"outlet": turn.outlet.name}),), question=turn.situation.question)


def _thanks(turn: Turn) -> Decision:
    return Decision((Reply("thanks"),), question=turn.situation.question)


def _opt_out(turn: Turn) -> Decision:
    """Words that sound like STOP and are not exactly it: "stop the liners" must not end anything."""
    return Decision((Reply("opt_out_how"),), question=turn.situation.question)


def _greeting_of_many(turn: Turn) -> Decision:
    """Nobody has said yet for which of their outlets they write."""
    return Decision(
        (Reply("greeting", {"outlet": turn.situation.outlets[0].name.split(" ")[0]}),), question=turn.situation.question
    )


def _other(turn: Turn) -> Decision:
    found = turn.situation.found
    if found is not None and found.verdict is Verdict.ANSWERED:
        return documents.told(turn, found)
    if turn.situation.outlet is not None and (asking := inquiries.vague(turn)):
        return asking
    if found is not None:
        return documents.instead(turn) or documents.asked_of_team(turn)
    if (question := turn.asked(QuestionKind.ORDER)) is not None:
        return asked_again.again(turn, question)
    return Decision((Reply("help"),), question=turn.situation.question)


BY_INTENT: Mapping[IntentKind, Callable[[Turn], Decision]] = {
    IntentKind.ORDER_CREATE: orders.write,
    IntentKind.ORDER_AMEND: orders.write,
    IntentKind.ORDER_REPEAT: orders.write,
    IntentKind.ORDER_CONFIRM: confirm_or_cancel.confirm,
    IntentKind.ORDER_CANCEL: confirm_or_cancel.cancel,
    IntentKind.ORDER_STATUS: confirm_or_cancel.status,
    IntentKind.INQUIRY_PRODUCT: inquiries.product,
    IntentKind.INQUIRY_PRICE: inquiries.product,
    IntentKind.INQUIRY_POLICY: documents.about_terms,
    IntentKind.COMPLAINT: handover.complaint,
    IntentKind.HUMAN: handover.human,
    IntentKind.GREETING: _greeting,
    IntentKind.THANKS: _thanks,
    IntentKind.OPT_OUT: _opt_out,
    IntentKind.OTHER: _other,
}

YES_OR_NO = frozenset({IntentKind.ORDER_CONFIRM, IntentKind.ORDER_CANCEL})
YES_OR_NO_FROM = 0.5
"""A yes or no less certain than this is asked for again: a polite word must not place or drop an order."""
TAKES_OVER = frozenset({IntentKind.COMPLAINT, IntentKind.HUMAN})
TAKES_OVER_FROM = 0.3
"""A guess less certain than this silences nobody: a bare "white" is no complaint."""
WITHOUT_OUTLET: Mapping[IntentKind, Callable[[Turn], Decision]] = {
    IntentKind.GREETING: _greeting_of_many,
    IntentKind.THANKS: _thanks,
    IntentKind.OPT_OUT: _opt_out,
    IntentKind.COMPLAINT: handover.complaint,
    IntentKind.HUMAN: handover.human,
}
"""What is done before it is known for which of their outlets somebody writes."""


def decide(intent: Intent, said: Said, situation: Situation, now: datetime) -> Decision:
    """The whole effect of one burst. Who is speaking is settled first, then what kind of message it is, then its meaning."""
    doubtful = said.payload.get("read_from") or said.payload.get("cut")
    turn = Turn(media.read_by_machine(intent) if doubtful else intent, said, situation, now)
    if too_many := limits.too_many(turn):
        return too_many
    decision = with_passed_over(turn, learning.with_learned(turn, _settled(turn) or by_words(turn)))
    if documents.ALSO_ASKED in said.payload:
        decision = documents.with_answer(turn, decision)
    decision = identity.with_wrong_code(turn, handover.stuck(limits.told_of_cut(turn, decision)))
    return manners.by_guidelines(turn, decision)


def _settled(turn: Turn) -> Decision | None:
    """What is decided without the meaning of the words; None when they are to be understood."""
    return (
        edited_message.nothing_new(turn)
        or linking.decided(turn, by_words)
        or commands.decided(turn)
        or subscriptions.decided(turn)
        or identity.decided(turn)
        or media.decided(turn, by_words)
    )


def by_words(turn: Turn) -> Decision:
    """What a known contact's words mean: for which outlet, as an answer, by pointing, or by their intent."""
    situation, kind = turn.situation, turn.intent.kind
    if decision := switched(turn.said, situation) or asked_again.off_the_list(turn):
        return decision
    if situation.outlet is None:
        return WITHOUT_OUTLET.get(kind, identity.ask_outlet)(turn)
    for answer in ANSWERS:
        if decision := answer(turn):
            return decision
    return BY_INTENT[kind](turn)


def too_uncertain(turn: Turn) -> Decision | None:
    """What is done instead where a guess is not sure enough for what would follow from it."""
    kind, confidence = turn.intent.kind, turn.intent.confidence
    if kind in YES_OR_NO and confidence < YES_OR_NO_FROM:
        return confirm_or_cancel.unclear(turn)
    return _other(turn) if kind in TAKES_OVER and confidence < TAKES_OVER_FROM else None


def _bare_answer(turn: Turn) -> Decision | None:
    """A bare yes, or a bare no that does not read as giving an order up ("不要了"), when nothing was asked."""
    gives_up = turn.intent.kind is IntentKind.ORDER_CANCEL
    bare = says_yes(turn.said.text) or (says_no(turn.said.text) and not gives_up)
    return confirm_or_cancel.nothing_asked(turn) if bare and nothing_open(turn) else None


ANSWERS: Sequence[Callable[[Turn], Decision | None]] = (
    on_behalf.answered,
    identity.other_outlet,
    on_behalf.forwarded,
    edited_message.edited,
    references.quoted,
    _bare_answer,
    answers_by_number.answered,
    handover.angry,
    odd_day.asked,
    inquiries.total,
    terms.answered,
    too_uncertain,
)
"""What may be meant besides the words' intent; the first that answers decides."""


def nothing_open(turn: Turn) -> bool:
    """No draft and no question waits for a word of the customer."""
    question = turn.situation.question
    return turn.situation.draft is None and (question is None or question.kind is QuestionKind.OFFERED)
