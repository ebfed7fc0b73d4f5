"""Does failed work again, by the failure's id: it puts the row back to where the worker, or the sender, takes it up. Nothing more.

So replay runs the same function with the same keys as the first time; it can be interrupted anywhere and repeated, and of
two operators at once one does it and the other is told so: a conditional UPDATE and its row count decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, TextClause, text

from bot import failpoints
from bot.errors import BadInputError
from bot.runtime import Runtime
from jobs import queues
from jobs.audit import audit
from models.database import autocommit, transaction
from models.failure import FailureKind

OPEN_FAILURES = text("""
SELECT id FROM failures WHERE resolved_at IS NULL AND kind = ANY(:kinds)
AND (CAST(:since AS timestamptz) IS NULL OR last_failed_at >= :since) ORDER BY id
""")
FAILURE = text("SELECT id, kind, message_id, resolved_at, resolution FROM failures WHERE id = :id")
CLOSE = text("""
UPDATE failures SET resolved_at = now(), resolution = :resolution WHERE id = :id AND resolved_at IS NULL RETURNING message_id, kind
""")
STATE = text("SELECT state, conversation_id FROM conversation_messages WHERE id = :id")
# The conversation's row before the message's, in the order in which every other writer takes them.
UNPARK = text("""
WITH woken AS (
    UPDATE conversations c SET rung_at = NULL, attempts = CASE WHEN lease_until IS NULL THEN 0 ELSE c.attempts END,
        due_at = CASE WHEN lease_until IS NULL THEN now() ELSE LEAST(now(), lease_until - interval '1 microsecond') END
    FROM conversation_messages m
    WHERE m.id = :id AND c.id = m.conversation_id AND c.closed_at IS NULL AND m.state = 'parked' RETURNING c.id
)
UPDATE conversation_messages m SET state = 'received', reason = NULL, error = NULL, finished_at = NULL
FROM woken WHERE m.id = :id AND m.conversation_id = woken.id AND m.state = 'parked'
RETURNING m.conversation_id
""")
RESEND = text("""
UPDATE conversation_messages SET state = 'unknown', reason = NULL, error = NULL, finished_at = NULL, attempts = 0, due_at = now(),
    rung_at = NULL, unconfirmed = LEAST(unconfirmed, 1)
WHERE id = :id AND direction = 'outbound' AND state IN ('dead', 'held') RETURNING id
""")
"""As `unknown`, so that the provider is asked first: a reply given up after lost answers may have arrived. Where it cannot be asked,
whoever replays it allows one more."""


@dataclass(frozen=True, slots=True)
class Again:
    """How work of one kind is done again: the statement that puts its row back and returns whom to ring for, and the bell."""

    put_back: TextClause
    bell: queues.Bell


AGAIN = {
    FailureKind.PROCESS: Again(UNPARK, queues.Bell.PROCESS),
    FailureKind.DELIVER: Again(RESEND, queues.Bell.DELIVER),
}
"""A kind that is not here has no row to put back: its sender has to send again."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one failure: done again, or refused with a reason."""

    failure_id: int
    kind: str
    message_id: int | None
    done: bool
    reason: str


def failed_since(runtime: Runtime, since: datetime | None) -> list[int]:
    """Ids of the open failures that can be replayed, the oldest first."""
    with autocommit(runtime.engine) as connection:
        return list(connection.execute(OPEN_FAILURES, {"since": since, "kinds": list(AGAIN)}).scalars())


def replay(runtime: Runtime, failure_ids: Sequence[int], actor: str, *, dry_run: bool = False) -> list[Replayed]:
    """Each in a transaction of its own, then a ring for it. Raises BadInputError for an id that never was."""
    with autocommit(runtime.engine) as connection:
        found = {
            failure_id: connection.execute(FAILURE, {"id": failure_id}).one_or_none() for failure_id in failure_ids
        }
    if unknown := [str(failure_id) for failure_id, row in found.items() if row is None]:
        raise BadInputError(f"no failure has the id {', '.join(unknown)}: see `flask failed list --all`")
    return [_one(runtime, row, actor, dry_run) for row in found.values()]


def _one(runtime: Runtime, row: Any, actor: str, dry_run: bool) -> Replayed:
    kind = FailureKind(row.kind)
    if kind not in AGAIN or row.message_id is None:
        return Replayed(
            row.id, row.kind, row.message_id, False, "there is no message to work on: the sender has to send again"
        )
    if dry_run:
        with autocommit(runtime.engine) as connection:
            reason = _refusal(connection, row)
        return Replayed(row.id, row.kind, row.message_id, not reason, reason or "would be done again")
    with transaction(runtime.engine) as connection:
        replayed, ring_for = _put_back(connection, row, kind, actor)
        failpoints.hit("replay.before_commit")
    failpoints.hit("replay.after_commit")
    if ring_for is not None:
        queues.ring(runtime, AGAIN[kind].bell, ring_for)
    return replayed


def _put_back(connection: Connection, row: Any, kind: FailureKind, actor: str) -> tuple[Replayed, int | None]:
    """Closes the failure and puts its row back, or neither."""
    if connection.execute(CLOSE, {"id": row.id, "resolution": f"replayed by {actor}"}).one_or_none() is None:
        return Replayed(row.id, row.kind, row.message_id, False, _refusal(connection, row) or "somebody else did"), None
    failpoints.hit("replay.after_close")
    ring_for = connection.execute(AGAIN[kind].put_back, {"id": row.message_id}).scalar_one_or_none()
    if ring_for is None:
        reason = _state_words(connection, row.message_id)
        connection.execute(
            text("UPDATE failures SET resolution = :words WHERE id = :id"), {"id": row.id, "words": reason}
        )
        return Replayed(row.id, row.kind, row.message_id, False, reason), None
    audit(connection, actor, "replay", f"failures:{row.id}", {"kind": row.kind, "message_id": row.message_id})
    return Replayed(row.id, row.kind, row.message_id, True, "done again"), int(ring_for)


def _refusal(connection: Connection, row: Any) -> str:
    """Why it cannot be replayed; empty when it can."""
    now = connection.execute(FAILURE, {"id": row.id}).one()
    if now.resolved_at is not None:
        return f"settled already: {now.resolution}"
    state = connection.execute(STATE, {"id": row.message_id}).one().state
    return "" if state in ("parked", "dead", "held") else _state_words(connection, row.message_id)


def _state_words(connection: Connection, message_id: int) -> str:
    state = connection.execute(STATE, {"id": message_id}).one().state
    under_way = state in ("received", "pending", "sending", "unknown")
    return (
        f"message {message_id} is still being worked on" if under_way else f"message {message_id} is finished: {state}"
    )
