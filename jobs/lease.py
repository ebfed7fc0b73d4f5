"""Who may work on a conversation: a lease in database time with a fencing token that every write checks."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from bot.runtime import Runtime
from models.database import transaction
from models.prepared import Prepared
from models.renewals import Held

LEASE_S = 8
"""Recovery from a killed worker takes at most this. Whoever works for longer renews it (upkeep/pulse.py)."""
HOST = socket.gethostname()

_CLAIM = """
UPDATE conversations c
SET lease_token = c.lease_token + 1, lease_until = now() + :lease * interval '1 s', lease_owner = :owner,
    due_at = now() + :lease * interval '1 s', rung_at = NULL, attempts = c.attempts + 1
FROM contacts k
WHERE {which} AND k.id = c.contact_id AND c.closed_at IS NULL AND c.due_at <= now()
  AND (c.lease_until IS NULL OR c.lease_until < now())
RETURNING c.id, c.lease_token, c.session_id, c.channel, c.business_address, c.outlet_id, c.question, c.owner, c.attempts,
          c.owner = 'person' AND c.owner_until <= now() AS owner_over,
          COALESCE(c.language, k.language) AS language, k.id AS contact_id, k.address, k.opted_out_at, k.is_synthetic
"""
CLAIM = Prepared("claim_conversation", _CLAIM.format(which="c.id = :id"), lease="double precision")
CLAIM_NEXT = Prepared(
    "claim_next_conversation",
    _CLAIM.format(
        which="""c.id = (SELECT id FROM conversations WHERE due_at <= now() AND closed_at IS NULL
        AND (lease_until IS NULL OR lease_until < now()) ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)"""
    ),
    lease="double precision",
)
RENEW = text("""
UPDATE conversations SET lease_until = now() + :lease * interval '1 s',
    due_at = CASE WHEN due_at IS DISTINCT FROM lease_until THEN due_at ELSE now() + :lease * interval '1 s' END
WHERE id = (SELECT id FROM conversations WHERE id = :id AND lease_token = :token AND lease_until IS NOT NULL
            FOR NO KEY UPDATE SKIP LOCKED)
""")
"""A message that came meanwhile has moved `due_at` away from `lease_until`, and that mark stays."""
LOCK = text("SELECT 1 FROM conversations WHERE id = :id AND lease_token = :token FOR NO KEY UPDATE")
HELD = "c.id = :id AND c.lease_token = :token"


def release_statement(
    *, due_at: str, also: str = "", joined: str = "", where: str = HELD, fence: bool = False, returning: str = ""
) -> str:
    """The one statement that ends a lease; all parts are SQL of ours over the conversation `c`.

    `due_at` says when somebody must look at it again, `also` sets what else changes with it, `joined` is what both may
    read. `fence` raises the token, so that a worker that still has the old one writes nothing.
    """
    token = "lease_token = c.lease_token + 1, " if fence else ""
    return (
        f"UPDATE conversations c SET {token}lease_until = NULL, lease_owner = NULL, rung_at = NULL, due_at = {due_at}"
        f"{f', {also}' if also else ''}{f' FROM {joined}' if joined else ''} WHERE {where}"
        f"{f' RETURNING {returning}' if returning else ''}"
    )


RELEASE_IDLE = text(
    release_statement(
        due_at="""CASE WHEN EXISTS (SELECT 1 FROM conversation_messages m
                               WHERE m.conversation_id = c.id AND m.state = 'received') THEN now() ELSE later.at END""",
        also="attempts = 0",
        joined="""(SELECT min(at) AS at FROM conversations, LATERAL (VALUES (remind_at), (expire_at), (owner_until)) alarms(at)
      WHERE id = :id AND at > now()) later""",
    )
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A claimed conversation as it stood. Only the holder of the latest `token` may write."""

    conversation_id: int
    token: int
    session_id: str
    channel: str
    business_address: str
    outlet_id: int | None
    question: dict[str, Any] | None
    owner: str
    attempts: int
    language: str | None
    contact_id: int
    address: str
    opted_out: bool
    is_synthetic: bool
    owner_over: bool = False
    """A person has it, and their time is over."""


def owner() -> str:
    """Who claims, for people who read the row."""
    return f"{HOST}:{os.getpid()}"


def claim(connection: Connection, conversation_id: int) -> Lease | None:
    """The conversation, if there is work due in it and nobody else has it. One conditional UPDATE decides."""
    return _claimed(CLAIM.on(connection, {"id": conversation_id, "lease": LEASE_S, "owner": owner()}).one_or_none())


def claim_next(connection: Connection) -> Lease | None:
    """Whichever conversation has been due the longest; None when nothing is due."""
    return _claimed(CLAIM_NEXT.on(connection, {"lease": LEASE_S, "owner": owner()}).one_or_none())


def _claimed(row: Any) -> Lease | None:
    if row is None:
        return None
    return Lease(
        conversation_id=row.id,
        token=row.lease_token,
        session_id=row.session_id,
        channel=row.channel,
        business_address=row.business_address,
        outlet_id=row.outlet_id,
        question=row.question,
        owner=row.owner,
        attempts=row.attempts,
        language=row.language,
        contact_id=row.contact_id,
        address=row.address,
        opted_out=row.opted_out_at is not None,
        is_synthetic=row.is_synthetic,
        owner_over=bool(row.owner_over),
    )


def kept(runtime: Runtime, lease: Lease) -> Held:
    """Renews the lease for as long as the work on the conversation goes on, until `end` or the end of the `with`."""
    values = {"id": lease.conversation_id, "token": lease.token, "lease": LEASE_S}
    return runtime.renewals.hold(RENEW, values)


def hold(connection: Connection, lease: Lease) -> bool:
    """Locks the conversation for the rest of the transaction, so that its later statements see every message committed
    before; False when the lease was lost."""
    values = {"id": lease.conversation_id, "token": lease.token}
    return connection.execute(LOCK, values).one_or_none() is not None


def release_idle(engine: Engine, lease: Lease) -> None:
    """Gives the conversation back when nothing was left to answer; a message that came meanwhile keeps it due."""
    with transaction(engine) as connection:
        hold(connection, lease)
        connection.execute(RELEASE_IDLE, {"id": lease.conversation_id, "token": lease.token})
