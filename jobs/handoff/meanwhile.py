"""What went on since a person has a conversation: did they write, was the customer told, and which words wait unanswered."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.situation import Aside

TELL_AGAIN_MINUTES = 60
"""Whoever still writes after so long is told again that a person has to answer."""

_ASIDE = text("""
WITH taken AS (
    SELECT COALESCE(max(id), 0) AS id FROM conversation_messages
    WHERE conversation_id = :id AND direction = 'inbound' AND state <> 'received' AND reason IS DISTINCT FROM 'person_in_charge'
), person AS (
    SELECT COALESCE(max(m.id), 0) AS id FROM conversation_messages m, taken
    WHERE m.conversation_id = :id AND m.role = 'person' AND m.id > taken.id
)
SELECT person.id > 0 AS answered,
  EXISTS (SELECT 1 FROM conversation_messages i JOIN conversation_messages r ON r.in_reply_to = i.id
          WHERE i.conversation_id = :id AND i.id > taken.id AND i.reason = 'person_in_charge'
            AND r.created_at > now() - :again * interval '1 minute') AS told,
  (SELECT string_agg(i.content, chr(10) ORDER BY i.id) FROM conversation_messages i
    WHERE i.conversation_id = :id AND i.id > GREATEST(taken.id, person.id) AND i.direction = 'inbound'
      AND i.reason = 'person_in_charge' AND i.kind IN ('text', 'edit') AND i.content <> '') AS unread
FROM taken, person
""")


def read_aside(connection: Connection, conversation_id: int) -> Aside:
    row = connection.execute(_ASIDE, {"id": conversation_id, "again": TELL_AGAIN_MINUTES}).one()
    return Aside(bool(row.answered), bool(row.told), row.unread or "")
