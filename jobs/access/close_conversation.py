"""Ends a contact's conversations, in the caller's transaction. The next message opens a new one (jobs/intake/record.py)."""

from __future__ import annotations

from sqlalchemy import Connection, text

from jobs.lease import release_statement

_CLOSE = text(
    release_statement(
        due_at="NULL",
        also="closed_at = now(), question = NULL, owner = 'bot', owner_until = NULL, language = NULL",
        where="contact_id = :contact_id AND closed_at IS NULL",
        fence=True,
        returning="id",
    )
)
_EXPIRE = text("""
WITH expired AS (
    UPDATE orders SET status = 'expired', version = version + 1
    WHERE conversation_id = ANY(:ids) AND status IN ('draft', 'awaiting_confirmation') RETURNING id
)
INSERT INTO order_events (order_id, kind, detail) SELECT id, 'expired', jsonb_build_object('reason', CAST(:reason AS text)) FROM expired
""")
_SETTLE = text("""
UPDATE conversation_messages SET due_at = NULL, rung_at = NULL, finished_at = now(), reason = :reason,
    state = CASE WHEN direction = 'inbound' THEN 'ignored' ELSE 'dead' END
WHERE conversation_id = ANY(:ids) AND state IN ('received', 'pending', 'held')
""")
_CLOSE_TASKS = text("""
UPDATE escalations SET closed_at = now(), closed_by = :reason WHERE conversation_id = ANY(:ids) AND closed_at IS NULL
""")


def close_all(connection: Connection, contact_id: int, *, reason: str) -> tuple[int, ...]:
    """Close what is open: drafts expire, what was not answered or sent is ended with `reason`, a worker at it is fenced."""
    closed = tuple(row.id for row in connection.execute(_CLOSE, {"contact_id": contact_id}))
    values = {"ids": list(closed), "reason": reason}
    for statement in (_EXPIRE, _SETTLE, _CLOSE_TASKS):
        connection.execute(statement, values)
    return closed
