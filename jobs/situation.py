"""The read beat: everything decide() may know about a claimed conversation, in one query, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from bot.channels.base import Kind
from bot.ordering.delivery import DeliveryRules
from bot.ordering.pricing import OrderLine
from bot.runtime import Runtime
from bot.settings import ConfirmOrders, Settings
from bot.situation import Contact, OpenQuestion, OrderView, Outlet, Rules, Said, Situation
from jobs.catalog import current_index
from jobs.lease import Lease

MAX_BURST = 20
"""Messages read together at most; the rest are due at once after them."""

OUTLET_JSON = """json_build_object('id', o.id, 'code', o.code, 'name', o.name, 'confirm_orders', o.confirm_orders,
    'cutoff', o.cutoff, 'days', o.delivery_days, 'min', o.min_order_total::text, 'language', o.default_language)"""
ORDER_JSON = """json_build_object('id', q.id, 'number', q.number, 'status', q.status, 'version', q.version,
    'total', q.total::text, 'delivery_date', q.delivery_date, 'placed_at', q.placed_at, 'outlet_id', q.outlet_id, 'notes', q.notes,
    'lines', (SELECT COALESCE(json_agg(json_build_array(l.sku, l.name, l.quantity::text, l.unit, l.unit_price::text,
              l.pack_quantity::text, l.pack_unit) ORDER BY l.position), '[]') FROM order_lines l WHERE l.order_id = q.id))"""

READ = text(f"""
WITH bound AS (SELECT outlet_id FROM contact_outlets WHERE contact_id = :contact)
SELECT
  (SELECT json_agg(json_build_array(m.id, m.kind, m.content, m.said_at, m.payload) ORDER BY m.id) FROM (
      SELECT * FROM conversation_messages WHERE conversation_id = :id AND state = 'received' ORDER BY id LIMIT :burst) m) AS said,
  (SELECT json_agg({OUTLET_JSON} ORDER BY o.name) FROM outlets o JOIN bound ON bound.outlet_id = o.id WHERE o.is_active) AS outlets,
  (SELECT {ORDER_JSON} FROM orders q
    WHERE q.conversation_id = :id AND q.status IN ('draft', 'awaiting_confirmation')) AS draft,
  (SELECT json_agg({ORDER_JSON}) FROM bound CROSS JOIN LATERAL (
      SELECT * FROM orders WHERE outlet_id = bound.outlet_id AND placed_at IS NOT NULL ORDER BY id DESC LIMIT 1) q) AS last_orders,
  (SELECT content FROM conversation_messages WHERE conversation_id = :id AND direction = 'outbound' ORDER BY id DESC LIMIT 1) AS last_reply,
  (SELECT version FROM catalog_version) AS catalog_version,
  (SELECT rate FROM tax_rates WHERE effective_from <= CURRENT_DATE ORDER BY effective_from DESC LIMIT 1) AS tax_rate
""")

PHONE_OUTLETS = text(f"""
SELECT json_agg({OUTLET_JSON} ORDER BY o.name) FROM contacts k
JOIN contact_outlets b ON b.contact_id = k.id JOIN outlets o ON o.id = b.outlet_id AND o.is_active
WHERE k.channel = 'whatsapp' AND k.address = :phone
""")


def read_situation(runtime: Runtime, connection: Connection, lease: Lease) -> tuple[Said, Situation] | None:
    """What was said and where things stand; None when nothing is left to answer."""
    row = connection.execute(READ, {"id": lease.conversation_id, "contact": lease.contact_id, "burst": MAX_BURST}).one()
    if not row.said:
        return None
    said = _first_turn(row.said)
    settings = runtime.settings
    outlets = tuple(_outlet(raw, settings) for raw in row.outlets or [])
    draft = _order(row.draft) if row.draft else None
    chosen = draft.outlet_id if draft else lease.outlet_id
    outlet = outlets[0] if len(outlets) == 1 else next((o for o in outlets if o.id == chosen), None)
    situation = Situation(
        contact=Contact(lease.contact_id, lease.channel, lease.address, lease.language, lease.opted_out),
        outlets=outlets,
        outlet=outlet,
        index=current_index(runtime, connection, row.catalog_version),
        rules=Rules(
            settings.max_quantity_per_item, settings.max_order_total, settings.max_line_items, settings.currency
        ),
        tax_rate=row.tax_rate if row.tax_rate is not None else settings.tax_rate,
        draft=draft,
        last_orders=tuple(_order(raw) for raw in row.last_orders or []),
        question=OpenQuestion.from_json(lease.question) if lease.question else None,
        language=lease.language or (outlet.language if outlet else "en"),
        last_reply=row.last_reply,
        shared_phone_outlets=_shared_phone(connection, said, settings),
    )
    return said, situation


def _first_turn(rows: list[list[Any]]) -> Said:
    """The texts of a burst as one; a message that is not text stands alone, after the texts before it."""
    first_kind = Kind(rows[0][1])
    together = [rows[0]]
    if first_kind is Kind.TEXT:
        for row in rows[1:]:
            if row[1] != Kind.TEXT:
                break
            together.append(row)
    content = "\n".join(str(row[2]) for row in together)
    said_at = datetime.fromisoformat(together[-1][3])
    return Said(tuple(int(row[0]) for row in together), content, first_kind, said_at, together[-1][4])


def _shared_phone(connection: Connection, said: Said, settings: Settings) -> tuple[Outlet, ...]:
    contact = said.payload.get("contact") if said.kind is Kind.CONTACT else None
    if not contact:
        return ()
    phone = "+" + str(contact["phone_number"]).lstrip("+")
    found = connection.execute(PHONE_OUTLETS, {"phone": phone}).scalar()
    return tuple(_outlet(raw, settings) for raw in found or [])


def _outlet(raw: Mapping[str, Any], settings: Settings) -> Outlet:
    cutoff = time.fromisoformat(raw["cutoff"] or settings.order_cutoff)
    return Outlet(
        id=raw["id"],
        code=raw["code"],
        name=raw["name"],
        confirm_orders=ConfirmOrders(raw["confirm_orders"] or settings.confirm_orders),
        delivery=DeliveryRules(settings.zone, cutoff, frozenset(raw["days"] or ())),
        min_order_total=Decimal(raw["min"]) if raw["min"] else settings.min_order_total,
        language=raw["language"],
    )


def _order(raw: Mapping[str, Any]) -> OrderView:
    return OrderView(
        id=raw["id"],
        number=raw["number"],
        status=raw["status"],
        version=raw["version"],
        lines=tuple(_line(*line) for line in raw["lines"]),
        total=Decimal(raw["total"]),
        delivery_date=date.fromisoformat(raw["delivery_date"]) if raw["delivery_date"] else None,
        placed_at=datetime.fromisoformat(raw["placed_at"]) if raw["placed_at"] else None,
        outlet_id=raw["outlet_id"],
        notes=raw["notes"],
    )


def _line(
    sku: str, name: str, quantity: str, unit: str, price: str, packs: str | None, pack_unit: str | None
) -> OrderLine:
    return OrderLine(sku, name, Decimal(quantity), unit, Decimal(price), Decimal(packs) if packs else None, pack_unit)
