"""Orders and outlets out of the database as the values that decide() knows: the SQL that selects them, and its reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from bot.ordering.delivery import SAME_TALK, DeliveryRules
from bot.ordering.pricing import OrderLine
from bot.settings import ConfirmOrders, Settings
from bot.situation import OrderView, Outlet

OUTLET_JSON = """json_build_object('id', o.id, 'code', o.code, 'name', o.name, 'confirm_orders', o.confirm_orders,
    'cutoff', o.cutoff, 'days', o.delivery_days, 'min', o.min_order_total::text, 'language', o.default_language, 'customer', o.customer_id,
    'special', (SELECT json_object_agg(s.day, s.delivers) FROM special_days s WHERE s.day >= current_date - 1))"""
ORDER_JSON = f"""json_build_object('id', q.id, 'number', q.number, 'status', q.status, 'version', q.version,
    'total', q.total::text, 'delivery_date', q.delivery_date, 'placed_at', q.placed_at, 'outlet_id', q.outlet_id, 'notes', q.notes,
    'conversation_id', q.conversation_id, 'tax_rate', q.tax_rate::text,
    'recent', (SELECT json_agg(e.detail->'said') FROM order_events e
               WHERE e.order_id = q.id AND e.at > now() - interval '{SAME_TALK.total_seconds():.0f} seconds' AND e.detail ? 'said'),
    'lines', (SELECT COALESCE(json_agg(json_build_array(l.sku, l.name, l.quantity::text, l.unit, l.unit_price::text,
              l.pack_quantity::text, l.pack_unit, l.said_quantity::text, l.said_unit) ORDER BY l.position), '[]') FROM order_lines l WHERE l.order_id = q.id))"""


def outlet_of(raw: Mapping[str, Any], settings: Settings) -> Outlet:
    """An outlet out of OUTLET_JSON; empty rules are the settings' own."""
    cutoff = time.fromisoformat(raw["cutoff"] or settings.order_cutoff)
    special = {date.fromisoformat(day): delivers for day, delivers in (raw["special"] or {}).items()}
    opened = frozenset(day for day, delivers in special.items() if delivers)
    return Outlet(
        id=raw["id"],
        code=raw["code"],
        name=raw["name"],
        confirm_orders=ConfirmOrders(raw["confirm_orders"] or settings.confirm_orders),
        delivery=DeliveryRules(
            settings.zone, cutoff, frozenset(raw["days"] or ()), closed=frozenset(special) - opened, opened=opened
        ),
        min_order_total=Decimal(raw["min"]) if raw["min"] else settings.min_order_total,
        language=raw["language"],
        customer_id=raw["customer"],
    )


def order_view(raw: Mapping[str, Any]) -> OrderView:
    """An order out of ORDER_JSON."""
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
        conversation_id=raw["conversation_id"],
        tax_rate=Decimal(raw["tax_rate"]),
        recent=tuple(tuple((sku, Decimal(quantity)) for sku, quantity in said) for said in raw["recent"] or []),
    )


def _line(
    sku: str, name: str, quantity: str, unit: str, price: str, packs: str | None, pack_unit: str | None,
    said: str | None, said_unit: str | None,
) -> OrderLine:  # fmt: skip
    shown, kept = Decimal(packs) if packs else None, Decimal(said) if said else None
    return OrderLine(sku, name, Decimal(quantity), unit, Decimal(price), shown, pack_unit, kept, said_unit)
