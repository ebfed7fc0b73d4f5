"""Signs of life in PostgreSQL, by name: worker, sweeper, canary; and turns at what only one process has to do now and then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, text

from models.database import autocommit

BEAT = text("""
INSERT INTO heartbeats (name, beat_at, detail) VALUES (:name, now(), CAST(:detail AS jsonb))
ON CONFLICT (name) DO UPDATE SET beat_at = now(), detail = excluded.detail
""")
_TURN = text("""
INSERT INTO heartbeats (name, beat_at, detail) VALUES (:name, now(), '{}')
ON CONFLICT (name) DO UPDATE SET beat_at = now() WHERE heartbeats.beat_at < now() - :every * interval '1 s'
RETURNING 1
""")


def turn(connection: Connection, name: str, every_s: float) -> bool:
    """True once in so many seconds, for whichever process asks first; what it was taken for is then that one's to do."""
    return connection.execute(_TURN, {"name": name, "every": every_s}).one_or_none() is not None


def beat(engine: Engine, name: str, detail: Mapping[str, Any] | None = None) -> None:
    with autocommit(engine) as connection:
        connection.execute(BEAT, {"name": name, "detail": json.dumps(dict(detail or {}))})
