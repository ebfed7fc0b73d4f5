"""When a person is needed: a complaint, anger, a request for one, questions that did not help. And the truth about it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from bot.conversation.turn import Turn
from bot.decision import Decision, Escalate, Outcome, Reply
from bot.language.folding import fold
from bot.language.languages import listed
from bot.understanding.intent import IntentKind

MAX_QUESTIONS = 2
_CALM = frozenset(
    {IntentKind.OTHER, IntentKind.COMPLAINT, IntentKind.HUMAN, IntentKind.ORDER_STATUS, IntentKind.GREETING}
)
"""Anger beside an order is about the order; these carry nothing else to do."""


def complaint(turn: Turn) -> Decision:
    return _taken_over(turn, "complaint", Escalate("complaint", "high"))


def human(turn: Turn) -> Decision:
    return _taken_over(turn, "human", Escalate("asked for a person"))


def angry(turn: Turn) -> Decision | None:
    """The decision when somebody is angry and says nothing that could be done instead."""
    if turn.intent.kind not in _CALM or turn.intent.lines or not says_angry_words(turn.said.text):
        return None
    return _taken_over(turn, "complaint", Escalate("anger", "urgent"))


def stuck(decision: Decision) -> Decision:
    """After two questions in a row that did not help a person is told; the customer may go on meanwhile."""
    question = decision.question
    if question is None or question.asked <= MAX_QUESTIONS or decision.escalate is not None or not decision.replies:
        return decision
    if not any(reply.key == "offer_person" for reply in decision.replies):
        return decision
    return replace(decision, escalate=Escalate("questions did not help", takes_over=False))


def _taken_over(turn: Turn, key: str, task: Escalate) -> Decision:
    reason = task.reason.replace(" ", "_")
    return Decision((Reply(key),), Outcome.HANDED_OVER, reason, question=turn.situation.question, escalate=task)


def says_angry_words(text: str) -> bool:
    return _angry_words().search(fold(text).text) is not None


@cache
def _angry_words() -> re.Pattern[str]:
    """One pattern of all languages' words; those in Latin letters stand alone, of other scripts anywhere."""
    words = [fold(word).text for word in listed("angry")]
    either = (rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word) for word in words)
    return re.compile("|".join(either))
