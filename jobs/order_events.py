"""The history of an order: one row for each thing that happened to it. A turn of the bot writes its own in one go (jobs/turn)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

_ADD = text("INSERT INTO order_events (order_id, kind, detail) VALUES (:order_id, :kind, CAST(:detail AS jsonb))")


def add(connection: Connection, order_id: int, kind: str, detail: Mapping[str, Any] | None = None) -> None:
    """`detail` says with `status` what the order became, where the event changed that."""
    values = {"order_id": order_id, "kind": kind, "detail": json.dumps(dict(detail or {}), default=str)}
    connection.execute(_ADD, values)
