"""Sends one reply: claim the outbox row, one call to the provider, write what it said. At most one copy too many per crash."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

from bot import failpoints
from bot.channels.base import Button, Channel, Outgoing
from bot.errors import OptedOutError, PermanentError, TemporaryError, TriaError, UnknownOutcome
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger, log_context, metrics, report_error
from jobs import failures
from jobs.outbox import whatsapp_window
from models.database import again_if_stale, autocommit, transaction
from models.failure import FailureKind
from models.prepared import Prepared
from models.sqlstate import is_temporary

log = get_logger(__name__)

SENDING_S = 8
"""After this a try that never reported counts as lost. One that goes on for longer renews it (upkeep/pulse.py)."""
MAX_ATTEMPTS = 12
"""The ceiling of a reply, whatever became of its tries: a claim counts before anything is sent."""
MAX_PAUSE_S = 300

CLAIM = Prepared(
    "claim_reply",
    """
UPDATE conversation_messages m
SET state = 'sending', attempt_id = :attempt, attempts = m.attempts + 1, due_at = now() + :sending * interval '1 s', rung_at = NULL
FROM conversations c, contacts k, (SELECT id, state, created_at FROM conversation_messages WHERE id = :id) before
WHERE m.id = :id AND before.id = m.id AND c.id = m.conversation_id AND k.id = c.contact_id
  AND m.direction = 'outbound' AND m.state IN ('pending', 'sending', 'unknown') AND m.due_at <= now()
  AND NOT EXISTS (SELECT 1 FROM conversation_messages e WHERE e.conversation_id = m.conversation_id AND e.id < m.id
                  AND e.direction = 'outbound' AND e.state IN ('pending', 'sending', 'unknown'))
RETURNING m.id, m.in_reply_to, m.content, m.payload, m.attempts, m.channel, m.conversation_id, before.state AS was, m.created_at, k.id AS contact_id,
          k.address, c.business_address, k.last_inbound_at,
          (SELECT i.created_at FROM conversation_messages i WHERE i.id = m.in_reply_to) AS asked_at
""",
    sending="double precision",
)
RENEW = text("""
UPDATE conversation_messages SET due_at = now() + :sending * interval '1 s'
WHERE id = (SELECT id FROM conversation_messages WHERE id = :id AND attempt_id = :attempt AND state = 'sending'
            FOR NO KEY UPDATE SKIP LOCKED)
""")
# A success is a fact whoever reports it: also a try that was given up for lost may close the row, unless it is closed.
FINISH = Prepared(
    "finish_reply",
    """
WITH finished AS (
    UPDATE conversation_messages SET state = :state, provider_id = COALESCE(:provider_id, provider_id), error = :error, reason = :reason,
        payload = CASE WHEN :beside IS NULL THEN payload ELSE payload || jsonb_build_object('provider_id', CAST(:beside AS text)) END,
        due_at = CASE WHEN :pause IS NULL THEN NULL ELSE now() + CAST(:pause AS double precision) * interval '1 s' END,
        attempts = attempts - :forgiven,
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
    state="text",
    beside="text",
)
KNOWN = text("""
SELECT COALESCE(provider_id, payload->>'provider_id') FROM conversation_messages
WHERE conversation_id = :conversation_id AND direction = 'outbound' AND state = 'sent' ORDER BY id DESC LIMIT 50
""")
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

    `beside` is a provider's id that could not be kept as the row's own.
    """

    state: str
    provider_id: str | None = None
    error: TriaError | None = None
    pause_s: float | None = None
    beside: str | None = None


def send(runtime: Runtime, message_id: int, channels: Mapping[str, Channel]) -> None:
    """Send this outbox row if it is due and nothing earlier of its conversation is still on the way; then what waited for it."""
    next_id: int | None = message_id
    while next_id is not None:
        next_id = _send_one(runtime, next_id, channels)


def _send_one(runtime: Runtime, message_id: int, channels: Mapping[str, Channel]) -> int | None:
    """Returns the next row of the conversation when this one is done with."""
    attempt = uuid.uuid4().hex
    row = again_if_stale(lambda: _claim(runtime, message_id, attempt))
    if row is None:
        return None
    failpoints.hit("deliver.after_claim")
    kept = runtime.renewals.hold(RENEW, {"id": message_id, "attempt": attempt, "sending": SENDING_S})
    with (
        kept,
        log_context(
            message_id=message_id, in_reply_to=row.in_reply_to, conversation_id=row.conversation_id, job="deliver"
        ),
    ):
        with metrics.deliver_seconds.labels(row.channel).time():
            result = _result(runtime, row, channels)
        failpoints.hit("deliver.before_finish")
        next_id = _write_down(runtime, row, attempt, result)
        failpoints.hit("deliver.after_finish")
        return next_id


def _claim(runtime: Runtime, message_id: int, attempt: str) -> Any:
    with autocommit(runtime.engine) as connection:
        return CLAIM.on(connection, {"id": message_id, "attempt": attempt, "sending": SENDING_S}).one_or_none()


def _result(runtime: Runtime, row: Any, channels: Mapping[str, Channel]) -> Result:
    """Every way a try can end, as a Result; a bug of ours ends like a lost answer, so that it is looked up and bounded."""
    try:
        return _try(runtime, row, channels)
    except TemporaryError as error:
        return _later(row, error)
    except PermanentError as error:
        return Result("held" if error.code == whatsapp_window.WINDOW_CLOSED else "dead", error=error)
    except Exception as error:  # whatever it was, the row must not be tried for ever nor be given up unseen
        log.exception("sending failed in a way nobody foresaw")
        report_error(error)
        return _later(row, UnknownOutcome(error_words(error), code="bug"))


def _later(row: Any, error: TemporaryError) -> Result:
    if row.attempts >= MAX_ATTEMPTS:
        return Result("dead", error=error)
    state = "unknown" if isinstance(error, UnknownOutcome) or row.was == "unknown" else "pending"
    return Result(state, error=error, pause_s=_wait_s(row.attempts, error.retry_after_s))


def _try(runtime: Runtime, row: Any, channels: Mapping[str, Channel]) -> Result:
    channel, message = channels[row.channel], _outgoing(row)
    if row.was in ("sending", "unknown") and (found := _look_up(runtime, channel, message, row)):
        return Result("sent", found)
    if wait_s := runtime.send_limits.wait_s(row.channel, row.business_address, row.address):
        return Result(row.was if row.was == "unknown" else "pending", pause_s=wait_s)
    if row.attempts > MAX_ATTEMPTS:
        metrics.replies_ceiling_total.labels(row.channel).inc()
        raise PermanentError("tried too often, whatever became of the tries", code="ceiling")
    whatsapp_window.check(row.channel, message.template, row.last_inbound_at, runtime.clock())
    failpoints.hit("deliver.before_send")
    provider_id = channel.send(message)
    failpoints.hit("deliver.after_send")
    return Result("sent", provider_id)


def _look_up(runtime: Runtime, channel: Channel, message: Outgoing, row: Any) -> str | None:
    """A try whose answer was lost may have been sent: ask the provider where it can be asked, before sending again."""
    if not channel.can_look_up:
        return None
    with autocommit(runtime.engine) as connection:
        known = connection.execute(KNOWN, {"conversation_id": row.conversation_id}).scalars()
        ids = frozenset(filter(None, known))
    since: datetime = row.created_at
    return channel.find(message, since=since, known=ids)


def _write_down(runtime: Runtime, row: Any, attempt: str, result: Result) -> int | None:
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
    }


def _finish(runtime: Runtime, row: Any, attempt: str, result: Result) -> int | None:
    with transaction(runtime.engine) as connection:
        finished = FINISH.on(connection, _values(row, attempt, result)).one_or_none()
        failpoints.hit("deliver.in_finish")
        if finished is not None and result.pause_s is None and result.error is not None:
            failures.note(connection, FailureKind.DELIVER, row.id, result.error)
        if finished is not None and result.state == "sent" and row.attempts > 1:
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


def _wait_s(attempts: int, retry_after_s: float | None) -> float:
    """The provider's own word, else 1, 2, 4 ... seconds with jitter, at most five minutes."""
    if retry_after_s is not None:
        return retry_after_s + random.uniform(0, 0.5)
    return float(min(MAX_PAUSE_S, 2 ** (attempts - 1))) * random.uniform(0.8, 1.2)


def _outgoing(row: Any) -> Outgoing:
    buttons = tuple(Button(label, data) for label, data in row.payload.get("buttons", []))
    asks_contact, template = row.payload.get("request_contact"), row.payload.get("template")
    return Outgoing(row.address, row.business_address, row.content, buttons, asks_contact, template)
