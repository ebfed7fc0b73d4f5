"""Seals the audit: every row gets the hash of itself and of the seal before, so that a row changed or taken away later is found.

Sealing is apart from the audited change, which must not wait for another's: rows are sealed within seconds, in the order in
which their transactions ended. Whoever keeps the newest hash elsewhere also sees that the end of the chain was cut off.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Row, text

from bot.runtime import Runtime
from jobs import heartbeat
from models.database import transaction

BATCH = 1_000
BEGINNING = "0" * 64
MOST_TOLD = 20
LOCK = text("SELECT pg_try_advisory_xact_lock(4127001)")
"""One sweeper seals at a time; another's turn comes again in seconds."""

BEHIND = 10_000
"""A transaction that took its number before so many others has long ended: only now and then is looked further back."""
THOROUGH_EVERY_S = 3_600

_UNSEALED = text("""
SELECT a.* FROM audit a
WHERE (:thorough OR a.id > (SELECT COALESCE(max(audit_id), 0) - :behind FROM audit_seals))
  AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.audit_id = a.id) ORDER BY a.id LIMIT :most
""")
_LAST = text("SELECT hash FROM audit_seals ORDER BY id DESC LIMIT 1")
_SEAL = text("INSERT INTO audit_seals (audit_id, hash) VALUES (:audit_id, :hash)")
_CHAIN = text("""
SELECT s.id AS seal, s.audit_id, s.hash, a.id, a.at, a.actor, a.action, a.subject, a.detail
FROM audit_seals s LEFT JOIN audit a ON a.id = s.audit_id ORDER BY s.id
""")
_OPEN = text("""
SELECT count(*) AS rows, count(*) FILTER (WHERE a.at < now() - interval '10 minutes') AS late
FROM audit a WHERE NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.audit_id = a.id)
""")


@dataclass(frozen=True, slots=True)
class Verified:
    """`head` is the newest hash: written down elsewhere, it proves the chain up to there. `unsealed` rows are seconds old."""

    sealed: int
    unsealed: int
    head: str
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def seal(runtime: Runtime) -> int:
    """How many rows were sealed; run by the sweeper."""
    with transaction(runtime.engine) as connection:
        if not connection.execute(LOCK).scalar_one():
            return 0
        thorough = heartbeat.turn(connection, "audit_sealed_behind", THOROUGH_EVERY_S)
        rows = connection.execute(_UNSEALED, {"most": BATCH, "behind": BEHIND, "thorough": thorough}).all()
        last = connection.execute(_LAST).scalar() or BEGINNING if rows else BEGINNING
        seals = []
        for row in rows:
            last = hash_of(last, row)
            seals.append({"audit_id": row.id, "hash": last})
        if seals:
            connection.execute(_SEAL, seals)
    return len(seals)


def hash_of(before: str, row: Row[Any]) -> str:
    """SHA-256 over the seal before and all columns of the row, in one fixed form."""
    instant = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    columns = [before, row.id, instant, row.actor, row.action, row.subject, row.detail]
    written = json.dumps(columns, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def verify(connection: Connection) -> Verified:
    """Goes through the whole chain; each problem names its row. After the first broken seal the chain goes on from what it says."""
    problems: list[str] = []
    last, sealed = BEGINNING, 0
    for row in connection.execution_options(yield_per=BATCH).execute(_CHAIN):
        sealed += 1
        if row.id is None:
            problems.append(f"audit row {row.audit_id} is gone")
        elif hash_of(last, row) != row.hash:
            problems.append(f"audit row {row.audit_id} was changed, or what was sealed before it")
        last = row.hash
    unsealed = connection.execute(_OPEN).one()
    if unsealed.late:
        problems.append(f"{unsealed.late} rows older than ten minutes have no seal: does the sweeper run?")
    return Verified(sealed, int(unsealed.rows), last, tuple(problems[:MOST_TOLD]))
