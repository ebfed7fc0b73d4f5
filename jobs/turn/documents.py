"""Asks the supplier's documents about a question, in the lane for what may wait for somebody outside. Never about an order."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.base import MessageKind
from bot.conversation import aside
from bot.conversation.documents import ALSO_ASKED, ASKS
from bot.conversation.reading import without_names
from bot.conversation.reply_language import language_for
from bot.knowledge.found import Answer, Verdict
from bot.knowledge.terms import terms_of
from bot.language.languages import DEFAULT
from bot.runtime import Runtime
from bot.situation import Situation
from bot.telemetry import metrics
from bot.understanding.gaps import GapRecord
from bot.understanding.intent import IntentKind
from jobs.lease import Lease
from jobs.turn import answer_cache
from jobs.turn.gap_filling import Noticed
from jobs.turn.llm_budget import spent_today
from models.database import autocommit

QUESTION_CONCEPTS = frozenset({"who", "when", "how_long", "how_much", "how", "why", "can_i", "is_there", "where"})
QUESTION_MARKS = "?\uff1f"


def wanted(runtime: Runtime, held: Lease, noticed: Noticed) -> bool:
    """Whether the documents are to be asked: a known contact's question, or the question beside an order."""
    situation = noticed.situation
    if runtime.library is None or situation.outlet is None or held.is_synthetic:
        return False
    if situation.aside is not None and not aside.is_called(noticed.said):
        return False
    if ALSO_ASKED in noticed.said.payload:
        return True
    return noticed.said.kind in (MessageKind.TEXT, MessageKind.EDIT) and _is_question(noticed)


def looked_up(runtime: Runtime, noticed: Noticed) -> tuple[Situation, GapRecord | None]:
    """The situation with what the documents say (unchanged where they cannot be had), and what asking a model came to."""
    said, situation = noticed.said, noticed.situation
    if runtime.library is None or situation.outlet is None:
        return situation, None
    text = str(said.payload.get(ALSO_ASKED, said.text))
    spoken = language_for(noticed.intent, said, situation)
    key = answer_cache.key(runtime.library.version, situation.outlet.code, spoken, text)
    if (known := answer_cache.read(runtime, key)) is not None:
        return replace(situation, found=known), None
    with metrics.knowledge_seconds.time():
        found = runtime.library.ask(text)
    metrics.knowledge_answers_total.labels(found.verdict if found else "unavailable").inc()
    if found is None:
        return situation, None
    found = replace(found, language=found.language if found.language != DEFAULT else spoken)
    found, record = _written(runtime, text, found, situation)
    if record is None or found.written:  # what a model could not do now, it may do the next time
        answer_cache.write(runtime, key, found)
    return replace(situation, found=found), record


def _written(runtime: Runtime, text: str, found: Answer, situation: Situation) -> tuple[Answer, GapRecord | None]:
    """In the customer's own language and tone where a language model can be had; else as it is quoted."""
    writer = runtime.answer_writer
    if writer is None or found.verdict is not Verdict.ANSWERED:
        return found, None
    with autocommit(runtime.engine) as connection:
        if spent_today(connection, runtime.clock()) >= runtime.settings.openai_daily_budget_usd:
            return found, None
    names = [outlet.name for outlet in situation.outlets]
    words, record = writer.write(without_names(text, names), found.passages, found.language)
    return (replace(found, text=words, written=True) if words else found), record


def _is_question(noticed: Noticed) -> bool:
    """Of the kinds that nothing else is made of, only what is asked: "set my credit limit to 50000" is no question."""
    intent = noticed.intent
    if intent.kind not in ASKS or intent.lines or intent.changes:
        return False
    if intent.kind is IntentKind.INQUIRY_POLICY:
        return True
    text = noticed.said.text
    return any(mark in text for mark in QUESTION_MARKS) or bool(QUESTION_CONCEPTS & set(terms_of(text).concepts))
