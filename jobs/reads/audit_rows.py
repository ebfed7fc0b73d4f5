"""Who did what, for people: the newest rows of the audit, and everything about one order with its proofs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

_LIST = text("""
SELECT a.id, a.at, a.actor, a.action, a.subject, a.detail, s.hash FROM audit a LEFT JOIN audit_seals s ON s.audit_id = a.id
WHERE (CAST(:actor AS text) IS NULL OR a.actor = :actor) AND (CAST(:action AS text) IS NULL OR a.action = :action)
  AND (CAST(:subject AS text) IS NULL OR a.subject = :subject)
ORDER BY a.id DESC LIMIT :most OFFSET :skip
""")
# The order's own rows, and those of its conversation's tasks and failures.
_OF_ORDER = text("""
SELECT a.id, a.at, a.actor, a.action, a.subject, a.detail, s.id AS seal, s.hash FROM audit a LEFT JOIN audit_seals s ON s.audit_id = a.id
WHERE a.subject = 'order:' || CAST(:order_id AS bigint) OR a.subject = 'conversation:' || CAST(:conversation_id AS bigint)
   OR a.subject IN (SELECT 'escalation:' || e.id FROM escalations e WHERE e.conversation_id = :conversation_id)
   OR a.subject IN (SELECT 'failures:' || f.id FROM failures f JOIN conversation_messages m ON m.id = f.message_id
                    WHERE m.conversation_id = :conversation_id)
ORDER BY a.id
""")
# What was said from an hour before the order's first message to the last of its events.
_SAID = text("""
SELECT m.id, m.created_at AS at, m.said_at, m.direction, m.role, m.kind, m.content, m.state, m.provider_id, m.fingerprint, d.status AS delivery
FROM conversation_messages m LEFT JOIN delivery_receipts d ON d.channel = m.channel AND d.provider_id = m.provider_id AND m.direction = 'outbound'
WHERE m.conversation_id = :conversation_id
  AND m.created_at >= (SELECT b.created_at - interval '1 hour' FROM conversation_messages b JOIN orders o ON o.message_id = b.id WHERE o.id = :order_id)
  AND m.created_at <= (SELECT max(e.at) + interval '1 hour' FROM order_events e WHERE e.order_id = :order_id)
ORDER BY m.id
""")


def audit_rows(
    connection: Connection,
    *,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    most: int = 50,
    skip: int = 0,
) -> list[dict[str, Any]]:
    """The newest first."""
    values = {"actor": actor, "action": action, "subject": subject, "most": most, "skip": skip}
    return [dict(row) for row in connection.execute(_LIST, values).mappings()]


def about_order(connection: Connection, order_id: int, conversation_id: int) -> dict[str, list[dict[str, Any]]]:
    """`{said, audit}`: the messages around the order, and what people did, each with its seal."""
    values = {"order_id": order_id, "conversation_id": conversation_id}
    return {
        "said": [dict(row) for row in connection.execute(_SAID, values).mappings()],
        "audit": [dict(row) for row in connection.execute(_OF_ORDER, values).mappings()],
    }
