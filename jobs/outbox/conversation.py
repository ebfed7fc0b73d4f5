"""The conversation in which we write to somebody without having been asked: the one that is open, or a new one."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.channels.registry import spec_of
from bot.errors import PermanentError
from bot.settings import Settings

_LAST = text("""
SELECT id FROM conversations WHERE contact_id = :contact_id AND channel = :channel AND closed_at IS NULL ORDER BY id DESC LIMIT 1
""")
_OPEN = text("""
INSERT INTO conversations (contact_id, channel, business_address) VALUES (:contact_id, :channel, :business_address)
ON CONFLICT (contact_id, business_address) WHERE closed_at IS NULL DO UPDATE SET channel = excluded.channel RETURNING id
""")


def conversation_with(connection: Connection, settings: Settings, contact_id: int, channel: str) -> int:
    """A new one begins at our own number or bot of the channel. Raises PermanentError where none is set."""
    values = {"contact_id": contact_id, "channel": channel}
    found = connection.execute(_LAST, values).scalar()
    if found is None:
        spec = spec_of(channel)
        if not (ours := spec.own_address(settings)):
            raise PermanentError(
                f"nothing of ours on {channel} to write from: {spec.settings_needed}", code="no_sender"
            )
        found = connection.execute(_OPEN, values | {"business_address": ours}).scalar_one()
    return int(found)
