"""THE story: what was said in a conversation is read, thought about and answered. One page, three beats, one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import Connection

from bot import failpoints
from bot.channels.base import MessageKind
from bot.channels.registry import spec_of
from bot.conversation import aside, decide
from bot.conversation.reading import read
from bot.conversation.reply_language import language_for
from bot.conversation.turn import Turn
from bot.conversation.waiting import Alarm, on_time
from bot.decision import Decision, Reply
from bot.errors import Fenced
from bot.runtime import Runtime, get_runtime
from bot.situation import Said, Situation
from bot.telemetry import get_logger, log_context, metrics, tracing
from bot.understanding.gaps import GapRecord
from bot.understanding.intent import Intent, IntentKind
from jobs import entry, failures, lease
from jobs.handoff import takeover
from jobs.lanes import MODELS
from jobs.lease import Lease
from jobs.outbox import senders
from jobs.turn import documents, gap_filling, media_reading, retries
from jobs.turn.apply import Written, apply
from jobs.turn.gap_filling import Noticed, fill_gaps
from jobs.turn.identify import identify
from jobs.turn.media_reading import heard
from jobs.turn.situation import read_alarm, read_situation
from models.database import again_if_stale, autocommit, transaction
from models.renewals import Held

log = get_logger(__name__)

DRAIN_S = 1.0
"""How long one job goes on with what else is due; RQ's own cost per job is several times that of an order."""

HELD = {"draft": "question", "awaiting_confirmation": "confirmation", "awaiting_approval": "approval"}
"""What an order that was not placed at once waits for, by its status."""


@dataclass(frozen=True, slots=True)
class Thought:
    """What the think beat hands to the write beat."""

    said: Said
    situation: Situation
    intent: Intent
    decision: Decision
    language: str
    gap: GapRecord | None = None
    """What asking a language model came to, when one was asked."""
    at: float = field(default_factory=time.monotonic)
    """When it was thought, on the monotonic clock."""


def process_conversation(conversation_id: int) -> None:
    """RQ's entry: this conversation, and then whatever else is due, so that a backlog costs one job for many."""
    runtime = get_runtime()
    with entry.kept_from_rq("process"):
        process(runtime, conversation_id)
        drain(runtime)


def drain(runtime: Runtime, seconds: float = DRAIN_S) -> int:
    """Answers what is due, the longest due first, until nothing is or the time is up; how many were claimed."""
    until, count = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        held = again_if_stale(lambda: _claim_next(runtime))
        if held is None:
            break
        count += 1
        _work(runtime, held)
    return count


def process(runtime: Runtime, conversation_id: int) -> Written | None:
    """Answer what is due in this conversation. Safe to call at any time, any number of times, on any machine.

    Returns what was written; None when there was nothing to do, somebody else has it, or it failed (and is recorded).
    """
    held = again_if_stale(lambda: _claim(runtime, conversation_id))
    return _work(runtime, held) if held is not None else None


def _claim(runtime: Runtime, conversation_id: int) -> Lease | None:
    with autocommit(runtime.engine) as connection:
        return lease.claim(connection, conversation_id)


def _claim_next(runtime: Runtime) -> Lease | None:
    with autocommit(runtime.engine) as connection:
        return lease.claim_next(connection)


def _work(runtime: Runtime, held: Lease) -> Written | None:
    failpoints.hit("process.after_claim")
    with lease.kept(runtime, held), log_context(conversation_id=held.conversation_id, job="process"):
        if held.attempts > retries.MAX_ATTEMPTS:
            retries.give_up(runtime, held, "attempts exhausted")
            return None
        with _recorded(runtime, held), metrics.process_seconds.time(), tracing.span("answer", channel=held.channel):
            return _answer(runtime, held)


def _answer(runtime: Runtime, held: Lease) -> Written | None:
    if held.owner_over:
        held = takeover.resume(runtime, held)
    with autocommit(runtime.engine) as connection:
        said, situation = read_situation(runtime, connection, held)
        situation = identify(runtime, connection, held, said, situation) if said else situation
        alarm = read_alarm(runtime, connection, held) if said is None and held.owner == "bot" else None
    failpoints.hit("process.after_read")
    if said is None and alarm is None:
        lease.release_idle(runtime.engine, held)
        return None
    if said is None:
        return _finish(runtime, held, think_of_time(runtime, situation, alarm))
    if media_reading.wanted(runtime, said):
        if _set_aside(runtime, held, partial(think, runtime, held, said, situation)):
            return None
        said = heard(runtime, said) if runtime.lanes is None else said  # no room: it is a person's work
    noticed, until = notice(runtime, said, situation), gap_filling.until(runtime)
    if runtime.lanes is not None and _waits_for_others(runtime, held, noticed):
        if _set_aside(runtime, held, partial(conclude, runtime, held, noticed, until)):
            return None
        until = time.monotonic()  # no room: the rules go on alone
    return _finish(runtime, held, conclude(runtime, held, noticed, until))


def _waits_for_others(runtime: Runtime, held: Lease, noticed: Noticed) -> bool:
    """A language model, or the documents and who embeds the question."""
    return gap_filling.wanted(runtime, held, noticed) or documents.wanted(runtime, held, noticed)


def _set_aside(runtime: Runtime, held: Lease, thinking: Callable[[], Thought]) -> bool:
    """What waits for a model goes on in the lane for it, its lease kept, so that every other conversation goes on here."""
    if runtime.lanes is None:
        return False
    kept = lease.kept(runtime, held)
    taken = runtime.lanes.take(
        MODELS, (held.conversation_id, held.token), partial(_go_on, runtime, held, kept, thinking)
    )
    if not taken:
        kept.end()
    return taken


def _go_on(runtime: Runtime, held: Lease, kept: Held, thinking: Callable[[], Thought]) -> None:
    timed = metrics.process_seconds.time()
    with kept, _recorded(runtime, held), timed, tracing.span("answer", channel=held.channel):
        _finish(runtime, held, thinking())


def _finish(runtime: Runtime, held: Lease, thought: Thought) -> Written:
    failpoints.hit("process.after_think")
    tracing.of(thought.said.message_ids)
    with transaction(runtime.engine) as connection:
        written = write(runtime, connection, held, thought)
        if held.attempts > 1:
            failures.resolve(connection, thought.said.message_ids, "answered")
        failpoints.hit("process.before_commit")
    failpoints.hit("process.after_commit")
    if spec_of(held.channel).pushed:
        senders.hand_over(runtime, held.channel, written.outbound)
    _count(held, thought, written)
    return written


def think(runtime: Runtime, held: Lease, said: Said, situation: Situation) -> Thought:
    """The pure beat: no transaction is open, nothing is written."""
    return conclude(runtime, held, notice(runtime, heard(runtime, said), situation), gap_filling.until(runtime))


def notice(runtime: Runtime, said: Said, situation: Situation) -> Noticed:
    """What the rules read in it, by themselves and at once."""
    return Noticed(*read(*aside.called(said, situation), runtime.settings.zone))


def conclude(runtime: Runtime, held: Lease, noticed: Noticed, until: float) -> Thought:
    """The decision; a language model may be asked before it, `until` then on the monotonic clock."""
    said, situation, intent = noticed.said, noticed.situation, noticed.intent
    if situation.aside is not None and not aside.is_called(said):
        silent = aside.silent(Turn(intent, said, situation, runtime.clock()))
        return Thought(said, situation, intent, silent, language_for(intent, said, situation))
    intent, gap = fill_gaps(runtime, noticed, until) if gap_filling.wanted(runtime, held, noticed) else (intent, None)
    if time.monotonic() < until and documents.wanted(runtime, held, noticed):
        situation, written = documents.looked_up(runtime, noticed)
        gap = gap or written
    if runtime.library is not None:
        situation = replace(situation, manners=runtime.library.manners())
    decision = decide(intent, said, situation, runtime.clock())
    if situation.aside is not None:
        decision = aside.come_back(Turn(intent, said, situation, runtime.clock()), decision)
    if situation.question_lost and decision.replies:
        decision = replace(decision, replies=(Reply("question_lost"), *decision.replies))
    if situation.outlet and len(situation.outlets) > 1 and decision.chosen_outlet_id is None:
        decision = replace(decision, chosen_outlet_id=situation.outlet.id)
    return Thought(said, situation, intent, decision, decision.language or language_for(intent, said, situation), gap)


def think_of_time(runtime: Runtime, situation: Situation, alarm: Alarm | None) -> Thought:
    """The pure beat when nobody wrote and an alarm rang: an empty decision when nothing waits any more."""
    decision = (on_time(situation, alarm) if alarm else None) or Decision()
    nobody = Said((), "", MessageKind.TEXT, runtime.clock())
    return Thought(nobody, situation, Intent(IntentKind.OTHER, 0.0), decision, situation.language)


def write(runtime: Runtime, connection: Connection, held: Lease, thought: Thought) -> Written:
    """The write beat, on whoever's transaction it is (the canary's is rolled back)."""
    return apply(
        connection,
        held,
        thought.said,
        thought.intent,
        thought.situation,
        thought.decision,
        language=thought.language,
        settings=runtime.settings,
        now=runtime.clock(),
        gap=thought.gap,
        thought_s=time.monotonic() - thought.at,
    )


@contextmanager
def _recorded(runtime: Runtime, held: Lease) -> Iterator[None]:
    """Whatever goes wrong gets a row, a metric and another try; being fenced is somebody else's success."""
    try:
        yield
    except Fenced:
        metrics.fenced_total.inc()
        log.warning("fenced: the conversation or its order belongs to another")
        retries.try_again(runtime, held)
    except Exception as error:  # the failure's row, the retry and the parking replace RQ's own record
        log.exception("conversation failed")
        retries.record(runtime, held, error)


def _count(held: Lease, thought: Thought, written: Written) -> None:
    if not held.is_synthetic:
        _count_for_people(held.channel, thought)
    log.info(
        "answered",
        message_id=thought.said.last_id,
        intent=thought.intent.kind.value,
        order=written.order_number,
    )


def _count_for_people(channel: str, thought: Thought) -> None:
    order = thought.decision.order
    if order is not None and order.status == "placed":
        metrics.orders_placed_total.labels(channel).inc()
    if order is not None and order.status in HELD:
        metrics.orders_held_total.labels(HELD[order.status]).inc()
    if thought.decision.escalate is not None:
        metrics.escalations_total.labels(channel).inc()
    if thought.said.last_id is not None and not thought.situation.outlets:
        metrics.unknown_sender_total.labels(channel).inc()
