"""What the tests of the jobs do to the ledger: write a message as a door would, and read how things stand."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from sqlalchemy import text

from bot.channels.base import Incoming, MessageKind
from bot.runtime import Runtime
from jobs.intake.record import Recorded, record_once
from models.database import autocommit

PASIR_RIS = "+6580000101"
OURS = "+6560000001"
_ids = itertools.count(1)


def incoming(
    content: str = "2 cartons of boxes", *, sid: str = "", address: str = PASIR_RIS, channel: str = "whatsapp",
    kind: MessageKind = MessageKind.TEXT,
) -> Incoming:  # fmt: skip
    return Incoming(channel, sid or f"SM{next(_ids):032x}", address, OURS, kind, content, datetime.now(UTC))


def say(runtime: Runtime, content: str = "2 cartons of boxes", *, window_ms: int = 0, **fields: object) -> Recorded:
    message = incoming(content, **fields)  # type: ignore[arg-type]
    return record_once(runtime.engine, message, fingerprint=content, window_ms=window_ms)


def change(runtime: Runtime, sql: str, **values: object) -> None:
    with runtime.engine.begin() as connection:
        connection.execute(text(sql), values)


def write_reply(
    runtime: Runtime,
    content: str = "Hello",
    *,
    address: str = PASIR_RIS,
    channel: str = "whatsapp",
    state: str = "pending",
) -> int:
    """A reply in the outbox of that contact's conversation, due now; its id."""
    recorded = say(runtime, "hi", address=address, channel=channel)
    sql = (
        "INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, role, kind, content, state,"
        " in_reply_to, sequence, said_at, due_at)"
        " SELECT id, session_id, 'outbound', channel, 'assistant', 'text', :content, :state, :message, 1, now(), now()"
        " FROM conversations WHERE id = :id RETURNING id"
    )
    values = {"id": recorded.conversation_id, "content": content, "state": state, "message": recorded.message_id}
    with runtime.engine.begin() as connection:
        return int(connection.execute(text(sql), values).scalar_one())


def due_now(runtime: Runtime) -> None:
    """The clock of every waiting row goes off."""
    change(runtime, "UPDATE conversation_messages SET due_at = now() WHERE due_at IS NOT NULL")
    change(runtime, "UPDATE conversations SET due_at = now() WHERE due_at IS NOT NULL AND lease_until IS NULL")


def wait_for_a_waiter(runtime: Runtime) -> None:
    """Until somebody waits for a row that is locked."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    for _ in range(1000):
        with autocommit(runtime.engine) as connection:
            if connection.execute(waiting).scalar_one():
                return
    raise AssertionError("nobody waits for the row")
