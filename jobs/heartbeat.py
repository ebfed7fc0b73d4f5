"""Signs of life in PostgreSQL, by name: worker, sweeper, canary."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, text

from models.database import autocommit

BEAT = text("""
INSERT INTO heartbeats (name, beat_at, detail) VALUES (:name, now(), CAST(:detail AS jsonb))
ON CONFLICT (name) DO UPDATE SET beat_at = now(), detail = excluded.detail
""")


def beat(engine: Engine, name: str, detail: Mapping[str, Any] | None = None) -> None:
    with autocommit(engine) as connection:
        connection.execute(BEAT, {"name": name, "detail": json.dumps(dict(detail or {}))})
