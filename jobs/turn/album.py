"""Whether photos belong to an album whose beginning was answered already: the rest of it needs no second answer."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.situation import Said

SAME_ALBUM_S = 30
"""WhatsApp sends the photos of an album one by one, as they are uploaded, and names no album."""

_ANSWERED = text("""
SELECT EXISTS (
    SELECT 1 FROM (
        SELECT kind, state, payload, created_at FROM conversation_messages
        WHERE conversation_id = :id AND direction = 'inbound' AND id < :first ORDER BY id DESC LIMIT 12) before
    WHERE state IN ('handed_over', 'merged') AND kind = :kind AND (
        created_at > now() - :seconds * interval '1 s' OR payload->>'album' = :album))
""")


def album_answered(connection: Connection, conversation_id: int, said: Said) -> bool:
    values = {
        "id": conversation_id,
        "first": said.message_ids[0],
        "kind": said.kind.value,
        "album": said.payload.get("album"),
        "seconds": SAME_ALBUM_S,
    }
    return bool(connection.execute(_ANSWERED, values).scalar_one())
