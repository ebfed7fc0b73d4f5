"""Sends one reply: claim the outbox row, one call to the provider, write what it said. At most one copy too many per crash."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from bot.channels.base import Button, Channel, Outgoing
from bot.channels.text import split_at_lines
from bot.errors import OptedOutError, PermanentError, TemporaryError, TriaError, UnknownOutcome
from bot.runtime import Runtime, get_runtime
from bot.telemetry import error_words, get_logger, log_context, metrics
from jobs import failures
from models.database import autocommit, transaction
from models.failure import FailureKind

log = get_logger(__name__)

SENDING_S = 45
"""After this a try that never reported counts as lost; longer than the providers' time-outs together."""
MAX_ATTEMPTS = 12
MAX_PAUSE_S = 300

CLAIM = text("""
UPDATE conversation_messages m
SET state = 'sending', attempt_id = :attempt, attempts = m.attempts + 1, due_at = now() + :sending * interval '1 s', rung_at = NULL
FROM conversations c, contacts k, (SELECT id, state, created_at FROM conversation_messages WHERE id = :id) before
WHERE m.id = :id AND before.id = m.id AND c.id = m.conversation_id AND k.id = c.contact_id
  AND m.direction = 'outbound' AND m.state IN ('pending', 'sending', 'unknown') AND m.due_at <= now()
  AND NOT EXISTS (SELECT 1 FROM conversation_messages e WHERE e.conversation_id = m.conversation_id AND e.id < m.id
                  AND e.direction = 'outbound' AND e.state IN ('pending', 'sending', 'unknown'))
RETURNING m.id, m.content, m.payload, m.attempts, m.channel, m.conversation_id, before.state AS was, m.created_at, k.id AS contact_id,
          k.address, c.business_address
""")
FINISH = text("""
WITH finished AS (
    UPDATE conversation_messages SET state = :state, provider_id = COALESCE(:provider_id, provider_id), error = :error, reason = :reason,
        due_at = CASE WHEN :pause IS NULL THEN NULL ELSE now() + CAST(:pause AS double precision) * interval '1 s' END,
        finished_at = CASE WHEN :pause IS NULL THEN now() END
    WHERE id = :id AND attempt_id = :attempt
    RETURNING conversation_id
)
SELECT (SELECT min(m.id) FROM conversation_messages m, finished WHERE m.conversation_id = finished.conversation_id AND m.id > :id
        AND m.direction = 'outbound' AND m.state IN ('pending', 'sending', 'unknown')) AS next_id
FROM finished
""")
KNOWN = text("""
SELECT provider_id FROM conversation_messages
WHERE conversation_id = :conversation_id AND direction = 'outbound' AND provider_id IS NOT NULL AND created_at >= :since
""")
UNREACHABLE = text("UPDATE contacts SET unreachable_at = now() WHERE id = :contact_id")


@dataclass(frozen=True, slots=True)
class Result:
    """How a try ended. `pause_s` None is final; else the next look is due after it."""

    state: str
    provider_id: str | None = None
    error: TriaError | None = None
    pause_s: float | None = None


def deliver(message_id: int) -> None:
    """RQ's entry."""
    send(get_runtime(), message_id)


def send(runtime: Runtime, message_id: int) -> None:
    """Send this outbox row if it is due and nothing earlier of its conversation is still on the way."""
    next_id: int | None = message_id
    while next_id is not None:
        next_id = _send_one(runtime, next_id)


def _send_one(runtime: Runtime, message_id: int) -> int | None:
    """Returns the next row of the conversation when this one is done with."""
    attempt = uuid.uuid4().hex
    with autocommit(runtime.engine) as connection:
        row = connection.execute(CLAIM, {"id": message_id, "attempt": attempt, "sending": SENDING_S}).one_or_none()
    if row is None:
        return None
    with (
        log_context(message_id=message_id, conversation_id=row.conversation_id, job="deliver"),
        metrics.deliver_seconds.labels(row.channel).time(),
    ):
        result = _try(runtime, row)
        return _finish(runtime, row, attempt, result)


def _try(runtime: Runtime, row: Any) -> Result:
    channel = runtime.channels[row.channel]
    message = _outgoing(row, channel)
    try:
        found = _look_up(runtime, channel, message, row) if row.was in ("sending", "unknown") else None
        return Result("sent", found or channel.send(message))
    except OptedOutError as error:
        return Result("dead", error=error)
    except PermanentError as error:
        return Result("dead", error=error)
    except TemporaryError as error:
        if row.attempts >= MAX_ATTEMPTS:
            return Result("dead", error=error)
        state = "unknown" if isinstance(error, UnknownOutcome) or row.was == "unknown" else "pending"
        return Result(state, error=error, pause_s=_pause(row.attempts, error.retry_after_s))


def _look_up(runtime: Runtime, channel: Channel, message: Outgoing, row: Any) -> str | None:
    """A try whose answer was lost may have been sent: ask the provider where it can be asked, before sending again."""
    if not channel.can_look_up:
        return None
    with autocommit(runtime.engine) as connection:
        known = connection.execute(KNOWN, {"conversation_id": row.conversation_id, "since": row.created_at}).scalars()
        ids = frozenset(known)
    since: datetime = row.created_at
    return channel.find(message, since=since, known=ids)


def _finish(runtime: Runtime, row: Any, attempt: str, result: Result) -> int | None:
    values: Mapping[str, Any] = {
        "id": row.id,
        "attempt": attempt,
        "state": result.state,
        "provider_id": result.provider_id,
        "error": error_words(result.error) if result.error else None,
        "reason": getattr(result.error, "code", None) or None,
        "pause": result.pause_s,
    }
    with transaction(runtime.engine) as connection:
        finished = connection.execute(FINISH, values).one_or_none()
        if result.state == "dead" and result.error is not None:
            failures.note(connection, FailureKind.DELIVER, row.id, result.error)
        if isinstance(result.error, OptedOutError):
            connection.execute(UNREACHABLE, {"contact_id": row.contact_id})
    metrics.replies_total.labels(row.channel, result.state).inc()
    if result.error is not None:
        log.warning("reply not sent", state=result.state, error=error_words(result.error))
    return finished.next_id if finished is not None and result.pause_s is None else None


def _pause(attempts: int, retry_after_s: float | None) -> float:
    """The provider's own word, else 1, 2, 4 ... seconds with jitter, at most five minutes."""
    if retry_after_s is not None:
        return retry_after_s + random.uniform(0, 0.5)
    return float(min(MAX_PAUSE_S, 2 ** (attempts - 1))) * random.uniform(0.8, 1.2)


def _outgoing(row: Any, channel: Channel) -> Outgoing:
    buttons = tuple(Button(label, data) for label, data in row.payload.get("buttons", []))
    parts = split_at_lines(row.content, channel.max_length)
    return Outgoing(row.address, row.business_address, parts[0], buttons, row.payload.get("request_contact"))
