"""Writes an announcement into the outbox, one savepoint a recipient: more than half failing undoes all of it, and says so.

Doing it again reaches only those that it did not reach: a contact has one row a broadcast. Sending is the outbox's, with its
limits, and what becomes of each message is read from there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import BadInputError, PermanentError
from bot.runtime import Runtime
from bot.settings import Settings
from bot.telemetry import error_words, get_logger, metrics
from jobs.audit import audit
from jobs.broadcast.audience import Recipient, Why, Words, filter_of, recipients
from jobs.outbox.conversation import conversation_with
from jobs.outbox.write import Outbound, write
from models.broadcast import BroadcastState

log = get_logger(__name__)

LONGEST = 1_600
MOST_FAILED = 0.5
"""Exactly half may fail; more undoes everything."""

_PLAN = text("""
INSERT INTO broadcasts (content, template, audience, created_by) VALUES (:content, :template, :audience, :by) RETURNING id
""")
_LOCK = text("SELECT id, content, template, audience, state FROM broadcasts WHERE id = :id FOR UPDATE")
_REACHED = text(
    "INSERT INTO broadcast_recipients (broadcast_id, contact_id, message_id) VALUES (:broadcast, :contact, :message)"
)
_END = text("""
UPDATE broadcasts SET state = :state, failed = CAST(:failed AS jsonb), enqueued_at = now() WHERE id = :id
""")


@dataclass(frozen=True, slots=True)
class Failed:
    contact_id: int
    outlet: str
    error: str


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What one run did. `message_ids` are to be rung for; none when it was rolled back."""

    broadcast_id: int
    success: bool
    message_ids: tuple[int, ...]
    failed: tuple[Failed, ...]
    failure_rate: float
    passed_over: int


def plan(connection: Connection, words: Words, audience: str, *, actor: str) -> int:
    """A broadcast that nobody was written to yet. Raises BadInputError for words or a filter that cannot be."""
    filter_of(audience)
    if not words.text.strip() and not words.template:
        raise BadInputError("say something: a text, a template or both")
    if len(words.text) > LONGEST:
        raise BadInputError(f"an announcement has {LONGEST} characters at most")
    values = {"content": words.text.strip(), "template": words.template, "audience": audience, "by": actor}
    broadcast_id = int(connection.execute(_PLAN, values).scalar_one())
    audit(connection, actor, "broadcast_planned", f"broadcast:{broadcast_id}", {"audience": audience})
    return broadcast_id


def enqueue(runtime: Runtime, connection: Connection, broadcast_id: int, *, actor: str) -> Enqueued:
    """In the caller's transaction. Of two at once the second waits, and finds that everybody has it."""
    row = connection.execute(_LOCK, {"id": broadcast_id}).one_or_none()
    if row is None:
        raise BadInputError(f"there is no broadcast {broadcast_id}")
    words = Words(row.content, row.template)
    now = runtime.clock()
    everybody = recipients(connection, runtime.settings, words, row.audience, now, broadcast_id)
    meant = [each for each in everybody if each.why_not is None and not each.has_it]
    with connection.begin_nested() as all_of_it:
        reached, failed = _write_all(connection, runtime.settings, broadcast_id, words, meant)
        rate = len(failed) / len(meant) if meant else 0.0
        success = rate <= MOST_FAILED
        if not success:
            all_of_it.rollback()
    _end(connection, broadcast_id, success, failed, actor, len(reached), before=row.state)
    passed_over = [each for each in everybody if each.why_not is not None]
    _count(reached if success else (), failed, passed_over)
    return Enqueued(broadcast_id, success, tuple(reached) if success else (), tuple(failed), rate, len(passed_over))


def _write_all(
    connection: Connection, settings: Settings, broadcast_id: int, words: Words, meant: Sequence[Recipient]
) -> tuple[list[int], list[Failed]]:
    reached: list[int] = []
    failed: list[Failed] = []
    for each in meant:
        try:
            with connection.begin_nested():
                reached.append(_write_one(connection, settings, broadcast_id, words, each))
        except (
            SQLAlchemyError,
            PermanentError,
        ) as error:  # the others are still written to; who could not be is told by name
            failed.append(Failed(each.contact_id, each.outlets, error_words(error)))
    return reached, failed


def _write_one(connection: Connection, settings: Settings, broadcast_id: int, words: Words, to: Recipient) -> int:
    payload: dict[str, Any] = {"proactive": True, "broadcast": broadcast_id}
    if to.by_template:
        message = Outbound("", payload | {"template": words.template}, kind="template")
    else:
        message = Outbound(words.text, payload)
    conversation_id = conversation_with(connection, settings, to.contact_id, to.channel)
    (message_id,) = write(connection, conversation_id, [message])
    connection.execute(_REACHED, {"broadcast": broadcast_id, "contact": to.contact_id, "message": message_id})
    return message_id


def _end(
    connection: Connection, broadcast_id: int, success: bool, failed: Sequence[Failed], actor: str, reached: int, *, before: str
) -> None:  # fmt: skip
    """A broadcast that reached somebody before stays one that did, whatever became of a later run."""
    kept = success or before == BroadcastState.ENQUEUED
    state = BroadcastState.ENQUEUED if kept else BroadcastState.ROLLED_BACK
    rows = json.dumps([asdict(each) for each in failed])
    connection.execute(_END, {"id": broadcast_id, "state": state.value, "failed": rows})
    done = "broadcast_enqueued" if success else "broadcast_rolled_back"
    audit(
        connection,
        actor,
        done,
        f"broadcast:{broadcast_id}",
        {"reached": reached if success else 0, "failed": len(failed)},
    )
    log.info(
        "broadcast ended", done=done, broadcast=broadcast_id, reached=reached if success else 0, failed=len(failed)
    )


def _count(reached: Sequence[int], failed: Sequence[Failed], passed_over: Sequence[Recipient]) -> None:
    metrics.broadcast_recipients_total.labels("enqueued").inc(len(reached))
    metrics.broadcast_recipients_total.labels("failed").inc(len(failed))
    opted_out = sum(each.why_not is Why.OPTED_OUT for each in passed_over)
    metrics.broadcast_recipients_total.labels("opted_out").inc(opted_out)
    metrics.broadcast_recipients_total.labels("passed_over").inc(len(passed_over) - opted_out)
