"""Searches past messages by meaning: what is new is remembered first, then the nearest are looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, text

from bot.knowledge import memory
from bot.knowledge.chroma import Chroma
from bot.knowledge.embedders import Embedder
from models.database import autocommit, transaction

AT_ONCE = 2_000
"""New messages that one search remembers at most; the rest with the next."""

_NEW = text("""
SELECT m.id, m.content FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id
JOIN contacts k ON k.id = c.contact_id
WHERE m.direction = 'inbound' AND m.content <> '' AND m.embedding_id IS NULL AND NOT k.is_synthetic AND m.state <> 'received'
ORDER BY m.id DESC LIMIT :most
""")
_MARK = text(
    "UPDATE conversation_messages SET embedding_id = :embedding_id, pii_scrubbed = true WHERE id = :id AND content <> ''"
)
_ROWS = text("SELECT id, conversation_id, created_at FROM conversation_messages WHERE id = ANY(:ids) AND content <> ''")


@dataclass(frozen=True, slots=True)
class Found:
    """`text` is the copy without personal data."""

    message_id: int
    conversation_id: int
    at: datetime
    text: str
    likeness: float


def search(
    engine: Engine, chroma: Chroma, embedder: Embedder, words: str, most: int, *, at_once: int = AT_ONCE
) -> list[Found]:
    """No transaction is open while texts are embedded and Chroma is asked. Raises ChromaError and EmbeddingError."""
    _remember_new(engine, chroma, embedder, at_once)
    near = memory.search(chroma, embedder, words, most)
    with autocommit(engine) as connection:
        rows = {row.id: row for row in connection.execute(_ROWS, {"ids": [each.message_id for each in near]})}
    return [
        Found(each.message_id, rows[each.message_id].conversation_id, rows[each.message_id].created_at, each.text, round(each.likeness, 3))
        for each in near
        if each.message_id in rows
    ]  # fmt: skip


def _remember_new(engine: Engine, chroma: Chroma, embedder: Embedder, most: int) -> None:
    """A vector whose message was forgotten meanwhile goes again."""
    with autocommit(engine) as connection:
        new = {int(row.id): str(row.content) for row in connection.execute(_NEW, {"most": most})}
    kept = memory.remember(chroma, embedder, new)
    with transaction(engine) as connection:
        lost = [
            vector
            for message_id, vector in kept.items()
            if connection.execute(_MARK, {"id": message_id, "embedding_id": vector}).rowcount == 0
        ]
    memory.forget(chroma, lost)
