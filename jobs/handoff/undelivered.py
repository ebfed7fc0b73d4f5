"""What providers say after they took a reply: it could not be delivered. The row, the failures' list and the ledger then tell it.

Run by the sweeper, because a receipt may overtake our own record of the send. A closed window holds the reply and asks the
customer by template; anything else is a task for a person and, where another contact of the same outlets can be written to,
a copy for them. A receipt of delivery that comes after all takes it back.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, text

from bot.decision import Escalate, Reply
from bot.errors import PermanentError
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger, metrics
from bot.telemetry.masking import mask_phone
from jobs import failures
from jobs.handoff.escalate import escalate
from jobs.outbox import whatsapp_window
from jobs.outbox.write import about, say_reply
from models.database import transaction
from models.failure_kind import FailureKind

log = get_logger(__name__)

MOST_AT_ONCE = 50
BAD_RECIPIENT = frozenset({"63003", "63024", "21211", "21610"})
"""Twilio's codes for an address where nothing will arrive."""
UNKNOWN_CODE = "undelivered"

_FAILED = text("""
SELECT m.id, m.channel, m.conversation_id, m.in_reply_to, m.content, c.contact_id, k.address, COALESCE(NULLIF(r.error, ''), :unknown) AS code
FROM delivery_receipts r
JOIN conversation_messages m ON m.channel = r.channel AND m.provider_id = r.provider_id AND m.direction = 'outbound'
JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE r.status = 'failed' AND r.updated_at > now() - interval '3 days' AND m.state = 'sent'
ORDER BY m.id LIMIT :most FOR NO KEY UPDATE OF m SKIP LOCKED
""")
_CLOSE = text("""
UPDATE conversation_messages SET state = :state, reason = :code, error = :error WHERE id = :id
""")
"""`finished_at` stays when the provider took it; when it said that nothing arrived stands in its receipt."""
_NOT_ANSWERED = text("""
UPDATE conversation_messages i SET state = 'handed_over', reason = 'undelivered'
WHERE i.id = :inbound AND i.state = 'answered' AND NOT EXISTS (
    SELECT 1 FROM conversation_messages r WHERE r.in_reply_to = i.id AND r.state NOT IN ('dead', 'held'))
""")
_UNREACHABLE = text("UPDATE contacts SET unreachable_at = now() WHERE id = :contact_id")
_OTHER_CONTACT = text("""
SELECT c.id FROM contacts k JOIN conversations c ON c.contact_id = k.id AND c.closed_at IS NULL
WHERE k.id <> :contact_id AND k.unreachable_at IS NULL AND NOT k.is_synthetic AND c.channel <> 'api'
  AND k.last_inbound_at > now() - interval '24 hours'
  AND EXISTS (SELECT 1 FROM contact_outlets WHERE contact_id = :contact_id)
  AND NOT EXISTS (SELECT 1 FROM contact_outlets a WHERE a.contact_id = :contact_id AND NOT EXISTS (
      SELECT 1 FROM contact_outlets b WHERE b.contact_id = k.id AND b.outlet_id = a.outlet_id))
ORDER BY k.last_inbound_at DESC LIMIT 1
""")
_DELIVERED_AFTER_ALL = text("""
UPDATE conversation_messages m SET state = 'sent', reason = NULL, error = NULL
FROM failures f, delivery_receipts r
WHERE f.kind = 'deliver' AND f.resolved_at IS NULL AND m.id = f.message_id AND m.state IN ('dead', 'held')
  AND r.channel = m.channel AND r.provider_id = m.provider_id AND r.status IN ('delivered', 'read')
RETURNING m.id, m.in_reply_to
""")
_ANSWERED = text("""
UPDATE conversation_messages SET state = 'answered', reason = NULL
WHERE id = ANY(:ids) AND state = 'handed_over' AND reason = 'undelivered'
""")


def take_up(runtime: Runtime) -> int:
    """Every failed receipt of a reply that counts as sent; how many there were. One transaction each look."""
    with transaction(runtime.engine) as connection:
        found = connection.execute(_FAILED, {"most": MOST_AT_ONCE, "unknown": UNKNOWN_CODE}).all()
        for row in found:
            _close(connection, runtime, row)
        after_all = connection.execute(_DELIVERED_AFTER_ALL).all()
        failures.resolve(connection, [row.id for row in after_all], "delivered after all")
        connection.execute(_ANSWERED, {"ids": [row.in_reply_to for row in after_all]})
    for row in found:
        metrics.replies_undelivered_total.labels(row.channel).inc()
        log.warning("a reply was not delivered", message_id=row.id, code=row.code)
    return len(found)


def _close(connection: Connection, runtime: Runtime, row: Row[Any]) -> None:
    error = PermanentError("the provider could not deliver it", code=row.code)
    held = row.code == whatsapp_window.WINDOW_CLOSED
    values = {"id": row.id, "state": "held" if held else "dead", "code": row.code, "error": error_words(error)}
    connection.execute(_CLOSE, values)
    failures.note(connection, FailureKind.DELIVER, row.id, error)
    connection.execute(_NOT_ANSWERED, {"inbound": row.in_reply_to})
    task = Escalate(f"reply not delivered ({row.code})", "high", takes_over=False)
    escalate(connection, row.conversation_id, row.in_reply_to, task)
    if held:
        whatsapp_window.nudge(connection, row.conversation_id, runtime.settings.twilio_content_sid_reopen)
        return
    if row.code in BAD_RECIPIENT:
        connection.execute(_UNREACHABLE, {"contact_id": row.contact_id})
    _to_another(connection, runtime, row)


def _to_another(connection: Connection, runtime: Runtime, row: Row[Any]) -> None:
    """The same words for another contact of all the same outlets, who has written within a day."""
    conversation_id = connection.execute(_OTHER_CONTACT, {"contact_id": row.contact_id}).scalar()
    if conversation_id is None or row.in_reply_to is None:
        return
    passed_on = Reply("passed_on", {"who": mask_phone(row.address), "words": row.content})
    say_reply(connection, runtime.settings, conversation_id, passed_on, payload=about(row.contact_id))
