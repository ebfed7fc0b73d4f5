"""Forgets a person: their words, their name, their address and the vectors of their words. Orders stay, as the tax law asks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.identity.addresses import spellings
from jobs.audit import audit

BACKUPS = (
    "Backups that were made before still hold these rows: restore none without running this again, and let them expire "
    "within 30 days."
)

_CONTACTS = text("SELECT id FROM contacts WHERE address = ANY(:addresses) FOR UPDATE")
_VECTORS = text("""
SELECT m.embedding_id FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id
WHERE c.contact_id = ANY(:ids) AND m.embedding_id IS NOT NULL
""")
_WORDS = text("""
UPDATE conversation_messages m SET content = '', payload = '{}'::jsonb, context = NULL, error = NULL, embedding_id = NULL,
    pii_scrubbed = true
FROM conversations c WHERE c.id = m.conversation_id AND c.contact_id = ANY(:ids)
""")
_QUESTIONS = text("UPDATE conversations SET question = NULL WHERE contact_id = ANY(:ids)")
_NOTES = text(
    "UPDATE orders o SET notes = '' FROM conversations c WHERE c.id = o.conversation_id AND c.contact_id = ANY(:ids)"
)
_UNBIND = text("DELETE FROM contact_outlets WHERE contact_id = ANY(:ids)")
_NAMELESS = text(
    "UPDATE contacts SET address = 'forgotten-' || id, display_name = NULL, language = NULL WHERE id = ANY(:ids)"
)
_LEFT = text("""
SELECT (SELECT count(*) FROM contacts WHERE address = ANY(:addresses))
     + (SELECT count(*) FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE c.contact_id = ANY(:ids) AND (m.content <> '' OR m.payload <> '{}'::jsonb OR m.embedding_id IS NOT NULL))
""")
_KEPT = text("""
SELECT count(*) FROM orders o JOIN conversations c ON c.id = o.conversation_id
WHERE c.contact_id = ANY(:ids) AND o.placed_at IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The proof. `address_sha256` is all that is kept of the address; `left` is counted after the deed and is 0."""

    address_sha256: str
    contacts: int
    messages: int
    vectors: tuple[str, ...]
    orders_kept: int
    left: int


def forget(connection: Connection, address: str, *, actor: str) -> Forgotten:
    """On the caller's transaction; the vectors are deleted by who holds Chroma. Raises BadInputError for an unknown address."""
    addresses = list(spellings(address))
    ids = [int(row.id) for row in connection.execute(_CONTACTS, {"addresses": addresses})]
    if not ids:
        raise BadInputError("nobody has this address")
    vectors = tuple(str(row.embedding_id) for row in connection.execute(_VECTORS, {"ids": ids}))
    messages = connection.execute(_WORDS, {"ids": ids}).rowcount
    for statement in (_QUESTIONS, _NOTES, _UNBIND, _NAMELESS):
        connection.execute(statement, {"ids": ids})
    digest = hashlib.sha256(address.encode()).hexdigest()
    left = int(connection.execute(_LEFT, {"addresses": addresses, "ids": ids}).scalar_one())
    kept = int(connection.execute(_KEPT, {"ids": ids}).scalar_one())
    audit(connection, actor, "forget", f"address:{digest[:16]}", {"contacts": len(ids), "messages": messages})
    return Forgotten(digest, len(ids), messages, vectors, kept, left)
