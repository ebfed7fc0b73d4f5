"""A person takes a conversation over, answers in it, hands it back, or lets it time out.

Each is one conditional UPDATE that raises the lease's token: a worker that was thinking meanwhile is fenced and writes
nothing, so the bot and a person never answer the same words. What the bot wrote before is sent before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text

from bot.conversation.aside import shown
from bot.decision import Reply
from bot.errors import BadInputError
from bot.runtime import Runtime
from bot.settings import Settings
from jobs.audit import audit
from jobs.handoff.meanwhile import read_aside
from jobs.lease import Lease, release_statement
from jobs.outbox.write import say, say_reply
from models.database import transaction

TAKEN_BY_HAND = "taken over by hand"

_OPEN = text("""
SELECT e.id, e.conversation_id, e.opened_at FROM escalations e JOIN conversations c ON c.id = e.conversation_id
WHERE e.id = :id AND e.closed_at IS NULL AND c.closed_at IS NULL FOR NO KEY UPDATE OF c
""")
_TAKE = text(
    release_statement(
        due_at="CASE WHEN lease_until IS NULL THEN LEAST(due_at, now() + :minutes * interval '1 minute') ELSE now() END",
        also="owner = 'person', owner_until = now() + :minutes * interval '1 minute', attempts = 0",
        where="id = :id AND closed_at IS NULL",
        fence=True,
    )
)
_ASSIGN = text("""
UPDATE escalations SET assignee = COALESCE(assignee, :actor), due_at = NULL WHERE id = :id AND closed_at IS NULL
""")
_CLOSE = text("""
UPDATE escalations SET closed_at = now(), closed_by = :actor WHERE id = :id AND closed_at IS NULL
""")
_GIVE_BACK = text(
    release_statement(
        due_at="now()",
        also="owner = 'bot', owner_until = NULL, question = NULL, attempts = 0",
        where="id = :id AND owner = 'person'",
        fence=True,
    )
)
_LOCK = text("SELECT id FROM conversations WHERE id = :id AND closed_at IS NULL FOR NO KEY UPDATE")
# Told already: whoever takes a conversation over knows of it.
_TASK = text("""
INSERT INTO escalations AS e (conversation_id, reason, told, told_at) VALUES (:id, :reason, :reason, now())
ON CONFLICT (conversation_id) WHERE closed_at IS NULL DO UPDATE SET reason = e.reason RETURNING e.id
""")
_MAKE_MINE = text("UPDATE escalations SET assignee = :actor, due_at = NULL WHERE id = :id AND closed_at IS NULL")
_TIMED_OUT = text("""
UPDATE conversations SET owner = 'bot', owner_until = NULL, question = NULL
WHERE id = :id AND lease_token = :token AND owner = 'person' AND owner_until <= now()
""")
_CHANGED = text("""
SELECT DISTINCT o.number, o.status FROM orders o JOIN order_events e ON e.order_id = o.id
WHERE o.outlet_id IN (SELECT b.outlet_id FROM contact_outlets b JOIN conversations c ON c.contact_id = b.contact_id WHERE c.id = :id)
  AND e.at > :since AND e.message_id IS NULL ORDER BY o.number
""")
_ANSWERED = text("""
SELECT EXISTS (SELECT 1 FROM conversation_messages m WHERE m.conversation_id = :id AND m.role = 'person'
               AND m.created_at >= (SELECT max(opened_at) FROM escalations WHERE conversation_id = :id))
""")


def reply(connection: Connection, settings: Settings, escalation_id: int, words: str, *, actor: str) -> int:
    """A person's words to the customer, through the same outbox; the bot is silent from here on. Returns the row to send."""
    task = _open(connection, escalation_id)
    _still_open(connection, _ASSIGN, escalation_id, actor)
    connection.execute(_TAKE, {"id": task.conversation_id, "minutes": settings.handover_timeout_minutes})
    message_id = say(connection, task.conversation_id, words, role="person")
    audit(connection, actor, "reply", f"escalation:{escalation_id}", {"message": message_id})
    return message_id


def take(connection: Connection, settings: Settings, conversation_id: int, *, actor: str) -> int:
    """From here on the bot is silent in this conversation and `actor` has it, whether anything was asked of a person or not.

    Returns the conversation's open task. Raises BadInputError for a conversation that is over.
    """
    task_id = _task_of(connection, conversation_id)
    _still_open(connection, _MAKE_MINE, task_id, actor)
    connection.execute(_TAKE, {"id": conversation_id, "minutes": settings.handover_timeout_minutes})
    audit(connection, actor, "take_over", f"escalation:{task_id}", {"conversation": conversation_id})
    return task_id


def answer(connection: Connection, settings: Settings, conversation_id: int, words: str, *, actor: str) -> int:
    """`reply` in a conversation, also when nobody had asked for a person. Returns the row to send."""
    return reply(connection, settings, _task_of(connection, conversation_id), words, actor=actor)


def _task_of(connection: Connection, conversation_id: int) -> int:
    """Its open task, made when there is none."""
    if connection.execute(_LOCK, {"id": conversation_id}).one_or_none() is None:
        raise BadInputError("this conversation is closed; the customer's next message opens another")
    return int(connection.execute(_TASK, {"id": conversation_id, "reason": TAKEN_BY_HAND}).scalar_one())


def hand_back(connection: Connection, settings: Settings, escalation_id: int, *, actor: str) -> tuple[int, ...]:
    """Close the task. When a person had the conversation, the bot says that it is back and what was changed meanwhile.

    The question that was open before is forgotten: "2" now answers nobody's list.
    """
    task = _open(connection, escalation_id)
    _still_open(connection, _CLOSE, escalation_id, actor)
    audit(connection, actor, "hand_back", f"escalation:{escalation_id}")
    unread = _unread(connection, task.conversation_id)
    if connection.execute(_GIVE_BACK, {"id": task.conversation_id}).rowcount != 1:
        return ()
    replies = [Reply("handed_back"), *_changed(connection, task.conversation_id, task.opened_at), *unread]
    return tuple(say_reply(connection, settings, task.conversation_id, reply) for reply in replies)


def time_out(connection: Connection, settings: Settings, lease: Lease) -> tuple[int, ...]:
    """The person's time is over: the bot speaks again, and says so when nobody had answered. The task stays open."""
    held = {"id": lease.conversation_id, "token": lease.token}
    unread = _unread(connection, lease.conversation_id)
    if connection.execute(_TIMED_OUT, held).rowcount != 1:
        return ()
    audit(connection, "clock", "hand_back", f"conversation:{lease.conversation_id}")
    answered = connection.execute(_ANSWERED, {"id": lease.conversation_id}).scalar_one()
    replies = [*([] if answered else [Reply("handover_timed_out")]), *unread]
    return tuple(say_reply(connection, settings, lease.conversation_id, reply) for reply in replies)


def resume(runtime: Runtime, lease: Lease) -> Lease:
    """The lease of a conversation whose person let it time out, as the bot's own again."""
    with transaction(runtime.engine) as connection:
        time_out(connection, runtime.settings, lease)
    return replace(lease, owner="bot", owner_over=False, question=None)


def _open(connection: Connection, escalation_id: int) -> Row[Any]:
    """The open task, its conversation locked first, as a worker locks it; of two people at once the second waits."""
    task = connection.execute(_OPEN, {"id": escalation_id}).one_or_none()
    if task is None:
        raise BadInputError(f"escalation {escalation_id} is not open")
    return task


def _still_open(connection: Connection, statement: TextClause, escalation_id: int, actor: str) -> None:
    """Changes the task if nobody closed it while we waited for the conversation. Raises BadInputError."""
    if connection.execute(statement, {"id": escalation_id, "actor": actor}).rowcount != 1:
        raise BadInputError(f"escalation {escalation_id} is not open")


def _unread(connection: Connection, conversation_id: int) -> list[Reply]:
    """The customer's words since the person's last ones, which would otherwise have been said to nobody."""
    words = read_aside(connection, conversation_id).unread
    return [Reply("unread", {"words": shown(words)})] if words else []


def _changed(connection: Connection, conversation_id: int, since: datetime) -> list[Reply]:
    """What people did to the outlet's orders meanwhile: their events belong to no message."""
    rows = connection.execute(_CHANGED, {"id": conversation_id, "since": since}).all()
    return [Reply("meanwhile", {"number": row.number, "state": row.status}) for row in rows]
