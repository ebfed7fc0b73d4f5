"""What failed, for people and other programs: a list, and one with all that is known of it. No phones, no message texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from bot.errors import BadInputError

LIST = text("""
SELECT id, kind, message_id, error, attempts, first_failed_at, last_failed_at, resolved_at, resolution FROM failures
WHERE (:all OR resolved_at IS NULL) AND (CAST(:kind AS text) IS NULL OR kind = :kind)
  AND (CAST(:since AS timestamptz) IS NULL OR last_failed_at >= :since)
ORDER BY id DESC LIMIT :most
""")
SHOW = text("""
SELECT f.*, m.state, m.channel, m.kind AS message_kind, m.conversation_id, m.attempts AS message_attempts, m.created_at AS recorded_at,
       (SELECT string_agg(DISTINCT o.number, ', ') FROM orders o WHERE o.message_id = COALESCE(m.in_reply_to, m.id)
           OR o.id IN (SELECT order_id FROM order_events e WHERE e.message_id = COALESCE(m.in_reply_to, m.id))) AS "order",
       (SELECT string_agg(t.code || ' ' || t.name, ', ' ORDER BY t.code) FROM outlets t
         WHERE CASE WHEN c.outlet_id IS NULL THEN t.id IN (SELECT outlet_id FROM contact_outlets b WHERE b.contact_id = c.contact_id)
                    ELSE t.id = c.outlet_id END) AS outlet
FROM failures f LEFT JOIN conversation_messages m ON m.id = f.message_id
LEFT JOIN conversations c ON c.id = m.conversation_id WHERE f.id = :id
""")
AUDIT = text("SELECT at, actor, action FROM audit WHERE subject = :subject ORDER BY id")
LISTED = ("id", "kind", "message_id", "error", "attempts", "first_failed_at", "last_failed_at")


def list_failures(
    connection: Connection,
    *,
    since: datetime | None = None,
    kind: str | None = None,
    everything: bool = False,
    most: int = 200,
) -> list[dict[str, Any]]:
    """The newest first; with `everything` the settled ones too, and how they were settled."""
    rows = connection.execute(LIST, {"since": since, "kind": kind, "all": everything, "most": most}).mappings()
    names = (*LISTED, "resolved_at", "resolution") if everything else LISTED
    return [{name: _plain(row[name]) for name in names} for row in rows]


def show_failure(connection: Connection, failure_id: int) -> dict[str, Any]:
    """Everything about one failure, with what people did about it. Raises BadInputError."""
    row = connection.execute(SHOW, {"id": failure_id}).mappings().one_or_none()
    if row is None:
        raise BadInputError(f"no failure has the id {failure_id}: see `flask failed list --all`")
    history = connection.execute(AUDIT, {"subject": f"failures:{failure_id}"}).mappings()
    shown = {name: _plain(value) for name, value in row.items()}
    return shown | {"history": [{name: _plain(value) for name, value in each.items()} for each in history]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
