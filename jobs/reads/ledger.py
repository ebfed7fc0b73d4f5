"""Does the ledger add up? Every accepted inbound message ends in exactly one final state, and the state has its evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from models.message_state import INBOUND_FINAL

OPEN_LIMIT_S = 60
"""Longer unanswered than this is missing, not on its way (readiness uses the same limit)."""

_BETWEEN = (
    "direction = 'inbound' AND (CAST(:start AS timestamptz) IS NULL OR m.created_at BETWEEN :start AND :end)"
    " AND NOT EXISTS (SELECT 1 FROM conversations c JOIN contacts k ON k.id = c.contact_id"
    " WHERE c.id = m.conversation_id AND k.is_synthetic)"
)
_COUNTS = f"SELECT state, count(*) FROM conversation_messages m WHERE {_BETWEEN} GROUP BY state"
# What each final state must leave behind; a state without it was written by nothing that answers for it.
_MISSING = f"""
SELECT m.id, m.provider_id, m.state,
       CASE m.state
           WHEN 'received' THEN 'not finished after {OPEN_LIMIT_S} s'
           WHEN 'answered' THEN 'answered, but there is no reply'
           WHEN 'merged' THEN 'merged, but into nothing'
           ELSE m.state || ' without a reason'
       END AS problem
FROM conversation_messages m
WHERE {_BETWEEN} AND (
    (m.state = 'received' AND m.created_at < now() - interval '{OPEN_LIMIT_S} s')
    OR (m.state = 'answered' AND NOT EXISTS (SELECT 1 FROM conversation_messages r WHERE r.in_reply_to = m.id))
    OR (m.state = 'merged' AND NOT EXISTS (
        SELECT 1 FROM conversation_messages n
        WHERE n.conversation_id = m.conversation_id AND n.direction = 'inbound' AND n.id > m.id
          AND n.state IN ('answered', 'handed_over', 'parked', 'ignored')))
    OR (m.state IN ('parked', 'ignored') AND m.reason IS NULL)
    OR (m.state = 'handed_over' AND m.reason IS NULL AND NOT EXISTS (
        SELECT 1 FROM escalations e WHERE e.conversation_id = m.conversation_id))
    OR m.state NOT IN ('received', 'answered', 'merged', 'handed_over', 'parked', 'ignored'))
ORDER BY m.id
"""


def verify_ledger(connection: Connection, day: tuple[datetime, datetime] | None) -> dict[str, Any]:
    """`{received, final: {state: n}, open, missing: [...], ok}`; of one day, or of all time."""
    start, end = day or (None, None)
    window = {"start": start, "end": end}
    counts = {str(state): int(count) for state, count in connection.execute(text(_COUNTS), window)}
    final = {state.value: counts.get(state.value, 0) for state in INBOUND_FINAL}
    missing = [
        {"message_id": row.id, "provider_id": row.provider_id, "problem": row.problem}
        for row in connection.execute(text(_MISSING), window)
    ]
    received, still_open = sum(counts.values()), counts.get("received", 0)
    adds_up = received == sum(final.values()) + still_open
    return {
        "received": received,
        "final": final,
        "open": still_open,
        "missing": missing,
        "ok": adds_up and not missing,
    }
