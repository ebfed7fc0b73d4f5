"""Writes a message of ours that answers no message: a person's reply, a word after a hand-back, an approval. Sending is deliver's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from bot.decision import Reply
from bot.replies import render
from bot.replies.render import Voice
from bot.settings import Settings

_SAY = text("""
INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, role, kind, content, payload, language, state,
                                   said_at, due_at, finished_at)
SELECT c.id, c.session_id, 'outbound', c.channel, :role, 'text', :content, CAST(:payload AS jsonb), c.language,
       CASE WHEN c.channel = 'api' THEN 'sent' ELSE 'pending' END, now(), CASE WHEN c.channel <> 'api' THEN now() END,
       CASE WHEN c.channel = 'api' THEN now() END
FROM conversations c WHERE c.id = :conversation_id
RETURNING id
""")
_LANGUAGE = text("""
SELECT COALESCE(c.language, k.language, (
    SELECT min(o.default_language) FROM outlets o JOIN contact_outlets b ON b.outlet_id = o.id WHERE b.contact_id = k.id), 'en')
FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE c.id = :conversation_id
""")


def say(
    connection: Connection, conversation_id: int, content: str, *, role: str = "assistant",
    payload: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """The id of the outbox row, due at once; `role` is `person` when one of the team wrote it."""
    values = {"conversation_id": conversation_id, "content": content, "role": role}
    return int(connection.execute(_SAY, values | {"payload": json.dumps(dict(payload or {}))}).scalar_one())


def say_reply(connection: Connection, settings: Settings, conversation_id: int, reply: Reply, outlet: str = "") -> int:
    """One of the bot's own sentences, in the conversation's language."""
    language = connection.execute(_LANGUAGE, {"conversation_id": conversation_id}).scalar_one()
    voice = Voice(language, settings.currency, outlet, None, settings.tax_rate)
    return say(connection, conversation_id, render(reply, voice).text)
