"""The one row of the connection to the accounting system: whether we may call at all, and why not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from bot.errors import TriaError
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger
from jobs import failures
from models.database import autocommit, transaction
from models.failure_kind import FailureKind

log = get_logger(__name__)

CONNECTION = "connection"
"""The reference of the one failure that says that nothing can be invoiced."""
MAX_PAUSE_S = 86_400.0

_READ = text("""
SELECT tenant_id, blocked, blocked_at, refresh_token IS NOT NULL AS connected, rotated_at, facts, facts_at, limits, reconciled,
       reconciled_at, created_at, paused_by, GREATEST(0, extract(epoch FROM paused_until - now()))::float8 AS paused_s,
       extract(epoch FROM now() - facts_at)::float8 AS facts_age_s, extract(epoch FROM now() - reconciled_at)::float8 AS reconciled_age_s,
       extract(epoch FROM now() - created_at)::float8 AS age_s,
       CASE WHEN EXISTS (SELECT 1 FROM accounting_links WHERE kind = 'item')
            THEN COALESCE(extract(epoch FROM now() - stock_at)::float8, 'Infinity') END AS stock_age_s
FROM accounting_connection WHERE id = 1
""")
_ENSURE = text("INSERT INTO accounting_connection (id) VALUES (1) ON CONFLICT (id) DO NOTHING")
_PAUSE = text("""
UPDATE accounting_connection SET paused_until = GREATEST(COALESCE(paused_until, now()), now() + :seconds * interval '1 s'),
    paused_by = :code WHERE id = 1
""")
_BLOCK = text(
    "UPDATE accounting_connection SET blocked = :words, blocked_at = now() WHERE id = 1 AND blocked IS NULL RETURNING 1"
)
_LIMITS = text("UPDATE accounting_connection SET limits = CAST(:limits AS jsonb) WHERE id = 1")
_FACTS = text("UPDATE accounting_connection SET facts = CAST(:facts AS jsonb), facts_at = now() WHERE id = 1")
_RECONCILED = text(
    "UPDATE accounting_connection SET reconciled = CAST(:found AS jsonb), reconciled_at = now() WHERE id = 1"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The row as it is read; ages and pauses by the database's clock, in seconds."""

    tenant_id: str | None = None
    blocked: str | None = None
    blocked_at: datetime | None = None
    connected: bool = False
    rotated_at: datetime | None = None
    facts: Mapping[str, Any] | None = None
    facts_at: datetime | None = None
    limits: Mapping[str, Any] | None = None
    reconciled: Mapping[str, Any] | None = None
    reconciled_at: datetime | None = None
    created_at: datetime | None = None
    paused_by: str | None = None
    paused_s: float | None = None
    facts_age_s: float | None = None
    reconciled_age_s: float | None = None
    age_s: float | None = None
    stock_age_s: float | None = None
    """Without end before the first reading; None where no item of ours is known there."""

    @property
    def problems(self) -> list[str]:
        """Why nothing is invoiced; empty when it is, or when nobody has looked yet."""
        found = [self.blocked] if self.blocked else []
        return found + list((self.facts or {}).get("problems", []))


def read(runtime: Runtime) -> Standing:
    with autocommit(runtime.engine) as connection:
        return read_on(connection)


def read_on(connection: Connection) -> Standing:
    row = connection.execute(_READ).one_or_none()
    return Standing(**row._mapping) if row is not None else Standing()


def ensure(connection: Connection) -> None:
    connection.execute(_ENSURE)


def pause(runtime: Runtime, seconds: float, code: str) -> None:
    """No worker calls for so long."""
    with autocommit(runtime.engine) as connection:
        ensure(connection)
        connection.execute(_PAUSE, {"seconds": min(seconds, MAX_PAUSE_S), "code": code})


def block(runtime: Runtime, error: TriaError) -> None:
    """Nothing is invoiced until somebody connects again; one failure and one log line, however many workers find out."""
    with transaction(runtime.engine) as connection:
        ensure(connection)
        first = connection.execute(_BLOCK, {"words": str(error)}).one_or_none() is not None
        if first:
            failures.note(connection, FailureKind.INVOICE, CONNECTION, error)
    if first:
        log.error("no invoice can be made, connect again: flask xero connect", error=error_words(error))


def note_limits(runtime: Runtime, limits: Mapping[str, int]) -> None:
    with autocommit(runtime.engine) as connection:
        connection.execute(_LIMITS, {"limits": json.dumps(dict(limits))})


def note_facts(connection: Connection, facts: Mapping[str, Any]) -> None:
    connection.execute(_FACTS, {"facts": json.dumps(dict(facts), default=str)})


def note_reconciled(connection: Connection, found: Mapping[str, Any]) -> None:
    connection.execute(_RECONCILED, {"found": json.dumps(dict(found), default=str)})
