"""A conversation whose work failed: tried again after a pause, and after the last try its oldest message is parked, with a
task for a person and a true word to the customer."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from bot import failpoints
from bot.decision import Escalate, Reply
from bot.replies import render
from bot.replies.render import Voice
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger, report_error
from jobs import failures
from jobs.handoff.escalate import escalate
from jobs.lease import Lease, hold, release_statement
from jobs.outbox.write import Outbound, write
from models.database import autocommit, transaction
from models.failure_kind import FailureKind
from models.sqlstate import is_temporary

log = get_logger(__name__)

MAX_ATTEMPTS = 5
AGAIN_S = 0.3
STATEMENT_TIMEOUT = "57014"
"""The one temporary error that may be the message's own doing."""
BACKOFF_S = (1, 2, 5, 10, 20)
"""Pauses after the first to fifth failed try: a poisoned conversation alone waits under a minute."""

OLDEST = text("""
SELECT min(id) FROM conversation_messages WHERE conversation_id = :id AND state = 'received'
""")
RETRY = text(
    release_statement(due_at="now() + :pause * interval '1 s'", also="attempts = GREATEST(0, c.attempts - :forgiven)")
)
RELEASE_PARKED = text(
    release_statement(
        due_at="""CASE WHEN EXISTS (SELECT 1 FROM conversation_messages m WHERE m.conversation_id = c.id
                  AND m.state = 'received') THEN now() END""",
        also="attempts = 0",
    )
)
PARK = text("""
UPDATE conversation_messages SET state = 'parked', reason = 'failed', error = :error, attempts = :attempts, finished_at = now()
WHERE id = :message_id
""")
APOLOGY_SEQUENCE = 0
"""The real reply after a replay begins at 1, and must not be taken for sent."""


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
            failures.note(connection, FailureKind.PROCESS, message_id, error)
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
    apology = Outbound(render(Reply("apology"), voice).text, sequence=APOLOGY_SEQUENCE)
    with transaction(runtime.engine) as connection:
        if not hold(connection, lease):
            return
        message_id = connection.execute(OLDEST, {"id": lease.conversation_id}).scalar()
        failpoints.hit("park.before")
        if message_id is not None:
            _park(connection, lease, message_id, error)
            write(connection, lease.conversation_id, [apology], in_reply_to=message_id, language=language)
            escalate(connection, lease.conversation_id, message_id, Escalate("parked work", "high"))
        connection.execute(RELEASE_PARKED, {"id": lease.conversation_id, "token": lease.token})
        failpoints.hit("park.after")
    log.error("parked", conversation_id=lease.conversation_id)


def _park(connection: Connection, lease: Lease, message_id: int, error: str) -> None:
    """A message whose worker died each time has no failure row yet, and must have one: replay takes its id."""
    values = {"message_id": message_id, "error": error}
    failures.note_once(connection, FailureKind.PROCESS, message_id, error)
    connection.execute(PARK, values | {"attempts": lease.attempts})
