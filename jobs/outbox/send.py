"""Sends one reply: claim the outbox row, one call to the provider, write what it said (finish.py). How often at most: copies.py."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text

from bot import failpoints
from bot.channels.base import Button, Channel, Outgoing
from bot.errors import PermanentError, TemporaryError, UnknownOutcome
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger, log_context, metrics, report_error, tracing
from jobs import backoff
from jobs.outbox import copies, whatsapp_window
from jobs.outbox.copies import Try
from jobs.outbox.finish import Result, write_down
from models.database import again_if_stale, autocommit
from models.prepared import Prepared

log = get_logger(__name__)

SENDING_S = 8
"""After this a try that never reported counts as lost. One that goes on for longer renews it (upkeep/pulse.py)."""
MAX_ATTEMPTS = 12
"""Tries whose end was reported. One that was not, its worker being dead, is hardly the reply's fault: of those the sends count, and"""
MAX_DEATHS = 50
"""so many claims without an end, after which it is taken for what kills the workers."""
MOST_TIDIED = 3
"""Messages whose buttons go with one reply: a question and its reminders."""

CLAIM = Prepared(
    "claim_reply",
    """
UPDATE conversation_messages m
SET state = 'sending', attempt_id = :attempt, due_at = now() + :sending * interval '1 s', rung_at = NULL,
    attempts = m.attempts + CASE WHEN before.state = 'sending' AND m.attempts > 0 THEN 0 ELSE 1 END,
    payload = CASE WHEN before.state = 'sending'
        THEN m.payload || jsonb_build_object('deaths', COALESCE(CAST(m.payload->>'deaths' AS integer), 0) + 1) ELSE m.payload END
FROM conversations c, contacts k, (SELECT id, state, created_at FROM conversation_messages WHERE id = :id) before
WHERE m.id = :id AND before.id = m.id AND c.id = m.conversation_id AND k.id = c.contact_id
  AND m.direction = 'outbound' AND m.state IN ('pending', 'sending', 'unknown') AND m.due_at <= now()
  AND NOT EXISTS (SELECT 1 FROM conversation_messages e WHERE e.conversation_id = m.conversation_id AND e.id < m.id
                  AND e.direction = 'outbound' AND e.state IN ('pending', 'sending', 'unknown'))
RETURNING m.id, m.in_reply_to, m.content, m.payload, m.attempts, m.unconfirmed, m.channel, m.conversation_id, before.state AS was, m.created_at, k.id AS contact_id,
          k.address, c.business_address, k.last_inbound_at,
          (SELECT i.created_at FROM conversation_messages i WHERE i.id = m.in_reply_to) AS asked_at,
          CASE WHEN m.payload ? 'closes' THEN (
              SELECT array_agg(b.provider_id) FROM conversation_messages b
              WHERE b.conversation_id = m.conversation_id AND b.id < m.id AND b.direction = 'outbound' AND b.provider_id IS NOT NULL
                AND starts_with(b.payload->'buttons'->0->>1, 'q' || (m.payload->>'closes') || ':')) END AS answered
""",
    sending="double precision",
)
RENEW = text("""
UPDATE conversation_messages SET due_at = now() + :sending * interval '1 s'
WHERE id = (SELECT id FROM conversation_messages WHERE id = :id AND attempt_id = :attempt AND state = 'sending'
            FOR NO KEY UPDATE SKIP LOCKED)
""")
KNOWN = text("""
SELECT COALESCE(provider_id, payload->>'provider_id') FROM conversation_messages
WHERE conversation_id = :conversation_id AND direction = 'outbound' AND state = 'sent' ORDER BY id DESC LIMIT 50
""")


def send(runtime: Runtime, message_id: int, channels: Mapping[str, Channel]) -> None:
    """Send this outbox row if it is due and nothing earlier of its conversation is still on the way; then what waited for it."""
    next_id: int | None = message_id
    while next_id is not None:
        next_id = _send_one(runtime, next_id, channels)


def _send_one(runtime: Runtime, message_id: int, channels: Mapping[str, Channel]) -> int | None:
    """Returns the next row of the conversation when this one is done with."""
    attempt, since = uuid.uuid4().hex, time.monotonic()
    row = again_if_stale(lambda: _claim(runtime, message_id, attempt))
    if row is None:
        return None
    held = Try(row, attempt, since)
    failpoints.hit("deliver.after_claim")
    kept = runtime.renewals.hold(RENEW, {"id": message_id, "attempt": attempt, "sending": SENDING_S})
    with (
        kept,
        log_context(
            message_id=message_id, in_reply_to=row.in_reply_to, conversation_id=row.conversation_id, job="deliver"
        ),
    ):
        with metrics.deliver_seconds.labels(row.channel).time(), tracing.span("deliver", channel=row.channel):
            tracing.of([row.in_reply_to])
            result = _result(runtime, held, channels[row.channel])
        failpoints.hit("deliver.before_finish")
        next_id = write_down(runtime, row, attempt, result)
        failpoints.hit("deliver.after_finish")
        return next_id


def _claim(runtime: Runtime, message_id: int, attempt: str) -> Any:
    with autocommit(runtime.engine) as connection:
        return CLAIM.on(connection, {"id": message_id, "attempt": attempt, "sending": SENDING_S}).one_or_none()


def _result(runtime: Runtime, held: Try, channel: Channel) -> Result:
    """Every way a try can end, as a Result; a bug of ours ends like a lost answer, so that it is looked up and bounded."""
    try:
        return _try(runtime, held, channel)
    except TemporaryError as error:
        return _later(held, channel, error)
    except PermanentError as error:
        return Result("held" if error.code == whatsapp_window.WINDOW_CLOSED else "dead", error=error)
    except Exception as error:  # whatever it was, the row must not be tried for ever nor be given up unseen
        log.exception("sending failed in a way nobody foresaw")
        report_error(error)
        return _later(held, channel, UnknownOutcome(error_words(error), code="bug"))


def _later(held: Try, channel: Channel, error: TemporaryError, *, unsent: bool = False) -> Result:
    row, lost = held.row, isinstance(error, UnknownOutcome)
    weight = copies.weight(channel) if lost else 0
    if weight and copies.given_up(channel, row.unconfirmed + 1 + weight):
        return Result("dead", error=copies.refusal(channel, row))
    if row.attempts >= MAX_ATTEMPTS:
        return Result("dead", error=error)
    state = "unknown" if lost or row.was == "unknown" else "pending"
    return Result(
        state, error=error, pause_s=backoff.wait_s(row.attempts, error.retry_after_s), unconfirmed=weight - unsent
    )


def _try(runtime: Runtime, held: Try, channel: Channel) -> Result:
    row, message = held.row, _outgoing(held.row)
    if copies.given_up(channel, row.unconfirmed):
        raise copies.refusal(channel, row)
    if row.payload.get("deaths", 0) >= MAX_DEATHS:
        metrics.replies_ceiling_total.labels(row.channel).inc()
        raise PermanentError("whoever sends it dies", code="deaths")
    may_have_left = row.was in ("sending", "unknown") or row.unconfirmed > 0
    if may_have_left and (found := _look_up(runtime, channel, message, row)):
        return Result("sent", found)
    if wait_s := runtime.send_limits.wait_s(row.channel, row.business_address, f"contact:{row.contact_id}"):
        return Result(row.was if row.was == "unknown" else "pending", pause_s=wait_s)
    whatsapp_window.check(row.channel, message.template, row.last_inbound_at, runtime.clock())
    failpoints.hit("deliver.before_send")
    return _send_now(held, channel, message, counted=copies.count(runtime, held, channel))


def _send_now(held: Try, channel: Channel, message: Outgoing, *, counted: bool) -> Result:
    failpoints.hit("deliver.after_count")
    try:
        provider_id = channel.send(message)
    except UnknownOutcome:
        raise
    except TemporaryError as error:
        return _later(held, channel, error, unsent=counted)
    failpoints.hit("deliver.after_send")
    return Result("sent", provider_id)


def _look_up(runtime: Runtime, channel: Channel, message: Outgoing, row: Any) -> str | None:
    """A try whose answer was lost may have been sent: the provider is asked before anything is sent again. Where it cannot be
    asked for the message it has to answer at all: to one that is silent nothing is repeated."""
    with autocommit(runtime.engine) as connection:
        known = connection.execute(KNOWN, {"conversation_id": row.conversation_id}).scalars()
        ids = frozenset(filter(None, known))
    since: datetime = row.created_at
    return channel.find(message, since=since, known=ids)


def _outgoing(row: Any) -> Outgoing:
    buttons = tuple(Button(label, data) for label, data in row.payload.get("buttons", []))
    asks_contact, template = row.payload.get("request_contact"), row.payload.get("template")
    answered = tuple(row.answered or ())[-MOST_TIDIED:]
    return Outgoing(row.address, row.business_address, row.content, buttons, asks_contact, template, answered)
