"""Reads recorded messages again, with another index or today's rules, and tells what would be read differently. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from bot.catalog.index import CatalogIndex
from bot.understanding.compare import differences
from bot.understanding.intent import Context, Intent
from bot.understanding.reader import understand

_HISTORY = text("""
SELECT m.id, m.content, m.said_at, COALESCE(chosen.code, (
    SELECT min(o.code) FROM outlets o JOIN contact_outlets b ON b.outlet_id = o.id WHERE b.contact_id = c.contact_id)) AS outlet
FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
LEFT JOIN outlets chosen ON chosen.id = c.outlet_id
WHERE m.direction = 'inbound' AND m.kind IN ('text', 'edit') AND m.content <> '' AND NOT k.is_synthetic
  AND (CAST(:since AS timestamptz) IS NULL OR m.said_at >= :since)
  AND (CAST(:outlet AS text) IS NULL OR chosen.code = :outlet OR (c.outlet_id IS NULL AND EXISTS (
       SELECT 1 FROM outlets o JOIN contact_outlets b ON b.outlet_id = o.id WHERE b.contact_id = c.contact_id AND o.code = :outlet)))
ORDER BY m.id DESC LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Past:
    """A message as it was recorded. `outlet` is the code of the outlet that it was, or most likely was, written for."""

    message_id: int
    content: str
    said_at: datetime
    outlet: str | None


@dataclass(frozen=True, slots=True)
class Changed:
    message_id: int
    content: str
    differences: tuple[str, ...]


def history(
    connection: Connection, *, outlet: str | None = None, since: datetime | None = None, most: int = 1_000
) -> list[Past]:
    """The newest inbound texts, the oldest of them first; `outlet` by its code."""
    rows = connection.execute(_HISTORY, {"outlet": outlet, "since": since, "most": most})
    return [Past(*row) for row in rows][::-1]


def changed_readings(past: Iterable[Past], before: CatalogIndex, after: CatalogIndex, zone: ZoneInfo) -> list[Changed]:
    """The messages that the two indexes read differently, each read alone, without the conversation around it."""
    found = (
        Changed(
            message.message_id, message.content, differences(_read(message, before, zone), _read(message, after, zone))
        )
        for message in past
    )
    return [changed for changed in found if changed.differences]


def _read(message: Past, index: CatalogIndex, zone: ZoneInfo) -> Intent:
    return understand(message.content, index, Context(), message.said_at.astimezone(zone), outlet_id=message.outlet)
