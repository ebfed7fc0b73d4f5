"""What the language model has cost today, summed from the ledger: one figure for all workers, and none of them keeps it.

A call whose message could not be written is not in it; its message is tried again a few times at most, then parked.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import Connection, text

SPENT = text("""
SELECT COALESCE(sum((context->'llm'->>'cost_usd')::numeric), 0) FROM conversation_messages
WHERE finished_at >= :midnight AND context->'llm' IS NOT NULL
""")


def spent_today(connection: Connection, now: datetime) -> Decimal:
    """US dollars since midnight UTC, when providers' days begin."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Decimal(connection.execute(SPENT, {"midnight": midnight}).scalar_one())
