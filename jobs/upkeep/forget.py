"""Forgets a person: their words, what was said and noted about them, their name, their address and the vectors of their words.

Orders stay, as the tax law asks. What is left is looked for afterwards (forgotten.py), and nothing may be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.identity.addresses import spellings
from bot.telemetry import mask_phone
from jobs import failures
from jobs.access.close_conversation import close_all
from jobs.audit import audit
from jobs.upkeep import forgotten

BACKUPS = (
    "Backups that were made before still hold these rows: restore none without running this again, and let them expire "
    "within 30 days."
)
LONGEST_MINUTES = 5
"""Every text of the database is looked at: far longer than a statement may take otherwise."""

_TIME = text(f"SET LOCAL statement_timeout = '{LONGEST_MINUTES}min'")
# A chat that shared this phone is the same person: the channel vouched for it.
_CONTACTS = text("""
SELECT id, address FROM contacts WHERE address = ANY(:addresses) OR id IN (
    SELECT b.contact_id FROM contact_outlets b JOIN contacts k ON b.bound_by = 'shared_contact:' || k.id WHERE k.address = ANY(:addresses))
ORDER BY id FOR UPDATE
""")
_MESSAGES = text("""
SELECT m.id, m.embedding_id FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id
WHERE c.contact_id = ANY(:contacts) OR m.payload->'about' = ANY(SELECT to_jsonb(a) FROM unnest(CAST(:contacts AS bigint[])) a)
ORDER BY m.id
""")
_RECEIPTS = text("""
DELETE FROM delivery_receipts r USING conversation_messages m
WHERE m.id = ANY(:messages) AND r.channel = m.channel AND r.provider_id = m.provider_id
""")
# What was not sent yet is not sent any more; a provider's id may be made of the address.
_WORDS = text(f"""
UPDATE conversation_messages m SET content = '', payload = '{{}}'::jsonb, context = NULL, error = NULL, embedding_id = NULL,
    fingerprint = NULL, provider_id = CASE WHEN provider_id IS NOT NULL THEN '{forgotten.WORD}-' || id END, pii_scrubbed = true,
    due_at = NULL, rung_at = NULL,
    state = CASE WHEN state = 'received' THEN 'ignored' WHEN state IN ('pending', 'sending', 'unknown', 'held') THEN 'dead' ELSE state END
WHERE id = ANY(:messages)
""")
_ELSEWHERE = (
    text("UPDATE conversation_messages SET content = replace(content, :plain, :masked) WHERE position(:plain IN content) > 0"),
    text("UPDATE notes SET content = replace(content, :plain, :masked) WHERE position(:plain IN content) > 0"),
    text("""
UPDATE conversation_messages SET payload = payload - 'contact'
WHERE regexp_replace(payload->'contact'->>'phone_number', '[^0-9]', '', 'g') = :digits
"""),
)  # fmt: skip
_ORDERS = """o.id IN (SELECT q.id FROM orders q JOIN conversations c ON c.id = q.conversation_id WHERE c.contact_id = ANY(:contacts)
    UNION SELECT e.order_id FROM order_events e WHERE e.message_id = ANY(:messages))"""
_ROWS = tuple(
    text(sql)
    for sql in (
        "UPDATE conversations SET question = NULL, language = NULL WHERE contact_id = ANY(:contacts)",
        f"UPDATE orders o SET notes = '' WHERE {_ORDERS}",
        f"""UPDATE order_events SET detail = jsonb_set(detail, '{{before,notes}}', '""') WHERE detail->'before' ? 'notes'
            AND order_id IN (SELECT o.id FROM orders o WHERE {_ORDERS})""",
        f"""UPDATE escalations SET reason = '{forgotten.WORD}', told = '{forgotten.WORD}'
            WHERE conversation_id IN (SELECT id FROM conversations WHERE contact_id = ANY(:contacts))""",
        "DELETE FROM notes WHERE conversation_id IN (SELECT id FROM conversations WHERE contact_id = ANY(:contacts))",
        "DELETE FROM contact_outlets WHERE contact_id = ANY(:contacts)",
        f"UPDATE contacts SET address = '{forgotten.WORD}-' || id, display_name = NULL, language = NULL WHERE id = ANY(:contacts)",
    )
)
_KEPT = text("""
SELECT count(*) FROM orders o JOIN conversations c ON c.id = o.conversation_id
WHERE c.contact_id = ANY(:contacts) AND o.placed_at IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The proof. `address_sha256` is all that is kept of the address; `left` is looked for after the deed, by `table.column`,
    and is empty."""

    address_sha256: str
    contacts: int
    messages: int
    vectors: tuple[str, ...]
    orders_kept: int
    left: Mapping[str, int]


def forget(connection: Connection, address: str, *, actor: str) -> Forgotten:
    """On the caller's transaction; the vectors are deleted by who holds Chroma. Raises BadInputError for an unknown address."""
    connection.execute(_TIME)
    found = connection.execute(_CONTACTS, {"addresses": list(spellings(address))}).all()
    if not found:
        raise BadInputError("nobody has this address")
    contacts, addresses = [int(row.id) for row in found], [str(row.address) for row in found]
    for contact_id in contacts:
        close_all(connection, contact_id, reason=forgotten.WORD)
    rows = connection.execute(_MESSAGES, {"contacts": contacts}).all()
    theirs = {"contacts": contacts, "messages": [int(row.id) for row in rows]}
    _erase(connection, theirs)
    for each in addresses:
        _mask_elsewhere(connection, each)
    digest = hashlib.sha256(address.encode()).hexdigest()
    audit(connection, actor, "forget", f"address:{digest[:16]}", {"contacts": len(contacts), "messages": len(rows)})
    kept = int(connection.execute(_KEPT, theirs).scalar_one())
    vectors = tuple(str(row.embedding_id) for row in rows if row.embedding_id)
    begun = {"contacts": contacts, "conversation_messages": theirs["messages"]}
    return Forgotten(digest, len(contacts), len(rows), vectors, kept, forgotten.left(connection, begun, addresses))


def _erase(connection: Connection, theirs: Mapping[str, list[int]]) -> None:
    connection.execute(_RECEIPTS, theirs)
    connection.execute(_WORDS, theirs)
    failures.resolve(connection, theirs["messages"], forgotten.WORD)
    for statement in _ROWS:
        connection.execute(statement, theirs)


def _mask_elsewhere(connection: Connection, address: str) -> None:
    """Where others wrote the address, and where they sent its card."""
    if len(address) < forgotten.SHORTEST_ADDRESS:
        return
    values = {"plain": address, "masked": mask_phone(address), "digits": address.lstrip("+")}
    for statement in _ELSEWHERE:
        connection.execute(statement, values)
