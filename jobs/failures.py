"""Every failure has a row, a reason and another try; what fails too often is parked, a person told and the customer too."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.decision import Reply
from bot.replies import render
from bot.replies.render import Voice
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger, metrics, report_error, traceback_words
from jobs.lease import Lease
from models.database import transaction
from models.failure import FailureKind

log = get_logger(__name__)

MAX_ATTEMPTS = 5
BACKOFF_S = (1, 2, 5, 10, 20)
"""Pauses after the first to fifth failed try: a poisoned conversation alone waits under a minute (RELIABILITY C26)."""

RECORD = text("""
INSERT INTO failures (kind, reference, message_id, error, traceback)
VALUES (:kind, :reference, :message_id, :error, :traceback)
ON CONFLICT (kind, reference) WHERE resolved_at IS NULL DO UPDATE
    SET error = excluded.error, traceback = excluded.traceback, attempts = failures.attempts + 1, last_failed_at = now()
RETURNING attempts
""")
OLDEST = text("""
SELECT min(id) FROM conversation_messages WHERE conversation_id = :id AND state = 'received'
""")
RETRY = text("""
UPDATE conversations SET lease_until = NULL, lease_owner = NULL, rung_at = NULL, due_at = now() + :pause * interval '1 s'
WHERE id = :id AND lease_token = :token
""")
PARK = text("""
WITH held AS (
    UPDATE conversations SET lease_until = NULL, lease_owner = NULL, rung_at = NULL, attempts = 0, due_at = NULL
    WHERE id = :id AND lease_token = :token RETURNING id, session_id, channel
), parked AS (
    UPDATE conversation_messages m SET state = 'parked', reason = 'failed', error = :error, attempts = :attempts, finished_at = now()
    FROM held WHERE m.conversation_id = held.id AND m.state = 'received' RETURNING m.id
), told AS (
    INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, role, kind, content, language, state,
                                       in_reply_to, sequence, said_at, due_at)
    SELECT held.id, held.session_id, 'outbound', held.channel, 'assistant', 'text', :apology, :language, 'pending',
           (SELECT max(id) FROM parked), 1, now(), now()
    FROM held WHERE EXISTS (SELECT 1 FROM parked)
    ON CONFLICT (in_reply_to, sequence) DO NOTHING
)
INSERT INTO escalations (conversation_id, message_id, reason, priority, due_at)
SELECT held.id, (SELECT max(id) FROM parked), 'parked work', 'high', now() + interval '15 minutes'
FROM held WHERE EXISTS (SELECT 1 FROM parked)
ON CONFLICT (conversation_id) WHERE closed_at IS NULL DO NOTHING
""")
RESOLVE = text(
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
    """Writes the failure down and lets the conversation be tried again later; the last try parks it."""
    report_error(error)
    with transaction(runtime.engine) as connection:
        message_id = connection.execute(OLDEST, {"id": lease.conversation_id}).scalar()
        if message_id is not None:
            note(connection, FailureKind.PROCESS, message_id, error)
        if lease.attempts < MAX_ATTEMPTS:
            pause = BACKOFF_S[lease.attempts - 1]
            connection.execute(RETRY, {"id": lease.conversation_id, "token": lease.token, "pause": pause})
            return
    park(runtime, lease, error_words(error))


def park(runtime: Runtime, lease: Lease, error: str) -> None:
    """Takes the messages out of the way so that the next ones are answered, with a task for a person and the truth told."""
    language = lease.language or "en"
    apology = render(
        Reply("apology"), Voice(language, runtime.settings.currency, "", None, runtime.settings.tax_rate)
    ).text
    values = {
        "id": lease.conversation_id,
        "token": lease.token,
        "error": error,
        "apology": apology,
        "language": language,
    }
    with transaction(runtime.engine) as connection:
        connection.execute(PARK, values | {"attempts": lease.attempts})
    log.error("parked", conversation_id=lease.conversation_id)
