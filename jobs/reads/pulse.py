"""Whether anything changed since somebody last looked: a short text that differs when it did. One cheap statement."""

from __future__ import annotations

from sqlalchemy import Connection, text

# Ids only rise, so their maxima tell of every new row; what changes in place is looked at in the open thread only.
_PULSE = text("""
SELECT md5(concat_ws(',',
    (SELECT max(id) FROM conversation_messages), (SELECT max(id) FROM order_events), (SELECT max(id) FROM audit WHERE action <> 'viewed'),
    (SELECT max(id) FROM escalations), (SELECT count(*) FROM escalations WHERE closed_at IS NULL),
    (SELECT max(id) FROM failures), (SELECT count(*) FROM failures WHERE resolved_at IS NULL),
    (SELECT string_agg(concat_ws(':', m.id, m.state, d.status), ',') FROM (
        SELECT id, state, channel, provider_id FROM conversation_messages
        WHERE conversation_id = :thread ORDER BY id DESC LIMIT 30) m
     LEFT JOIN delivery_receipts d ON d.channel = m.channel AND d.provider_id = m.provider_id),
    (SELECT concat_ws(':', owner, owner_until) FROM conversations WHERE id = :thread)))
""")


def pulse(connection: Connection, thread_id: int | None) -> str:
    return str(connection.execute(_PULSE, {"thread": thread_id}).scalar_one())
