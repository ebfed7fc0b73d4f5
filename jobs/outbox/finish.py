"""Writes down how a try to send a reply ended. What PostgreSQL refuses for good is written with less: the reply has left all the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

from bot import failpoints
from bot.errors import OptedOutError, PermanentError, TriaError
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger, metrics, report_error
from jobs import failures
from jobs.outbox import whatsapp_window
from models.database import transaction
from models.failure_kind import FailureKind
from models.prepared import Prepared
from models.sqlstate import is_temporary

log = get_logger(__name__)

# A success is a fact whoever reports it: also a try that was given up for lost may close the row, unless it is closed.
FINISH = Prepared(
    "finish_reply",
    """
WITH finished AS (
    UPDATE conversation_messages SET state = :state, provider_id = COALESCE(:provider_id, provider_id), error = :error, reason = :reason,
        payload = CASE WHEN :beside IS NULL THEN payload ELSE payload || jsonb_build_object('provider_id', CAST(:beside AS text)) END,
        due_at = CASE WHEN :pause IS NULL THEN NULL ELSE now() + CAST(:pause AS double precision) * interval '1 s' END,
        attempts = attempts - :forgiven, unconfirmed = GREATEST(0, unconfirmed + :unconfirmed),
        finished_at = CASE WHEN :pause IS NULL THEN now() END
    WHERE id = :id AND (attempt_id = :attempt OR :state = 'sent') AND state IN ('pending', 'sending', 'unknown')
    RETURNING conversation_id
)
SELECT (SELECT min(m.id) FROM conversation_messages m, finished WHERE m.conversation_id = finished.conversation_id AND m.id > :id
        AND m.direction = 'outbound' AND m.state IN ('pending', 'sending', 'unknown')) AS next_id
FROM finished
""",
    pause="double precision",
    forgiven="integer",
    unconfirmed="integer",
    state="text",
    beside="text",
)
PATIENTLY = Retrying(
    retry=retry_if_exception(is_temporary),
    stop=stop_after_delay(120),
    wait=wait_exponential(0.05, max=0.25),
    reraise=True,
)
"""What the provider said is known here and nowhere else: a PostgreSQL that restarts meanwhile is waited for, else the customer
would wait for SENDING_S and, where nobody can be asked, get the reply twice."""
UNREACHABLE = text("UPDATE contacts SET unreachable_at = now() WHERE id = :contact_id")


@dataclass(frozen=True, slots=True)
class Result:
    """How a try ended. `pause_s` None is final; else the next look is due after it; without an error it was no try at all.

    `beside` is a provider's id that could not be kept as the row's own; `unconfirmed` is added to the count of the reply's sends:
    -1 when the one that was counted did certainly not reach the customer.
    """

    state: str
    provider_id: str | None = None
    error: TriaError | None = None
    pause_s: float | None = None
    beside: str | None = None
    unconfirmed: int = 0


def write_down(runtime: Runtime, row: Any, attempt: str, result: Result) -> int | None:
    """Records how the try ended. What PostgreSQL refuses for good is recorded with less: the reply has left all the same, and a
    row that stayed open would send it again."""
    try:
        return PATIENTLY(_finish, runtime, row, attempt, result)
    except Exception as error:
        if is_temporary(error):
            raise
        log.exception("the end of a try could not be recorded as it was", state=result.state)
        metrics.replies_unrecorded_total.labels(row.channel).inc()
        report_error(error)
        try:
            return _write_less(runtime, row, attempt, result)
        finally:
            with transaction(runtime.engine) as connection:
                failures.note(connection, FailureKind.DELIVER, row.id, error)


def _write_less(runtime: Runtime, row: Any, attempt: str, result: Result) -> int | None:
    """Without the provider's id as a key, which may be another row's; and where even "sent" is refused, closed for a person."""
    plain = replace(result, provider_id=None, beside=result.provider_id)
    closed = replace(plain, state="dead", pause_s=None, error=PermanentError("its end was refused", code="unrecorded"))
    try:
        return PATIENTLY(_record, runtime, row, attempt, plain)
    except Exception as error:
        if is_temporary(error):
            raise
        log.exception("the end of a try could not be recorded plainly either", state=result.state)
        return PATIENTLY(_record, runtime, row, attempt, closed)


def _record(runtime: Runtime, row: Any, attempt: str, result: Result) -> int | None:
    """The row alone, nothing that follows from it."""
    with transaction(runtime.engine) as connection:
        finished = FINISH.on(connection, _values(row, attempt, result)).one_or_none()
        failpoints.hit("deliver.in_record")
    return finished.next_id if finished is not None and result.pause_s is None else None


def _values(row: Any, attempt: str, result: Result) -> Mapping[str, Any]:
    return {
        "id": row.id,
        "attempt": attempt,
        "state": result.state,
        "provider_id": result.provider_id,
        "beside": result.beside,
        "error": error_words(result.error) if result.error else None,
        "reason": getattr(result.error, "code", None) or None,
        "pause": result.pause_s,
        "forgiven": int(result.pause_s is not None and result.error is None),
        "unconfirmed": result.unconfirmed,
    }


def _finish(runtime: Runtime, row: Any, attempt: str, result: Result) -> int | None:
    with transaction(runtime.engine) as connection:
        finished = FINISH.on(connection, _values(row, attempt, result)).one_or_none()
        failpoints.hit("deliver.in_finish")
        if finished is not None and result.pause_s is None and result.error is not None:
            failures.note(connection, FailureKind.DELIVER, row.id, result.error)
        if finished is not None and result.state == "sent" and (row.attempts > 1 or row.was == "sending"):
            failures.resolve(connection, [row.id], "sent")
        if finished is not None and result.state == "held":
            whatsapp_window.nudge(connection, row.conversation_id, runtime.settings.twilio_content_sid_reopen)
        if isinstance(result.error, OptedOutError):
            connection.execute(UNREACHABLE, {"contact_id": row.contact_id})
    metrics.replies_total.labels(row.channel, result.state).inc()
    if result.state == "sent" and row.asked_at is not None:
        metrics.reply_latency_seconds.observe((datetime.now(UTC) - row.asked_at).total_seconds())
    if result.state == "sent":
        log.info("reply sent", attempts=row.attempts)
    if result.error is not None:
        log.warning("reply not sent", state=result.state, error=error_words(result.error))
    return finished.next_id if finished is not None and result.pause_s is None else None
