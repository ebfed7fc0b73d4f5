"""WhatsApp's 24-hour window, per contact: outside it free text is held, a template may ask the customer to write, and whatever
was held goes out after their next word (Twilio error 63016)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from bot.channels import registry
from bot.errors import PermanentError
from jobs.outbox.write import Outbound, Unless, write

WINDOW_CLOSED = "63016"
"""Twilio's own code for it: ours and theirs end the same way."""

_ASKED_ALREADY = Unless(
    "EXISTS (SELECT 1 FROM conversation_messages m WHERE m.conversation_id = c.id AND m.kind = 'template'"
    " AND m.created_at > COALESCE(k.last_inbound_at, '-infinity'))"
)
_LAST_WORD = text("""
SELECT m.channel, m.payload->>'template' AS template, k.last_inbound_at FROM conversation_messages m
JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id WHERE m.id = :id
""")
_RELEASE = text("""
UPDATE conversation_messages SET state = 'pending', due_at = now(), rung_at = NULL, finished_at = NULL
WHERE conversation_id = :conversation_id AND direction = 'outbound' AND state = 'held' AND reason = :code
""")


def is_open(channel: str, last_inbound_at: datetime | None, now: datetime) -> bool:
    """Whether free text may be sent there; always on a channel without a window. A contact who never wrote has none open."""
    window = registry.spec_of(channel).free_text_for
    return window is None or (last_inbound_at is not None and now - last_inbound_at < window)


def check(channel: str, template: str | None, last_inbound_at: datetime | None, now: datetime) -> None:
    """Raises PermanentError (63016) for free text on a channel with a window, to a contact who last wrote before it or never."""
    if template is None and not is_open(channel, last_inbound_at, now):
        raise PermanentError("the customer's 24-hour window is closed", code=WINDOW_CLOSED)


def is_closed_for(connection: Connection, message_id: int, now: datetime) -> bool:
    """Whether this message of ours is going to be held until the customer writes."""
    row = connection.execute(_LAST_WORD, {"id": message_id}).one()
    return row.template is None and not is_open(row.channel, row.last_inbound_at, now)


def nudge(connection: Connection, conversation_id: int, template: str) -> int | None:
    """After a reply was held: the template that asks the customer to write, once per closed window."""
    if not template:
        return None
    asking = Outbound("", {"template": template}, kind="template")
    return next(iter(write(connection, conversation_id, [asking], unless=_ASKED_ALREADY)), None)


def release(connection: Connection, conversation_id: int) -> int:
    """The customer wrote: what was held for them is due, before the answer to what they wrote now."""
    return connection.execute(_RELEASE, {"conversation_id": conversation_id, "code": WINDOW_CLOSED}).rowcount
