"""Records an inbound message exactly once, in one statement and one round trip: contact, conversation, message, alarm clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from bot import failpoints
from bot.channels.base import Incoming, MessageKind, Receipt
from bot.channels.text import storable, storable_values
from models.database import again_if_stale, autocommit
from models.prepared import Prepared
from models.receipt import DELIVERY_RANK, Delivery

BURST_MAX_WINDOWS = 4
"""A chat that never pauses is read after this many windows all the same."""
MAX_INBOUND, MAX_INBOUND_IN_S = 30, 10
"""What one sender writes beyond so many messages within ten seconds is not read any more: people write fourteen lines in that
time, machines write hundreds. Photos without words are parts of an album and count for half. Such a message has the reason
`flood` and waits like any other, so that its sender is told after what was read is answered."""

TOUCH_EVERY_S = 60
"""How exactly `last_inbound_at` is kept: WhatsApp's window is 24 hours long, and a write a message has its price."""

# The contact's row is locked before the conversation's, as everywhere; the conversation's row then stays locked to the end, so
# that the ids of its messages rise in the order of their commits and nobody claims it between what is seen here and what is
# written.
#
# While somebody holds the lease, `due_at` is moved away from `lease_until`: the one sign that whoever releases the lease can
# see of a message that is committed while their own statement waits for this row (apply.RELEASE).
#
# A conversation that is due already is left as it is: the sweeper rings for it, and whoever claims it does so after this
# commit and reads every message that is 'received'.
#
# Rows are looked up by scalar subqueries, which PostgreSQL can only answer by their keys, also when it plans this on
# tables that it believes to be empty.
RECORD = Prepared(
    "record_message",
    """
WITH touched AS (
    UPDATE contacts SET last_inbound_at = now(), unreachable_at = NULL,
        display_name = COALESCE(NULLIF(:profile_name, ''), display_name)
    WHERE channel = :channel AND address = :address AND CASE
        WHEN last_inbound_at > now() - :touch_s * interval '1 s' AND unreachable_at IS NULL
             AND (:profile_name = '' OR display_name = :profile_name) THEN false
        ELSE NOT EXISTS (SELECT 1 FROM conversation_messages
                         WHERE channel = :channel AND direction = 'inbound' AND provider_id = :provider_id) END
    RETURNING id
), conversation AS MATERIALIZED (
    SELECT id, session_id, question IS NOT NULL AS asked, due_at, lease_until, attempts FROM conversations
    WHERE contact_id = (SELECT id FROM contacts WHERE channel = :channel AND address = :address)
      AND business_address = :business_address AND closed_at IS NULL AND (SELECT count(*) FROM touched) >= 0
    FOR NO KEY UPDATE
), flood AS MATERIALIZED (
    SELECT :flood > 0 AND NOT :ignored AND (count(*) FILTER (WHERE content <> '') >= :flood OR count(*) >= 2 * :flood) AS is_on FROM (
        SELECT content, created_at FROM conversation_messages
        WHERE conversation_id = (SELECT id FROM conversation) AND direction = 'inbound'
        ORDER BY id DESC LIMIT 2 * :flood) recent
    WHERE created_at > now() - :flood_s * interval '1 s'
), message AS (
    INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, provider_id, role, kind, content,
                                       payload, fingerprint, state, reason, said_at, finished_at)
    SELECT id, session_id, 'inbound', :channel, :provider_id, 'user', :kind, :content, CAST(:payload AS jsonb), :fingerprint,
           CASE WHEN :ignored THEN 'ignored' ELSE 'received' END,
           CASE WHEN flood.is_on THEN 'flood' ELSE :reason END, :said_at, CASE WHEN :ignored THEN now() END
    FROM conversation, flood
    ON CONFLICT (channel, direction, provider_id) DO NOTHING
    RETURNING id, state, reason
), alarm AS (
    UPDATE conversations c
    SET rung_at = NULL, due_at = CASE
        WHEN s.lease_until IS NULL AND s.attempts > 0 THEN COALESCE(s.due_at, now())
        WHEN s.lease_until IS NULL AND s.asked THEN now()
        ELSE LEAST(now() + :window * interval '1 ms', s.lease_until - interval '1 microsecond',
                   :windows * :window * interval '1 ms' + COALESCE((
                       SELECT created_at FROM conversation_messages
                       WHERE conversation_id = (SELECT id FROM conversation) AND state = 'received' ORDER BY id LIMIT 1), now())) END
    FROM conversation s, message
    WHERE c.id = (SELECT id FROM conversation) AND message.state = 'received'
      AND (s.lease_until IS NOT NULL OR s.due_at > now()) IS NOT FALSE
    RETURNING c.due_at <= now() AND c.lease_until IS NULL AS due
)
SELECT conversation.id AS conversation_id, message.id AS message_id,
       CASE WHEN message.id IS NULL THEN (
           SELECT fingerprint FROM conversation_messages
           WHERE channel = :channel AND direction = 'inbound' AND provider_id = :provider_id) END AS first_fingerprint,
       (SELECT due FROM alarm) AS due, message.reason = 'flood' AS flooding
FROM conversation LEFT JOIN message ON true
""",
    touch_s="double precision",
    ignored="boolean",
    window="double precision",
    windows="double precision",
    flood="bigint",
    flood_s="double precision",
    said_at="timestamptz",
)
OPEN = Prepared(
    "open_conversation",
    """
WITH contact AS (
    INSERT INTO contacts (channel, address) VALUES (:channel, :address)
    ON CONFLICT (channel, address) DO UPDATE SET address = excluded.address
    RETURNING id
)
INSERT INTO conversations (contact_id, channel, business_address, language)
SELECT id, :channel, :business_address, (
    SELECT language FROM conversations c WHERE c.contact_id = contact.id AND c.business_address = :business_address ORDER BY c.id DESC LIMIT 1)
FROM contact
ON CONFLICT (contact_id, business_address) WHERE closed_at IS NULL DO NOTHING
""",
)
"""Before the first message of somebody new, or of somebody whose conversation has ended: they go on in the language they spoke.
Without a message it does nothing."""


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
    values = values_of(incoming, fingerprint=fingerprint, window_ms=window_ms, flood=flood)
    failpoints.hit("web.before_record")
    row = again_if_stale(lambda: _recorded_row(engine, values))
    failpoints.hit("web.after_commit")
    altered = row.message_id is None and row.first_fingerprint not in (None, fingerprint)
    return Recorded(
        row.conversation_id,
        row.message_id,
        altered,
        due=bool(row.due) and row.message_id is not None,
        flooding=bool(row.flooding),
    )


def _recorded_row(engine: Engine, values: Mapping[str, Any]) -> Any:
    with autocommit(engine) as connection:
        row = RECORD.on(connection, values).one_or_none()
        if row is None:
            OPEN.on(connection, values)
            row = RECORD.on(connection, values).one()
        return row


def values_of(incoming: Incoming, *, fingerprint: str, window_ms: int, flood: int = MAX_INBOUND) -> dict[str, Any]:
    """What RECORD is given."""
    at_once = incoming.kind in (MessageKind.BUTTON, MessageKind.CONTACT)
    return {
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
        "touch_s": TOUCH_EVERY_S,
    }


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
    again_if_stale(lambda: _merge(engine, values))


def _merge(engine: Engine, values: Mapping[str, Any]) -> None:
    with autocommit(engine) as connection:
        connection.execute(RECEIPT, values)
