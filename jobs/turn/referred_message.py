"""Finds the earlier message that an incoming one quotes, edits, deletes or reacts to; only of the same person."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.channels.base import MessageKind
from bot.situation import Referred, Said

# A message and its edits are one: whichever of them came first, and whichever of them ordered. Telegram gives all of them the id
# of the message; the original may even be missing.
_FIND = text("""
WITH talks AS (
    SELECT t.id FROM conversations c JOIN conversations t ON t.contact_id = c.contact_id AND t.business_address = c.business_address
    WHERE c.id = :conversation_id
), found AS (
    SELECT m.id, m.direction, m.in_reply_to, m.content, m.payload->>'message_id' AS own_id, COALESCE(m.in_reply_to, m.id) AS source
    FROM conversation_messages m
    WHERE m.conversation_id = ANY(ARRAY(SELECT id FROM talks)) AND m.id <> ALL(:own)
      AND (m.provider_id = :reference OR right(m.provider_id, length(:reference) + 1) = ':' || :reference OR (m.direction = 'inbound' AND m.payload->>'message_id' = :reference))
    ORDER BY m.kind = 'edit', m.id DESC LIMIT 1
), edits AS (
    SELECT e.id, e.content FROM conversation_messages e JOIN found ON e.payload->>'message_id' = found.own_id
    WHERE e.conversation_id = ANY(ARRAY(SELECT id FROM talks)) AND e.direction = 'inbound' AND e.kind = 'edit' AND e.id <> ALL(:own)
), parts AS (
    SELECT source AS id FROM found UNION SELECT id FROM edits
), made AS (
    SELECT e.order_id FROM order_events e JOIN parts ON e.message_id = parts.id
    WHERE e.order_id IS NOT NULL ORDER BY e.id DESC LIMIT 1
)
SELECT found.id, found.direction, found.in_reply_to,
    COALESCE((SELECT content FROM edits ORDER BY id DESC LIMIT 1), found.content) AS words,
    (SELECT json_agg(DISTINCT line->>0) FROM conversation_messages s, jsonb_array_elements(s.context->'lines') line
      WHERE s.id = found.source) AS skus,
    (SELECT order_id FROM made) AS order_id,
    NOT EXISTS (SELECT 1 FROM order_events e JOIN made ON made.order_id = e.order_id
      WHERE e.message_id IS NOT NULL AND e.message_id NOT IN (SELECT id FROM parts)) AS sole
FROM found
""")


def reference_of(said: Said) -> str | None:
    """The provider's id of the message meant."""
    own = said.payload.get("message_id") if said.kind in (MessageKind.EDIT, MessageKind.DELETED) else None
    found = own if own is not None else said.payload.get("replied_to")
    return str(found) if found else None


def find_referred(connection: Connection, conversation_id: int, said: Said) -> Referred | None:
    """None when nothing is referred to, or when it is no message between us and this person."""
    reference = reference_of(said)
    if reference is None:
        return None
    values = {"conversation_id": conversation_id, "own": list(said.message_ids), "reference": reference}
    row = connection.execute(_FIND, values).one_or_none()
    if row is None:
        return None
    skus = row.skus or []
    return Referred(
        message_id=row.id,
        inbound=row.direction == "inbound",
        answers=row.in_reply_to,
        text=row.words,
        sku=skus[0] if len(skus) == 1 else None,
        order_id=row.order_id,
        sole=bool(row.sole),
    )
