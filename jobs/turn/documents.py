"""Asks the supplier's documents about a question, in the lane for what may wait for somebody outside. Never about an order."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.base import MessageKind
from bot.conversation import aside
from bot.conversation.documents import ALSO_ASKED, ASKS
from bot.conversation.reply_language import language_for
from bot.knowledge.terms import terms_of
from bot.runtime import Runtime
from bot.situation import Situation
from bot.telemetry import metrics
from bot.understanding.intent import IntentKind
from jobs.lease import Lease
from jobs.turn.gap_filling import Noticed

QUESTION_CONCEPTS = frozenset({"who", "when", "how_long", "how_much", "how", "why", "can_i", "is_there", "where"})
QUESTION_MARKS = "?\uff1f"


def wanted(runtime: Runtime, held: Lease, noticed: Noticed) -> bool:
    """Whether the documents are to be asked: a known contact's question, or the question beside an order."""
    situation = noticed.situation
    if runtime.desk is None or situation.outlet is None or held.is_synthetic:
        return False
    if situation.aside is not None and not aside.is_called(noticed.said):
        return False
    if ALSO_ASKED in noticed.said.payload:
        return True
    return noticed.said.kind in (MessageKind.TEXT, MessageKind.EDIT) and _is_question(noticed)


def looked_up(runtime: Runtime, noticed: Noticed) -> Situation:
    """The situation with what the documents say; unchanged where they cannot be had."""
    said, situation = noticed.said, noticed.situation
    if runtime.desk is None:
        return situation
    text = str(said.payload.get(ALSO_ASKED, said.text))
    with metrics.knowledge_seconds.time():
        found = runtime.desk.ask(text)
    metrics.knowledge_answers_total.labels(found.verdict if found else "unavailable").inc()
    if found is None:
        return situation
    spoken = language_for(noticed.intent, said, situation)
    return replace(situation, found=replace(found, language=found.language if found.language != "en" else spoken))


def _is_question(noticed: Noticed) -> bool:
    """Of the kinds that nothing else is made of, only what is asked: "set my credit limit to 50000" is no question."""
    intent = noticed.intent
    if intent.kind not in ASKS or intent.lines or intent.changes:
        return False
    if intent.kind is IntentKind.INQUIRY_POLICY:
        return True
    text = noticed.said.text
    return any(mark in text for mark in QUESTION_MARKS) or bool(QUESTION_CONCEPTS & set(terms_of(text).concepts))
