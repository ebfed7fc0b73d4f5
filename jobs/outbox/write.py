"""The one place where a message of ours is written: answers, notices, a person's words. Sending is deliver's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, text

from bot.channels.registry import pushed_channels
from bot.decision import Reply
from bot.replies import render
from bot.replies.render import Voice
from bot.settings import Settings

_INSERT = """
INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, role, kind, content, payload, language, state,
                                   in_reply_to, sequence, said_at, due_at, rung_at, finished_at)
SELECT c.id, c.session_id, 'outbound', c.channel, r.role, r.kind, r.content, r.payload, COALESCE(:language, c.language),
       CASE WHEN p.pushed THEN 'pending' ELSE 'sent' END, :in_reply_to, r.sequence, now(), CASE WHEN p.pushed THEN now() END,
       CASE WHEN :handed_over THEN now() END, CASE WHEN NOT p.pushed THEN now() END
FROM conversations c JOIN contacts k ON k.id = c.contact_id CROSS JOIN LATERAL (SELECT c.channel = ANY(:pushed) AS pushed) p
     CROSS JOIN jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(sequence int, role text, kind text, content text, payload jsonb)
WHERE c.id = :conversation_id AND NOT ({unless})
ORDER BY r.sequence
ON CONFLICT (in_reply_to, sequence) WHERE in_reply_to IS NOT NULL DO NOTHING
RETURNING id
"""
_LANGUAGE = text("""
SELECT COALESCE(c.language, k.language, (
    SELECT min(o.default_language) FROM outlets o JOIN contact_outlets b ON b.outlet_id = o.id WHERE b.contact_id = k.id), 'en')
FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE c.id = :conversation_id
""")


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message of ours. `sequence` orders the answers to one message: 1, 2 ...; 0 is a notice before them."""

    content: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    sequence: int | None = None
    role: str = "assistant"
    """`person` when one of the team wrote it."""
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Unless:
    """A condition in SQL, over the conversation `c` and its contact `k`, under which nothing is written."""

    sql: str
    values: Mapping[str, Any] = field(default_factory=dict)


NEVER = Unless("FALSE")


def write(
    connection: Connection,
    conversation_id: int,
    messages: Sequence[Outbound],
    *,
    in_reply_to: int | None = None,
    language: str | None = None,
    handed_over: bool = False,
    unless: Unless = NEVER,
) -> tuple[int, ...]:
    """The ids of the new rows, in order, due at once; an answer that is there already is not written again.

    On a channel that nothing is pushed on they count as sent. `handed_over` says that the writer sees to the sending,
    so that the sweeper need not ring for a while.
    """
    if not messages:
        return ()
    values = {
        "conversation_id": conversation_id,
        "rows": json.dumps([asdict(message) for message in messages]),
        "in_reply_to": in_reply_to,
        "language": language,
        "handed_over": handed_over,
        "pushed": [spec.name for spec in pushed_channels()],
    }
    return tuple(connection.execute(_statement(unless.sql), values | dict(unless.values)).scalars())


@lru_cache(maxsize=8)
def _statement(unless: str) -> TextClause:
    return text(_INSERT.format(unless=unless))


def about(contact_id: int) -> dict[str, Any]:
    """The mark of a message that tells one person of another contact: when that one is forgotten, it is too."""
    return {"about": contact_id}


def say(
    connection: Connection,
    conversation_id: int,
    content: str,
    *,
    role: str = "assistant",
    payload: Mapping[str, Any] | None = None,
) -> int:
    """A message that answers no message; the id of its row."""
    (message_id,) = write(connection, conversation_id, [Outbound(content, payload or {}, role=role)])
    return message_id


def say_reply(
    connection: Connection, settings: Settings, conversation_id: int, reply: Reply, outlet: str = "",
    *, payload: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """One of the bot's own sentences, in the conversation's language."""
    language = connection.execute(_LANGUAGE, {"conversation_id": conversation_id}).scalar_one()
    voice = Voice(language, settings.currency, outlet, None, settings.tax_rate)
    return say(connection, conversation_id, render(reply, voice).text, payload=payload)
