"""Makes a task for a person, with a timer by its priority. More reasons join the conversation's open task."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.decision import Escalate

TIMER_MINUTES = {"urgent": 10, "high": 15, "normal": 60}
"""When somebody must have looked; `flask escalations list` puts what is overdue first."""

_ESCALATE = text("""
INSERT INTO escalations AS e (conversation_id, message_id, reason, priority, team, due_at)
VALUES (:conversation_id, :message_id, :reason, :priority, :team, now() + :minutes * interval '1 minute')
ON CONFLICT (conversation_id) WHERE closed_at IS NULL DO UPDATE SET
    reason = CASE WHEN position(excluded.reason IN e.reason) > 0 THEN e.reason ELSE e.reason || '; ' || excluded.reason END,
    priority = CASE WHEN 'urgent' IN (e.priority, excluded.priority) THEN 'urgent'
                    WHEN 'high' IN (e.priority, excluded.priority) THEN 'high' ELSE e.priority END,
    team = COALESCE(excluded.team, e.team),
    due_at = LEAST(e.due_at, excluded.due_at)
RETURNING id
""")


def escalate(connection: Connection, conversation_id: int, message_id: int | None, task: Escalate) -> int:
    """The id of the conversation's open task."""
    values = {"conversation_id": conversation_id, "message_id": message_id, "reason": task.reason}
    minutes = task.minutes or TIMER_MINUTES.get(task.priority, TIMER_MINUTES["normal"])
    values |= {"priority": task.priority, "team": task.team, "minutes": minutes}
    return int(connection.execute(_ESCALATE, values).scalar_one())
