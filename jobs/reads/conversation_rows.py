"""Conversations and their messages for people: who, for whom, what was said, what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

_CONVERSATIONS = text("""
SELECT c.id, c.session_id, c.channel, k.address, k.display_name AS person, c.owner, c.opened_at, c.closed_at, c.language,
       c.question ->> 'kind' AS question,
       COALESCE((SELECT t.code FROM outlets t WHERE t.id = c.outlet_id),
                (SELECT string_agg(t.code, ', ' ORDER BY t.code) FROM contact_outlets b JOIN outlets t ON t.id = b.outlet_id
                 WHERE b.contact_id = k.id)) AS outlet,
       (SELECT count(*) FROM conversation_messages m WHERE m.conversation_id = c.id) AS messages,
       (SELECT max(m.created_at) FROM conversation_messages m WHERE m.conversation_id = c.id) AS last_at,
       (SELECT m.content FROM conversation_messages m WHERE m.conversation_id = c.id AND m.direction = 'inbound' AND m.content <> ''
        ORDER BY m.id DESC LIMIT 1) AS last_words,
       EXISTS (SELECT 1 FROM escalations e WHERE e.conversation_id = c.id AND e.closed_at IS NULL) AS escalated
FROM conversations c JOIN contacts k ON k.id = c.contact_id
WHERE NOT k.is_synthetic AND (CAST(:id AS bigint) IS NULL OR c.id = :id)
  AND (CAST(:outlet AS text) IS NULL OR c.outlet_id IN (SELECT id FROM outlets WHERE code = :outlet)
       OR k.id IN (SELECT b.contact_id FROM contact_outlets b JOIN outlets t ON t.id = b.outlet_id WHERE t.code = :outlet))
  AND (CAST(:address AS text) IS NULL OR k.address = :address)
  AND (CAST(:since AS timestamptz) IS NULL
       OR EXISTS (SELECT 1 FROM conversation_messages m WHERE m.conversation_id = c.id AND m.created_at >= :since))
ORDER BY last_at DESC NULLS LAST, c.id DESC LIMIT :most
""")
_MESSAGES = text("""
SELECT * FROM (
    SELECT m.id, m.created_at AS at, m.said_at, m.finished_at, m.direction, m.role, m.kind, m.content, m.state, m.reason, m.intent, m.in_reply_to, m.provider_id
    FROM conversation_messages m WHERE m.conversation_id = :id ORDER BY m.id DESC LIMIT :most) newest
ORDER BY id
""")
_MESSAGE = text("""
SELECT m.id, m.provider_id, m.conversation_id, c.session_id, m.channel, k.address, m.direction, m.role, m.kind, m.content, m.state,
       m.reason, m.error, m.attempts, m.intent, m.confidence, m.language, m.said_at, m.created_at, m.finished_at, m.in_reply_to, m.context,
       (SELECT json_agg(r.id ORDER BY r.id) FROM conversation_messages r WHERE r.in_reply_to = m.id) AS replies,
       (SELECT json_agg(DISTINCT o.number) FROM orders o JOIN order_events e ON e.order_id = o.id
         WHERE e.message_id = COALESCE(m.in_reply_to, m.id)) AS orders,
       (SELECT json_agg(f.id ORDER BY f.id) FROM failures f WHERE f.message_id = m.id) AS failures,
       (SELECT d.status FROM delivery_receipts d WHERE d.channel = m.channel AND d.provider_id = m.provider_id AND m.direction = 'outbound') AS delivery
FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE m.id::text = :given OR m.provider_id = :given
ORDER BY m.id LIMIT 1
""")
_RECENT = text("""
SELECT m.id, m.created_at AS at, m.channel, k.address, m.direction, m.kind, m.content, m.state, m.reason, m.intent, m.provider_id
FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE NOT k.is_synthetic AND (CAST(:state AS text) IS NULL OR m.state = :state)
  AND (CAST(:direction AS text) IS NULL OR m.direction = :direction)
  AND (CAST(:since AS timestamptz) IS NULL OR m.created_at >= :since)
ORDER BY m.id DESC LIMIT :most
""")

Rows = list[dict[str, Any]]


def conversations(
    connection: Connection,
    *,
    conversation_id: int | None = None,
    outlet: str | None = None,
    address: str | None = None,
    since: datetime | None = None,
    most: int = 50,
) -> Rows:
    """The ones with the newest messages first."""
    values = {"id": conversation_id, "outlet": outlet, "address": address, "since": since, "most": most}
    return _rows(connection, _CONVERSATIONS, values)


def messages_of(connection: Connection, conversation_id: int, most: int) -> Rows:
    """The last so many, the oldest of them first."""
    return _rows(connection, _MESSAGES, {"id": conversation_id, "most": most})


def recent_messages(
    connection: Connection, *, state: str | None, direction: str | None, since: datetime | None, most: int
) -> Rows:
    return _rows(connection, _RECENT, {"state": state, "direction": direction, "since": since, "most": most})


def message(connection: Connection, given: str) -> dict[str, Any] | None:
    """By our id or the provider's."""
    found = _rows(connection, _MESSAGE, {"given": given})
    return found[0] if found else None


def _rows(connection: Connection, statement: Any, values: dict[str, Any]) -> Rows:
    return [dict(row) for row in connection.execute(statement, values).mappings()]
