"""The read beat: everything decide() may know about a claimed conversation, in one query, as plain values."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from bot.channels.base import MessageKind
from bot.channels.registry import spec_of
from bot.conversation.waiting import Alarm
from bot.identity.addresses import spellings
from bot.identity.phones import to_e164
from bot.runtime import Runtime
from bot.settings import Settings, StockShortage
from bot.situation import Contact, OpenQuestion, Outlet, Rules, Said, Situation, Usual
from bot.telemetry import get_logger, report_error
from jobs.handoff.meanwhile import read_aside
from jobs.lease import Lease
from jobs.order_rows import ORDER_JSON, OUTLET_JSON, order_view, outlet_of
from jobs.reads.stock import STOCK_LEFT_JSON, asks_for_stock, stock_of
from jobs.turn.burst import first_turn
from jobs.turn.catalog_cache import current_index, current_prices
from models.conversation import Owner
from models.prepared import Prepared

log = get_logger(__name__)

MAX_BURST = 20
"""Messages read together at most; the rest are due at once after them."""
RECENT = 60
"""Messages looked through for an edit that overtook what it edits; the provider repeats what it could not hand in within minutes."""
LATEST = 20
"""Orders of an outlet that are looked at: those still open, and what is usual."""
TOGETHER_TRIES = 2
"""After so many failed tries each message is read alone, so that one poisoned message parks no other."""

READ = Prepared(
    "read_situation",
    f"""
WITH bound AS (
    SELECT DISTINCT b.outlet_id FROM contact_outlets b JOIN contacts k ON k.id = b.contact_id
    WHERE k.channel = :channel AND k.address = ANY(:addresses)),
latest AS (
    SELECT o.* FROM bound CROSS JOIN LATERAL (
        SELECT * FROM orders WHERE outlet_id = bound.outlet_id AND placed_at IS NOT NULL ORDER BY id DESC LIMIT :latest) o)
SELECT
  (SELECT json_agg(json_build_array(m.id, m.kind, m.content, m.said_at, m.payload, m.payload ? 'message_id' AND m.kind <> 'edit' AND EXISTS (
      SELECT 1 FROM (SELECT kind, state, payload FROM conversation_messages WHERE conversation_id = :id ORDER BY id DESC LIMIT :recent) e
      WHERE e.kind = 'edit' AND e.state IN ('answered', 'merged', 'handed_over') AND e.payload->>'message_id' = m.payload->>'message_id'))
    ORDER BY m.id) FROM (
      SELECT * FROM conversation_messages WHERE conversation_id = :id AND state = 'received' AND reason IS DISTINCT FROM 'flood' ORDER BY id LIMIT :burst) m) AS said,
  (SELECT json_build_array(count(*), max(id), CASE WHEN count(*) > 0 THEN EXISTS (
      SELECT 1 FROM conversation_messages r JOIN conversation_messages i ON i.id = r.in_reply_to AND i.reason = 'flood'
      WHERE r.conversation_id = :id AND r.created_at > now() - interval '30 seconds') END) FROM conversation_messages
    WHERE conversation_id = :id AND state = 'received' AND reason = 'flood') AS unread,
  (SELECT json_agg({OUTLET_JSON} ORDER BY o.name) FROM outlets o JOIN bound ON bound.outlet_id = o.id WHERE o.is_active) AS outlets,
  (SELECT {ORDER_JSON} FROM orders q
    WHERE q.conversation_id = :id AND q.status IN ('draft', 'awaiting_confirmation')) AS draft,
  (SELECT json_agg({ORDER_JSON} ORDER BY q.id DESC) FROM latest q
    WHERE (q.status IN ('placed', 'awaiting_approval') AND q.delivery_date >= CAST(:today AS date))
       OR q.id IN (SELECT max(id) FROM latest GROUP BY outlet_id)
       OR q.id IN (SELECT max(id) FROM latest WHERE status <> 'cancelled' GROUP BY outlet_id)) AS orders,
  (SELECT json_agg(json_build_array(u.outlet_id, u.sku, u.orders, u.most::text)) FROM (
      SELECT latest.outlet_id, l.sku, count(*) AS orders, max(l.quantity) AS most
      FROM latest JOIN order_lines l ON l.order_id = latest.id WHERE latest.status = 'placed' GROUP BY 1, 2) u) AS usual,
  (SELECT content FROM conversation_messages WHERE conversation_id = :id AND direction = 'outbound' ORDER BY id DESC LIMIT 1) AS last_reply,
  (SELECT language FROM contacts WHERE id = :contact) AS chosen_language,
  (SELECT version FROM catalog_version) AS catalog_version,
  (SELECT rate FROM tax_rates WHERE effective_from <= CAST(:today AS date) ORDER BY effective_from DESC LIMIT 1) AS tax_rate,
  CASE WHEN CAST(:stock AS boolean) THEN {STOCK_LEFT_JSON} END AS stock
""",
)

PHONE_OUTLETS = text(f"""
SELECT json_agg({OUTLET_JSON} ORDER BY o.name) FROM contacts k
JOIN contact_outlets b ON b.contact_id = k.id JOIN outlets o ON o.id = b.outlet_id AND o.is_active
WHERE k.channel = 'whatsapp' AND k.address = ANY(:phones)
""")


def read_situation(runtime: Runtime, connection: Connection, lease: Lease) -> tuple[Said | None, Situation]:
    """What was said (None when nothing is left to answer) and where things stand."""
    settings = runtime.settings
    today = runtime.clock().astimezone(settings.zone).date()
    row = READ.on(
        connection,
        {
            "id": lease.conversation_id,
            "contact": lease.contact_id,
            "channel": lease.channel,
            "addresses": list(spellings(lease.address)),
            "burst": MAX_BURST,
            "recent": RECENT,
            "latest": LATEST,
            "today": today,
            "stock": asks_for_stock(settings),
        },
    ).one()
    said = (
        first_turn(row.said, alone=lease.attempts > TOGETHER_TRIES)
        if row.said
        else _too_many(row.unread, runtime.clock())
    )
    question, lost = _stored_question(lease)
    outlets = tuple(outlet_of(raw, settings) for raw in row.outlets or [])
    draft = order_view(row.draft) if row.draft else None
    chosen = draft.outlet_id if draft else lease.outlet_id
    outlet = outlets[0] if len(outlets) == 1 else next((o for o in outlets if o.id == chosen), None)
    situation = Situation(
        contact=Contact(lease.contact_id, lease.channel, lease.address, row.chosen_language, lease.opted_out),
        outlets=outlets,
        outlet=outlet,
        index=current_index(runtime, connection, row.catalog_version),
        rules=Rules(
            settings.max_quantity_per_item,
            settings.max_order_total,
            settings.max_line_items,
            settings.currency,
            settings.xero_stock_shortage is StockShortage.SUBSTITUTE,
        ),
        tax_rate=row.tax_rate if row.tax_rate is not None else settings.tax_rate,
        draft=draft,
        orders=tuple(order_view(raw) for raw in row.orders or []),
        usual={(outlet_id, sku): Usual(orders, Decimal(most)) for outlet_id, sku, orders, most in row.usual or []},
        stock=stock_of(row.stock),
        prices=current_prices(runtime, connection, row.catalog_version),
        conversation_id=lease.conversation_id,
        question=question,
        question_lost=lost,
        language=lease.language or (outlet.language if outlet else "en"),
        spoken=lease.language is not None,
        last_reply=row.last_reply,
        shared_phone_outlets=_shared_phone(connection, said, settings),
        aside=read_aside(connection, lease.conversation_id) if lease.owner == Owner.PERSON else None,
    )
    return said, situation


def _stored_question(lease: Lease) -> tuple[OpenQuestion | None, bool]:
    """The open question, and whether there is one that cannot be read (of another version, or mended by hand): then it is as if
    nothing had been asked, the customer is told, and nothing is parked."""
    if lease.question is None:
        return None, False
    try:
        return OpenQuestion.from_json(lease.question), False
    except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        log.error("the stored question cannot be read", conversation_id=lease.conversation_id, exc_info=error)
        report_error(error)
        return None, True


ALARM = text("""
SELECT c.expire_at <= now() AS expired, c.remind_at <= now() AS remind, k.opted_out_at IS NULL
       AND (CAST(:window_s AS double precision) IS NULL OR k.last_inbound_at > now() - :window_s * interval '1 second')
       AND (SELECT count(*) FROM conversation_messages m WHERE m.conversation_id = c.id AND m.created_at > now() - interval '1 day'
            AND m.payload ? 'proactive') < :most AS may_remind
FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE c.id = :id
""")


def read_alarm(runtime: Runtime, connection: Connection, lease: Lease) -> Alarm | None:
    """Which of the conversation's own alarms rang, when nobody wrote; None when none did."""
    window = spec_of(lease.channel).free_text_for
    values = {
        "id": lease.conversation_id,
        "most": runtime.settings.max_proactive_messages_per_day,
        "window_s": window.total_seconds() if window is not None else None,
    }
    row = connection.execute(ALARM, values).one()
    if not (row.expired or row.remind):
        return None
    return Alarm(expired=bool(row.expired), may_remind=bool(row.may_remind))


def _too_many(unread: list[Any], now: datetime) -> Said | None:
    """What was written too fast to be read, once all else is answered: one turn about all of it."""
    count, last, told = unread
    return Said((last,), "", MessageKind.TEXT, now, {"too_many": count, "told": told}) if count else None


def _shared_phone(connection: Connection, said: Said | None, settings: Settings) -> tuple[Outlet, ...]:
    contact = said.payload.get("contact") if said and said.kind is MessageKind.CONTACT else None
    if not contact:
        return ()
    phone = to_e164("+" + str(contact["phone_number"]).lstrip("+"))
    found = connection.execute(PHONE_OUTLETS, {"phones": list(spellings(phone))}).scalar() if phone else None
    return tuple(outlet_of(raw, settings) for raw in found or [])
