"""What time brings: a draft or question left open is reminded of once, then it expires, and the customer is told."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.conversation.asked_again import question_again
from bot.decision import Decision, OrderWrite, Reply
from bot.ordering.pricing import total_of
from bot.situation import OrderView, QuestionKind, Situation


@dataclass(frozen=True, slots=True)
class Alarm:
    """Which alarm rang. `may_remind`: nothing forbids it (opted out, enough said today, WhatsApp's window is closed)."""

    expired: bool
    may_remind: bool


NEVER_REMINDED = (QuestionKind.LINK, QuestionKind.TOPIC, QuestionKind.OFFERED)


def on_time(situation: Situation, alarm: Alarm) -> Decision | None:
    """The decision when nobody wrote and an alarm rang; None when nothing waits (any more) or nothing may be said."""
    if situation.draft is None and situation.question is None:
        return None
    if situation.question is not None and situation.question.kind in NEVER_REMINDED:
        return Decision(question=None if alarm.expired else situation.question)
    if alarm.expired:
        return _expire(situation)
    if not alarm.may_remind:
        return Decision(question=situation.question)
    return Decision((_reminder(situation),), question=situation.question, proactive=True)


def _expire(situation: Situation) -> Decision:
    draft = situation.draft
    if draft is None:
        return Decision((Reply("question_expired"),))
    return Decision((Reply("expired", {"order": draft}),), order=_ended(situation, draft))


def _ended(situation: Situation, draft: OrderView) -> OrderWrite:
    return OrderWrite(
        draft.id, draft.version, "expired", draft.outlet_id, draft.lines, total_of(draft.lines, situation.tax_rate),
        draft.delivery_date, draft.notes, ("expired",), draft.number, draft,
    )  # fmt: skip


def _reminder(situation: Situation) -> Reply:
    """The question again, with the same buttons; a draft without a question is shown."""
    question, draft = situation.question, situation.draft
    if question is None and draft is not None:
        return Reply("reminder_draft", {"order": draft})
    if question is None:
        raise LookupError("on_time() is for what waits")
    return replace(question_again(situation, question), lead="reminder")
