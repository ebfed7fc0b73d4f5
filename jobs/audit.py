"""Writes down who did what to which row. Called in the transaction of the change itself, so that neither is without the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

_APPEND = text(
    "INSERT INTO audit (actor, action, subject, detail) VALUES (:actor, :action, :subject, CAST(:detail AS jsonb))"
)


def audit(
    connection: Connection, actor: str, action: str, subject: str, detail: Mapping[str, Any] | None = None
) -> None:
    """`actor` is an operator's name, `contact:7` or a job's name; `subject` is `table:id`. No phones, no message texts."""
    values = {"actor": actor, "action": action, "subject": subject, "detail": json.dumps(dict(detail or {}))}
    connection.execute(_APPEND, values)
