"""What follows when a person changes an order: its history, its invoice and the audit, always together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from bot.settings import Settings
from jobs import order_events
from jobs.audit import audit
from jobs.invoices import intent


def record(
    connection: Connection, settings: Settings, order_id: int, kind: str, detail: Mapping[str, Any], *,
    actor: str, audited: Mapping[str, Any],
) -> None:  # fmt: skip
    """After the order's row and lines are what they become. `audited` holds no personal data and no texts."""
    order_events.add(connection, order_id, kind, {"by": actor, **detail})
    intent.note_as_stored(connection, settings, order_id)
    audit(connection, actor, f"{kind}_order", f"order:{order_id}", audited)
