"""A terminal to run commands in, and rows to show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from bot.runtime import Runtime
from bot.telemetry import configure_logging
from tests.conftest import Shop


@dataclass(frozen=True)
class Terminal:
    app: Flask

    def __call__(self, *words: str) -> Result:
        return self.app.test_cli_runner().invoke(args=[str(word) for word in words])

    def json(self, *words: str) -> Any:
        """What the command printed on stdout; asserts that it succeeded."""
        result = self(*words)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def flask(app: Flask, runtime: Runtime) -> Iterator[Terminal]:
    """The log goes to standard error, as it does for a command: the web process of the suite logs receipts that come late."""
    configure_logging(runtime.settings, stream="stderr")
    yield Terminal(app)
    configure_logging(runtime.settings)


Place = Callable[..., int]

_MESSAGE = text(
    "WITH k AS (INSERT INTO contacts (channel, address, is_synthetic) VALUES ('whatsapp', :address, :synthetic)"
    " ON CONFLICT (channel, address) DO UPDATE SET address = excluded.address RETURNING id),"
    " c AS (INSERT INTO conversations (contact_id, channel, business_address, closed_at)"
    " SELECT id, 'whatsapp', '+6560000001', now() FROM k RETURNING id, session_id)"
    " INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, provider_id, role, kind, state,"
    " reason, said_at, created_at)"
    " SELECT id, session_id, 'inbound', 'whatsapp', :provider_id, 'user', 'text', :state, :reason, now(),"
    " CAST(:at AS timestamptz) FROM c RETURNING id"
)
_ORDER = text(
    "INSERT INTO orders (number, outlet_id, conversation_id, message_id, channel, status, currency, subtotal, tax_rate, tax,"
    " total, notes, is_synthetic, placed_at)"
    " SELECT :number, (SELECT min(id) FROM outlets), m.conversation_id, m.id, 'whatsapp', 'placed', 'SGD', 56.00, 0.09, 5.04,"
    " 61.04, :notes, :synthetic, CAST(:at AS timestamptz) FROM conversation_messages m WHERE m.id = :message_id RETURNING id"
)
_LINE = text(
    "INSERT INTO order_lines (order_id, position, sku, name, quantity, unit, pack_quantity, pack_unit, unit_price, line_total)"
    " VALUES (:order_id, :position, :sku, :name, :quantity, :unit, :pack_quantity, :pack_unit, :unit_price, :line_total)"
)
_EVENTS = text(
    "INSERT INTO order_events (order_id, message_id, kind, at) SELECT :order_id, :message_id, kind,"
    " CAST(:at AS timestamptz) + n * interval '1 ms' FROM unnest(CAST(:kinds AS text[])) WITH ORDINALITY AS e(kind, n)"
)
_REPLY = text(
    "INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, role, kind, state, in_reply_to,"
    " sequence, said_at, finished_at)"
    " SELECT conversation_id, session_id, 'outbound', channel, 'assistant', 'text', 'sent', id, 1, now(),"
    " created_at + interval '2 s' FROM conversation_messages WHERE id = :message_id"
)


@dataclass(frozen=True)
class Rows:
    """Writes what the bot would have written, so that a command has something to show."""

    runtime: Runtime

    def message(
        self,
        provider_id: str,
        *,
        state: str = "answered",
        reason: str | None = None,
        at: str = "2026-11-22T01:00:00Z",
        replied: bool = True,
        synthetic: bool = False,
        address: str = "+6580000101",
    ) -> int:
        values = {"provider_id": provider_id, "state": state, "reason": reason, "at": at}
        with self.runtime.engine.begin() as connection:
            found = connection.execute(_MESSAGE, values | {"synthetic": synthetic, "address": address}).scalar_one()
            if replied:
                connection.execute(_REPLY, {"message_id": found})
        return int(found)

    def order(
        self,
        number: str,
        provider_id: str,
        *,
        at: str = "2026-11-22T01:00:00Z",
        notes: str = "",
        synthetic: bool = False,
    ) -> int:
        message_id = self.message(provider_id, at=at)
        values = {"number": number, "message_id": message_id, "notes": notes, "synthetic": synthetic, "at": at}
        box = {"sku": "PB10-K", "name": "Pizza Box 10 inch", "quantity": 200, "unit": "piece", "pack_quantity": 2}
        flour = {"sku": "FL", "name": "=Flour", "quantity": Decimal("2.5"), "unit": "kg", "pack_quantity": None}
        with self.runtime.engine.begin() as connection:
            order_id = int(connection.execute(_ORDER, values).scalar_one())
            for position, line in enumerate((box, flour), 1):
                priced = {
                    "pack_unit": "carton" if line["pack_quantity"] else None,
                    "unit_price": "0.28",
                    "line_total": "28.00",
                }
                connection.execute(_LINE, line | priced | {"order_id": order_id, "position": position})
            kinds = ["received", "resolved", "placed", "persisted"]
            connection.execute(_EVENTS, {"order_id": order_id, "message_id": message_id, "kinds": kinds, "at": at})
        return order_id


@pytest.fixture
def rows(shop: Shop) -> Rows:
    return Rows(shop.runtime)
