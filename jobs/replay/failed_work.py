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
from jobs.invoices import resend
from models.database import autocommit, transaction
from models.failure_kind import FailureKind

OPEN_FAILURES = text("""
SELECT id FROM failures WHERE resolved_at IS NULL AND kind = ANY(:kinds)
AND (CAST(:since AS timestamptz) IS NULL OR last_failed_at >= :since) ORDER BY id
""")
FAILURE = text("SELECT id, kind, reference, message_id, resolved_at, resolution FROM failures WHERE id = :id")
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
    rung_at = NULL, unconfirmed = LEAST(unconfirmed, 2)
WHERE id = :id AND direction = 'outbound' AND state IN ('dead', 'held') RETURNING id
""")
"""As `unknown`, so that the provider is asked first: a reply given up after lost answers may have arrived. Where it cannot be asked,
whoever replays it allows one more."""


@dataclass(frozen=True, slots=True)
class Again:
    """How work of one kind is done again: the statement that puts its row back and returns whom to ring for, and the bell.

    `noun` is what fails, `given_up` the states that it can be taken out of, `under_way` those in which somebody is at it.
    """

    put_back: TextClause
    bell: queues.Bell
    noun: str = "message"
    state: TextClause = STATE
    given_up: tuple[str, ...] = ("parked", "dead", "held")
    under_way: tuple[str, ...] = ("received", "pending", "sending", "unknown")

    def subject(self, row: Any) -> Any:
        """What the failure's row points at; None when it is nothing that can be put back."""
        return row.message_id if self.noun == "message" else row.reference


AGAIN = {
    FailureKind.PROCESS: Again(UNPARK, queues.Bell.PROCESS),
    FailureKind.DELIVER: Again(RESEND, queues.Bell.DELIVER),
    FailureKind.INVOICE: Again(
        resend.AGAIN,
        queues.Bell.INVOICE,
        "invoice",
        resend.STATE,
        ("blocked", "failed"),
        ("pending", "sending", "unknown"),
    ),
}
"""A kind that is not here has no row to put back: its sender has to send again."""
NO_ROW = {
    FailureKind.INVOICE: "all invoices wait for somebody to connect: flask xero connect",
}


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
    again = AGAIN.get(kind)
    if again is None or again.subject(row) is None:
        return _refused(row, "there is no message to work on: the sender has to send again")
    with transaction(runtime.engine) as connection:
        if _state_of(connection, again, row) is None:
            return _refused(row, NO_ROW.get(kind, f"there is no such {again.noun}"))
        if dry_run:
            reason = _refusal(connection, again, row)
            return Replayed(row.id, row.kind, row.message_id, not reason, reason or "would be done again")
        replayed, ring_for = _put_back(connection, row, again, actor)
        failpoints.hit("replay.before_commit")
    failpoints.hit("replay.after_commit")
    if ring_for is not None:
        queues.ring(runtime, again.bell, ring_for)
    return replayed


def _refused(row: Any, reason: str) -> Replayed:
    return Replayed(row.id, row.kind, row.message_id, False, reason)


def _put_back(connection: Connection, row: Any, again: Again, actor: str) -> tuple[Replayed, int | None]:
    """Closes the failure and puts its row back, or neither."""
    if connection.execute(CLOSE, {"id": row.id, "resolution": f"replayed by {actor}"}).one_or_none() is None:
        return _refused(row, _refusal(connection, again, row) or "somebody else did"), None
    failpoints.hit("replay.after_close")
    ring_for = connection.execute(again.put_back, {"id": again.subject(row)}).scalar_one_or_none()
    if ring_for is None:
        reason = _state_words(connection, again, row)
        connection.execute(
            text("UPDATE failures SET resolution = :words WHERE id = :id"), {"id": row.id, "words": reason}
        )
        return _refused(row, reason), None
    audit(connection, actor, "replay", f"failures:{row.id}", {"kind": row.kind, "message_id": row.message_id})
    return Replayed(row.id, row.kind, row.message_id, True, "done again"), int(ring_for)


def _refusal(connection: Connection, again: Again, row: Any) -> str:
    """Why it cannot be replayed; empty when it can."""
    now = connection.execute(FAILURE, {"id": row.id}).one()
    if now.resolved_at is not None:
        return f"settled already: {now.resolution}"
    return "" if _state_of(connection, again, row) in again.given_up else _state_words(connection, again, row)


def _state_words(connection: Connection, again: Again, row: Any) -> str:
    state, subject = _state_of(connection, again, row), again.subject(row)
    under_way = state in again.under_way
    return f"{again.noun} {subject} is " + ("still being worked on" if under_way else f"finished: {state}")


def _state_of(connection: Connection, again: Again, row: Any) -> str | None:
    found = connection.execute(again.state, {"id": again.subject(row)}).one_or_none()
    return None if found is None else str(found.state)
