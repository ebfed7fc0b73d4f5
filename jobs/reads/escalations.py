"""What waits for a person, as they need to see it: why, how urgent, who asks, since when, and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

_LIST = text("""
SELECT e.id, e.priority, e.reason, e.team, e.assignee, e.opened_at, e.due_at, e.due_at < now() AS overdue, c.id AS conversation_id,
       c.owner, c.owner_until, k.channel, k.address, k.display_name,
       (SELECT string_agg(o.name, ', ' ORDER BY o.name) FROM outlets o JOIN contact_outlets b ON b.outlet_id = o.id
        WHERE b.contact_id = k.id) AS outlets,
       (SELECT content FROM conversation_messages m WHERE m.conversation_id = c.id AND m.direction = 'inbound' AND m.content <> ''
        ORDER BY m.id DESC LIMIT 1) AS last_words,
       (SELECT count(*) FROM conversation_messages m WHERE m.conversation_id = c.id AND m.state = 'held') AS held
FROM escalations e JOIN conversations c ON c.id = e.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE e.closed_at IS NULL
ORDER BY CASE e.priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 ELSE 2 END, e.due_at NULLS LAST, e.id
""")
_HELD = text("""
SELECT m.id, c.id AS conversation_id, k.address, m.reason, m.created_at FROM conversation_messages m
JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE m.direction = 'outbound' AND m.state = 'held' ORDER BY m.id
""")
_TALK = text("""
SELECT m.created_at, m.role, m.kind, m.content, m.state FROM conversation_messages m
JOIN escalations e ON e.conversation_id = m.conversation_id WHERE e.id = :id ORDER BY m.id DESC LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Task:
    """An open escalation. `owner` says who speaks in the conversation now; `held` replies wait for the customer's next word."""

    id: int
    priority: str
    reason: str
    team: str | None
    assignee: str | None
    opened_at: datetime
    due_at: datetime | None
    overdue: bool | None
    conversation_id: int
    owner: str
    owner_until: datetime | None
    channel: str
    address: str
    display_name: str | None
    outlets: str | None
    last_words: str | None
    held: int


@dataclass(frozen=True, slots=True)
class Held:
    """A reply that waits for the customer to write again (jobs/outbox/whatsapp_window.py)."""

    id: int
    conversation_id: int
    address: str
    reason: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Spoken:
    at: datetime
    role: str
    kind: str
    content: str
    state: str


def open_tasks(connection: Connection) -> list[Task]:
    """The most urgent first."""
    return [Task(*row) for row in connection.execute(_LIST)]


def held_replies(connection: Connection) -> list[Held]:
    return [Held(*row) for row in connection.execute(_HELD)]


def talk_of(connection: Connection, escalation_id: int, most: int) -> list[Spoken]:
    """The last messages of the task's conversation, the oldest first; empty when there is no such task."""
    return [Spoken(*row) for row in connection.execute(_TALK, {"id": escalation_id, "most": most})][::-1]
