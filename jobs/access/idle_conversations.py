"""Ends conversations in which nothing was said for long and nothing waits; the next message opens a new one, with its own session id.

Whoever writes again goes on in the language they spoke; which of several outlets is meant is asked anew. Orders are the
outlet's and know nothing of it.
"""

from __future__ import annotations

from sqlalchemy import text

from bot.runtime import Runtime
from bot.telemetry import get_logger
from jobs import heartbeat
from jobs.lease import release_statement
from models.database import transaction

log = get_logger(__name__)

LOOK_EVERY_S = 600
MOST_AT_ONCE = 500

# A message that comes meanwhile has locked the row and moved `due_at`, so that it is not idle any more; one that comes behind
# this finds it closed and opens the next.
_END = text(
    release_statement(
        due_at="NULL",
        also="closed_at = now()",
        where="""c.id = ANY(ARRAY(
    SELECT i.id FROM conversations i JOIN contacts k ON k.id = i.contact_id
    WHERE i.closed_at IS NULL AND i.owner = 'bot' AND i.question IS NULL AND i.due_at IS NULL AND i.lease_until IS NULL
      AND i.opened_at < now() - :hours * interval '1 hour' AND NOT k.is_synthetic
      AND NOT EXISTS (SELECT 1 FROM conversation_messages m WHERE m.conversation_id = i.id
                      AND (m.created_at > now() - :hours * interval '1 hour'
                           OR m.state IN ('received', 'pending', 'sending', 'unknown', 'held')))
      AND NOT EXISTS (SELECT 1 FROM escalations e WHERE e.conversation_id = i.id AND e.closed_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.conversation_id = i.id
                      AND o.status IN ('draft', 'awaiting_confirmation', 'awaiting_approval'))
    ORDER BY i.id LIMIT :most FOR NO KEY UPDATE OF i SKIP LOCKED))""",
        fence=True,
    )
)


def end_idle(runtime: Runtime) -> int:
    """How many ended; once in LOOK_EVERY_S, whichever sweeper looks first."""
    with transaction(runtime.engine) as connection:
        if not heartbeat.turn(connection, "sessions", LOOK_EVERY_S):
            return 0
        values = {"hours": runtime.settings.session_idle_hours, "most": MOST_AT_ONCE}
        ended: int = connection.execute(_END, values).rowcount
    if ended:
        log.info("sessions ended", count=ended)
    return ended
