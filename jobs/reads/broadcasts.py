"""Announcements as people and other programs see them: to how many, and what became of each message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from bot.errors import BadInputError

_LIST = text("""
SELECT b.id, b.content, b.template, b.audience, b.state, b.created_by, b.created_at, b.failed,
       count(r.contact_id) AS enqueued,
       count(*) FILTER (WHERE m.state = 'sent') AS sent,
       count(*) FILTER (WHERE d.status IN ('delivered', 'read')) AS delivered,
       count(*) FILTER (WHERE d.status = 'read') AS read,
       count(*) FILTER (WHERE m.state = 'dead' OR d.status = 'failed') AS undelivered,
       count(*) FILTER (WHERE k.opted_out_at > b.created_at) AS opted_out_since
FROM broadcasts b LEFT JOIN broadcast_recipients r ON r.broadcast_id = b.id LEFT JOIN contacts k ON k.id = r.contact_id
LEFT JOIN conversation_messages m ON m.id = r.message_id
LEFT JOIN delivery_receipts d ON d.channel = m.channel AND d.provider_id = m.provider_id
WHERE CAST(:id AS bigint) IS NULL OR b.id = :id
GROUP BY b.id ORDER BY b.id DESC LIMIT :most
""")


def broadcasts(connection: Connection, *, only: int | None = None, most: int = 50) -> list[dict[str, Any]]:
    """The newest first."""
    return [dict(row) for row in connection.execute(_LIST, {"id": only, "most": most}).mappings()]


def outcome(connection: Connection, broadcast_id: int) -> dict[str, Any]:
    """`{success, sellers_enqueued, sellers_failed, failure_rate, failed_sellers, sent, delivered, read, opted_out}`.

    The rate is of those whom it tried to reach; 0 when it tried nobody. `opted_out` are recipients who opted out since.
    Raises BadInputError.
    """
    found = broadcasts(connection, only=broadcast_id)
    if not found:
        raise BadInputError(f"there is no broadcast {broadcast_id}")
    row = found[0]
    tried = row["enqueued"] + len(row["failed"])
    return {
        "success": row["state"] == "enqueued",
        "sellers_enqueued": row["enqueued"],
        "sellers_failed": len(row["failed"]),
        "failure_rate": round(len(row["failed"]) / tried, 4) if tried else 0.0,
        "failed_sellers": row["failed"],
        "sent": row["sent"],
        "delivered": row["delivered"],
        "read": row["read"],
        "opted_out": row["opted_out_since"],
    }
