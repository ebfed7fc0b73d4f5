"""How much waits for the supplier's people, for the frame of every page of the console: one statement."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, text

from jobs.reads.rereadings import STILL_DOUBTFUL

_COUNTS = text(f"""
SELECT (SELECT count(*) FROM escalations WHERE closed_at IS NULL) AS escalations,
       (SELECT count(*) FROM escalations WHERE closed_at IS NULL AND due_at < now()) AS overdue,
       (SELECT count(*) FROM escalations WHERE closed_at IS NULL AND lower(assignee) = :me) AS mine,
       (SELECT count(*) FROM failures WHERE resolved_at IS NULL) AS failures,
       (SELECT count(*) FROM orders WHERE status = 'awaiting_approval' AND NOT is_synthetic) AS approvals,
       (SELECT count(*) FROM binding_requests WHERE state = 'pending') AS requests,
       (SELECT count(*) FROM alias_proposals WHERE state = 'proposed') AS names,
       (SELECT count(*) FROM conversation_messages WHERE direction = 'outbound' AND state = 'held') AS held,
       (SELECT count(*) FROM order_rereadings r JOIN orders q ON q.id = r.order_id WHERE {STILL_DOUBTFUL}) AS doubtful
""")
WAITS = ("escalations", "failures", "approvals", "requests", "names", "held", "doubtful")


def counts(connection: Connection, me: str, today: date) -> dict[str, int]:
    """By kind of work, and `all` of it together."""
    found = {
        name: int(count)
        for name, count in connection.execute(_COUNTS, {"me": me, "today": today}).one()._mapping.items()
    }
    return found | {"all": sum(found[name] for name in WAITS)}
