"""The rows of failures: one per kind and reference while it is open, with its reason and how often it happened."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from bot.telemetry import error_words, get_logger, metrics, traceback_words
from models.failure_kind import FailureKind

log = get_logger(__name__)

RECORD = text("""
INSERT INTO failures (kind, reference, message_id, error, traceback)
VALUES (:kind, :reference, :message_id, :error, :traceback)
ON CONFLICT (kind, reference) WHERE resolved_at IS NULL DO UPDATE
    SET error = excluded.error, traceback = excluded.traceback, attempts = failures.attempts + 1, last_failed_at = now()
RETURNING attempts
""")
RECORD_ONCE = text("""
INSERT INTO failures (kind, reference, message_id, error) VALUES (:kind, :reference, :message_id, :error)
ON CONFLICT (kind, reference) WHERE resolved_at IS NULL DO NOTHING
""")
RESOLVE = text(
    "UPDATE failures SET resolved_at = now(), resolution = :resolution WHERE message_id = ANY(:ids) AND resolved_at IS NULL"
)

RESOLVE_REFERENCE = text("""
UPDATE failures SET resolved_at = now(), resolution = :resolution
WHERE kind = :kind AND reference = :reference AND resolved_at IS NULL
""")


def note(connection: Connection, kind: FailureKind, reference: int | str, error: BaseException) -> int:
    """The failure's row, one per kind and reference while it is open; returns how often it failed.

    `reference` is a message's id, or the fingerprint of a body that never became a message.
    """
    values = {
        "kind": kind.value,
        "reference": str(reference),
        "message_id": reference if isinstance(reference, int) else None,
        "error": error_words(error),
        "traceback": traceback_words(error),
    }
    metrics.jobs_failed_total.labels(kind.value).inc()
    return int(connection.execute(RECORD, values).scalar_one())


def note_once(connection: Connection, kind: FailureKind, message_id: int, error: str) -> None:
    """A row for what may have none yet; an open one stays as it is."""
    values = {"kind": kind.value, "reference": str(message_id), "message_id": message_id, "error": error}
    connection.execute(RECORD_ONCE, values)


def resolve(connection: Connection, message_ids: Sequence[int], resolution: str) -> None:
    """Closes the failures of work that went through after all."""
    connection.execute(RESOLVE, {"ids": list(message_ids), "resolution": resolution})


def resolve_reference(connection: Connection, kind: FailureKind, reference: str, resolution: str) -> None:
    """Closes the failure of what is no message."""
    connection.execute(RESOLVE_REFERENCE, {"kind": kind.value, "reference": reference, "resolution": resolution})
