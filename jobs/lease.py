"""Who may work on a conversation: a lease in database time with a fencing token that every write checks."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from models.database import autocommit

LEASE_S = 30
"""Longer than the language model's 15 s budget plus the write; recovery from a killed worker takes at most this."""
OWNER = f"{socket.gethostname()}:{os.getpid()}"

CLAIM = text("""
UPDATE conversations c
SET lease_token = c.lease_token + 1, lease_until = now() + :lease * interval '1 s', lease_owner = :owner,
    due_at = now() + :lease * interval '1 s', rung_at = NULL, attempts = c.attempts + 1
FROM contacts k
WHERE c.id = :id AND k.id = c.contact_id AND c.closed_at IS NULL AND c.due_at <= now()
  AND (c.lease_until IS NULL OR c.lease_until < now())
RETURNING c.id, c.lease_token, c.session_id, c.channel, c.business_address, c.outlet_id, c.question, c.owner, c.attempts,
          COALESCE(c.language, k.language) AS language, k.id AS contact_id, k.address, k.opted_out_at, k.is_synthetic
""")
RELEASE_IDLE = text("""
UPDATE conversations SET lease_until = NULL, lease_owner = NULL, attempts = 0, rung_at = NULL, due_at = NULL
WHERE id = :id AND lease_token = :token AND NOT EXISTS (
    SELECT 1 FROM conversation_messages m WHERE m.conversation_id = conversations.id AND m.state = 'received')
""")


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


def claim(connection: Connection, conversation_id: int) -> Lease | None:
    """The conversation, if there is work due in it and nobody else has it. One conditional UPDATE decides."""
    row = connection.execute(CLAIM, {"id": conversation_id, "lease": LEASE_S, "owner": OWNER}).one_or_none()
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
    )


def release_idle(engine: Engine, lease: Lease) -> None:
    """Gives the conversation back when nothing was left to answer; a message that came meanwhile keeps it due."""
    with autocommit(engine) as connection:
        connection.execute(RELEASE_IDLE, {"id": lease.conversation_id, "token": lease.token})
