"""Every failure has a row, a reason and another try; what fails too often is parked, a person told and the customer too."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from bot import failpoints
from bot.channels.registry import pushed_channels
from bot.decision import Reply
from bot.replies import render
from bot.replies.render import Voice
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger, metrics, report_error, traceback_words
from jobs.lease import Lease, hold
from models.database import autocommit, transaction
from models.failure import FailureKind
from models.sqlstate import is_temporary

log = get_logger(__name__)

MAX_ATTEMPTS = 5
AGAIN_S = 0.3
STATEMENT_TIMEOUT = "57014"
"""The one temporary error that may be the message's own doing."""
BACKOFF_S = (1, 2, 5, 10, 20)
"""Pauses after the first to fifth failed try: a poisoned conversation alone waits under a minute."""

RECORD = text("""
INSERT INTO failures (kind, reference, message_id, error, traceback)
VALUES (:kind, :reference, :message_id, :error, :traceback)
ON CONFLICT (kind, reference) WHERE resolved_at IS NULL DO UPDATE
    SET error = excluded.error, traceback = excluded.traceback, attempts = failures.attempts + 1, last_failed_at = now()
RETURNING attempts
""")
RECORD_ONCE = text("""
INSERT INTO failures (kind, reference, message_id, error) VALUES (:kind, :reference, :message_id, :error)
ON CONFLICT (kind, reference) WHERE resolved_at IS NULL DO NOTHING
""")
OLDEST = text("""
SELECT min(id) FROM conversation_messages WHERE conversation_id = :id AND state = 'received'
""")
RETRY = text("""
UPDATE conversations SET lease_until = NULL, lease_owner = NULL, rung_at = NULL, due_at = now() + :pause * interval '1 s',
    attempts = GREATEST(0, attempts - :forgiven)
WHERE id = :id AND lease_token = :token
""")
PARK = text("""
WITH poisoned AS (
    SELECT min(id) AS id FROM conversation_messages WHERE conversation_id = :id AND state = 'received'
), held AS (
    UPDATE conversations c SET lease_until = NULL, lease_owner = NULL, rung_at = NULL, attempts = 0,
        due_at = CASE WHEN EXISTS (SELECT 1 FROM conversation_messages m, poisoned
                                   WHERE m.conversation_id = c.id AND m.state = 'received' AND m.id > poisoned.id) THEN now() END
    WHERE c.id = :id AND c.lease_token = :token RETURNING id, session_id, channel
), parked AS (
    UPDATE conversation_messages m SET state = 'parked', reason = 'failed', error = :error, attempts = :attempts, finished_at = now()
    FROM held, poisoned WHERE m.id = poisoned.id RETURNING m.id
), told AS (
    INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, role, kind, content, language, state,
                                       in_reply_to, sequence, said_at, due_at, finished_at)
    SELECT held.id, held.session_id, 'outbound', held.channel, 'assistant', 'text', :apology, :language,
           CASE WHEN held.channel = ANY(:pushed) THEN 'pending' ELSE 'sent' END, parked.id, 0, now(),
           CASE WHEN held.channel = ANY(:pushed) THEN now() END, CASE WHEN held.channel = ANY(:pushed) THEN NULL ELSE now() END
    FROM held, parked
    ON CONFLICT (in_reply_to, sequence) WHERE in_reply_to IS NOT NULL DO NOTHING
)
INSERT INTO escalations (conversation_id, message_id, reason, priority, due_at)
SELECT held.id, parked.id, 'parked work', 'high', now() + interval '15 minutes' FROM held, parked
ON CONFLICT (conversation_id) WHERE closed_at IS NULL DO NOTHING
RETURNING id
""")
"""The apology takes sequence 0: the real reply after a replay begins at 1, and must not be taken for sent."""
SETTLE = text(
    "UPDATE failures SET resolved_at = now(), resolution = :resolution WHERE message_id = ANY(:ids) AND resolved_at IS NULL"
)


def note(connection: Connection, kind: FailureKind, reference: int | str, error: BaseException) -> int:
    """The failure's row, one per kind and reference while it is open; returns how often it failed.

    `reference` is a message's id, or the fingerprint of a body that never became a message.
    """
    values = {
        "kind": kind.value,
        "reference": str(reference),
        "message_id": reference if isinstance(reference, int) else None,
        "error": error_words(error),
        "traceback": traceback_words(error),
    }
    metrics.jobs_failed_total.labels(kind.value).inc()
    return int(connection.execute(RECORD, values).scalar_one())


def record(runtime: Runtime, lease: Lease, error: BaseException) -> None:
    """Writes the failure down and lets the conversation be tried again later; the last try parks its oldest message.

    What PostgreSQL itself did to us (restart, deadlock, lock wait) is no fault of the message: tried again, not counted.
    """
    try:
        if is_temporary(error) and getattr(getattr(error, "orig", None), "pgcode", None) != STATEMENT_TIMEOUT:
            try_again(runtime, lease, forgiven=1)
            return
        report_error(error)
        _note_and_retry(runtime, lease, error)
    except SQLAlchemyError as lost:
        log.warning("failure not written, the lease will run out", error=error_words(lost))


def _note_and_retry(runtime: Runtime, lease: Lease, error: BaseException) -> None:
    with transaction(runtime.engine) as connection:
        message_id = connection.execute(OLDEST, {"id": lease.conversation_id}).scalar()
        if message_id is not None:
            note(connection, FailureKind.PROCESS, message_id, error)
        if lease.attempts < MAX_ATTEMPTS:
            pause = BACKOFF_S[lease.attempts - 1]
            _retry(connection, lease, pause)
            return
    give_up(runtime, lease, error_words(error))


def try_again(runtime: Runtime, lease: Lease, *, forgiven: int = 0) -> None:
    """Gives the conversation back for another try in a moment, if it is still ours."""
    with autocommit(runtime.engine) as connection:
        _retry(connection, lease, AGAIN_S, forgiven)


def _retry(connection: Connection, lease: Lease, pause: float, forgiven: int = 0) -> None:
    values = {"id": lease.conversation_id, "token": lease.token, "pause": pause, "forgiven": forgiven}
    connection.execute(RETRY, values)


def give_up(runtime: Runtime, lease: Lease, error: str) -> None:
    """Parks the oldest message so that the next ones are answered, with a task for a person and the truth told."""
    language = lease.language or "en"
    voice = Voice(language, runtime.settings.currency, "", None, runtime.settings.tax_rate)
    values = {
        "id": lease.conversation_id,
        "token": lease.token,
        "error": error,
        "apology": render(Reply("apology"), voice).text,
        "language": language,
        "attempts": lease.attempts,
        "pushed": [spec.name for spec in pushed_channels()],
    }
    with transaction(runtime.engine) as connection:
        if not hold(connection, lease):
            return
        _note_parked(connection, lease, error)
        failpoints.hit("park.before")
        connection.execute(PARK, values)
        failpoints.hit("park.after")
    log.error("parked", conversation_id=lease.conversation_id)


def _note_parked(connection: Connection, lease: Lease, error: str) -> None:
    """A message whose worker died each time has no failure row yet, and must have one: replay takes its id."""
    message_id = connection.execute(OLDEST, {"id": lease.conversation_id}).scalar()
    if message_id is not None:
        values = {
            "kind": FailureKind.PROCESS.value,
            "reference": str(message_id),
            "message_id": message_id,
            "error": error,
        }
        connection.execute(RECORD_ONCE, values)


def settle(connection: Connection, message_ids: Sequence[int], resolution: str) -> None:
    """Closes the failures of work that went through after all."""
    connection.execute(SETTLE, {"ids": list(message_ids), "resolution": resolution})
