"""Records an inbound message exactly once, in one statement and one round trip: contact, conversation, message, alarm clock."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Engine, text

from bot import failpoints
from bot.channels.base import Incoming, Kind, Receipt
from bot.channels.text import storable, storable_values
from models.database import autocommit
from models.prepared import Prepared
from models.receipt import DELIVERY_RANK, Delivery

BURST_MAX_WINDOWS = 4
"""A chat that never pauses is read after this many windows all the same."""
MAX_INBOUND, MAX_INBOUND_IN_S = 10, 10
"""The eleventh message of one sender within ten seconds is not read any more (RELIABILITY D54)."""

# While somebody holds the lease, `due_at` is moved away from `lease_until`: the one sign that whoever releases the lease can
# see of a message that is committed while their own statement waits for this row (apply.RELEASE).
RECORD = Prepared(
    "record_message",
    """
WITH known AS (
    SELECT fingerprint FROM conversation_messages
    WHERE channel = :channel AND direction = 'inbound' AND provider_id = :provider_id
), contact AS (
    INSERT INTO contacts (channel, address, display_name, last_inbound_at)
    VALUES (:channel, :address, NULLIF(:profile_name, ''), now())
    ON CONFLICT (channel, address) DO UPDATE SET
        last_inbound_at = CASE WHEN EXISTS (SELECT 1 FROM known) THEN contacts.last_inbound_at ELSE now() END,
        unreachable_at = CASE WHEN EXISTS (SELECT 1 FROM known) THEN contacts.unreachable_at END,
        display_name = COALESCE(excluded.display_name, contacts.display_name)
    RETURNING id
), opened AS (
    INSERT INTO conversations (contact_id, channel, business_address, due_at)
    SELECT id, :channel, :business_address, CASE WHEN :ignored THEN NULL ELSE now() + :window * interval '1 ms' END
    FROM contact
    ON CONFLICT (contact_id, business_address) WHERE closed_at IS NULL DO NOTHING
    RETURNING id, session_id, question
), conversation AS (
    SELECT id, session_id, question FROM opened
    UNION ALL
    SELECT c.id, c.session_id, c.question FROM conversations c JOIN contact ON c.contact_id = contact.id
    WHERE c.business_address = :business_address AND c.closed_at IS NULL
    LIMIT 1
), burst AS (
    SELECT LEAST(now() + :window * interval '1 ms', :windows * :window * interval '1 ms' + COALESCE(
        (SELECT min(m.created_at) FROM conversation_messages m, conversation c
         WHERE m.conversation_id = c.id AND m.state = 'received'), now())) AS ends_at
), flood AS (
    SELECT COALESCE(:flood > 0 AND (
        SELECT m.created_at > now() - :flood_s * interval '1 s' FROM conversation_messages m, conversation c
        WHERE m.conversation_id = c.id AND m.direction = 'inbound' ORDER BY m.id DESC OFFSET :flood - 1 LIMIT 1), false) AS is_on
), message AS (
    INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, provider_id, role, kind, content,
                                       payload, fingerprint, state, reason, said_at, finished_at)
    SELECT id, session_id, 'inbound', :channel, :provider_id, 'user', :kind, :content, CAST(:payload AS jsonb), :fingerprint,
           CASE WHEN :ignored OR flood.is_on THEN 'ignored' ELSE 'received' END,
           CASE WHEN flood.is_on THEN 'flood' ELSE :reason END, :said_at, CASE WHEN :ignored OR flood.is_on THEN now() END
    FROM conversation, flood
    ON CONFLICT (channel, direction, provider_id) DO NOTHING
    RETURNING id, conversation_id, state, reason
), alarm AS (
    UPDATE conversations c
    SET rung_at = NULL, due_at = CASE
        WHEN c.lease_until IS NOT NULL THEN LEAST(burst.ends_at, c.lease_until - interval '1 microsecond')
        WHEN c.attempts > 0 THEN COALESCE(c.due_at, now())
        WHEN c.question IS NOT NULL THEN now()
        ELSE burst.ends_at END
    FROM message, burst
    WHERE c.id = message.conversation_id AND message.state = 'received' AND c.id NOT IN (SELECT id FROM opened)
    RETURNING c.due_at <= now() AND c.lease_until IS NULL AS due
)
SELECT conversation.id AS conversation_id, message.id AS message_id,
       CASE WHEN message.id IS NULL THEN (SELECT fingerprint FROM known) END AS first_fingerprint,
       COALESCE((SELECT due FROM alarm), :window = 0) AND message.state = 'received' AS due,
       message.reason = 'flood' AS flooding
FROM conversation LEFT JOIN message ON true
""",
    ignored="boolean",
    window="double precision",
    windows="double precision",
    flood="bigint",
    flood_s="double precision",
    said_at="timestamptz",
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """`message_id` is None for a repeated delivery; `altered` when the repetition said something else than the first.

    `due` says that a worker may be rung now; otherwise the burst window is open and the sweeper rings at its end.
    `flooding`: the sender writes faster than anyone types; the message is in the ledger and will not be read.
    """

    conversation_id: int
    message_id: int | None
    altered: bool
    due: bool
    flooding: bool = False


def record_once(
    engine: Engine, incoming: Incoming, *, fingerprint: str, window_ms: int, flood: int = MAX_INBOUND
) -> Recorded:
    """Commits the message's row, or finds that it stands already. Raises SQLAlchemy's errors when it could not commit."""
    at_once = incoming.kind in (Kind.BUTTON, Kind.CONTACT)
    values = {
        "channel": incoming.channel,
        "address": storable(incoming.address),
        "business_address": incoming.business_address,
        "profile_name": storable(incoming.profile_name),
        "provider_id": incoming.provider_id,
        "kind": incoming.kind.value,
        "content": storable(incoming.text),
        "payload": json.dumps(storable_values(dict(incoming.payload))),
        "fingerprint": fingerprint,
        "ignored": incoming.ignored is not None,
        "reason": incoming.ignored,
        "said_at": incoming.said_at,
        "window": 0 if at_once else window_ms,
        "windows": BURST_MAX_WINDOWS,
        "flood": flood,
        "flood_s": MAX_INBOUND_IN_S,
    }
    failpoints.hit("web.before_record")
    with autocommit(engine) as connection:
        # Two first messages at once: the loser sees neither row in its snapshot, and does on a second look.
        row = RECORD.on(connection, values).one_or_none() or RECORD.on(connection, values).one()
    failpoints.hit("web.after_commit")
    altered = row.message_id is None and row.first_fingerprint not in (None, fingerprint)
    return Recorded(
        row.conversation_id,
        row.message_id,
        altered,
        due=bool(row.due) and row.message_id is not None,
        flooding=bool(row.flooding),
    )


NOTICE = text("""
INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, role, kind, content, state, in_reply_to, sequence,
                                   said_at, due_at)
SELECT c.id, c.session_id, 'outbound', c.channel, 'assistant', 'text', :content, 'pending', :message_id, 0, now(), now()
FROM conversations c WHERE c.id = :id AND NOT EXISTS (
    SELECT 1 FROM (SELECT * FROM conversation_messages WHERE conversation_id = c.id AND id < :message_id
                   AND direction = 'inbound' ORDER BY id DESC LIMIT 1) m WHERE m.reason = 'flood')
ON CONFLICT (in_reply_to, sequence) DO NOTHING
RETURNING id
""")


def say_slow_down(engine: Engine, recorded: Recorded, content: str) -> bool:
    """One notice for a whole flood, at its first message; whether it was written."""
    values = {"id": recorded.conversation_id, "message_id": recorded.message_id, "content": content}
    with autocommit(engine) as connection:
        return connection.execute(NOTICE, values).one_or_none() is not None


RECEIPT = text("""
INSERT INTO delivery_receipts (channel, provider_id, status, rank, error) VALUES (:channel, :provider_id, :status, :rank, :error)
ON CONFLICT (channel, provider_id) DO UPDATE
    SET status = excluded.status, rank = excluded.rank, error = excluded.error, updated_at = now()
    WHERE delivery_receipts.rank < excluded.rank
""")


def record_receipt(engine: Engine, channel: str, receipt: Receipt) -> None:
    """Merges a delivery receipt: only a word of higher rank than the last changes anything."""
    rank = DELIVERY_RANK[Delivery(receipt.status)]
    values = {
        "channel": channel,
        "provider_id": receipt.provider_id,
        "status": receipt.status,
        "rank": rank,
        "error": receipt.error,
    }
    with autocommit(engine) as connection:
        connection.execute(RECEIPT, values)
