"""How things stand, read from PostgreSQL in single cheap statements: what health, metrics and `flask stats` show.

Ages are by the database's clock, in seconds, so that no two machines disagree. Synthetic orders do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

NOT_SYNTHETIC = "NOT EXISTS (SELECT 1 FROM contacts k WHERE k.id = c.contact_id AND k.is_synthetic)"


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of a kind of work. A kind with several processes shows its youngest."""

    age_s: float
    detail: dict[str, Any]


def heartbeats(connection: Connection) -> dict[str, Beat]:
    """By kind: `worker`, `sweeper`, `canary` (a row may be named `worker:host:pid`)."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT ON (split_part(name, ':', 1)) split_part(name, ':', 1),"
            " extract(epoch FROM now() - beat_at)::float, detail"
            " FROM heartbeats ORDER BY split_part(name, ':', 1), beat_at DESC"
        )
    )
    return {kind: Beat(max(0.0, age), detail) for kind, age, detail in rows}


def oldest_unanswered_s(connection: Connection) -> float:
    """Age of the oldest inbound message that the bot still owes an answer; 0 when there is none."""
    return _age(
        connection,
        "SELECT extract(epoch FROM now() - min(m.created_at))::float FROM conversation_messages m"
        " JOIN conversations c ON c.id = m.conversation_id"
        f" WHERE m.state = 'received' AND c.owner <> 'person' AND {NOT_SYNTHETIC}",
    )


def last_message_at(connection: Connection) -> float | None:
    """When the last inbound message was recorded, in seconds since 1970; None while there is none."""
    found = connection.scalar(
        text(
            "SELECT extract(epoch FROM created_at)::float8 FROM conversation_messages"
            " WHERE direction = 'inbound' ORDER BY id DESC LIMIT 1"
        )
    )
    return None if found is None else float(found)


def certificate_left_s(connection: Connection) -> float | None:
    """Until the certificate at PUBLIC_URL ends, below 0 once it has ended; None when nobody has seen one."""
    found = connection.scalar(
        text(
            "SELECT extract(epoch FROM (detail ->> 'ends_at')::timestamptz - now())::float8"
            " FROM heartbeats WHERE name = 'certificate'"
        )
    )
    return None if found is None else float(found)


def oldest_unsent_s(connection: Connection) -> float:
    """The longest of `unsent_by_channel`; 0 when nothing waits."""
    return max(unsent_by_channel(connection).values(), default=0.0)


def unsent_by_channel(connection: Connection) -> dict[str, float]:
    """For how long each channel's oldest reply has not been sent, whatever its tries came to; held ones wait for a customer."""
    rows = connection.execute(
        text(
            "SELECT channel, extract(epoch FROM now() - min(CASE WHEN attempts = 0 THEN COALESCE(due_at, created_at)"
            " ELSE created_at END))::float FROM conversation_messages"
            " WHERE direction = 'outbound' AND state IN ('pending', 'sending', 'unknown') GROUP BY channel ORDER BY channel"
        )
    )
    return {str(channel): max(0.0, float(age_s)) for channel, age_s in rows}


def inbound_by_state(connection: Connection) -> dict[str, int]:
    """Of the last 24 hours."""
    return _counts(
        connection,
        "SELECT state, count(*) FROM conversation_messages"
        " WHERE direction = 'inbound' AND created_at > now() - interval '24 hours' GROUP BY state",
    )


def outbound_by_state(connection: Connection) -> dict[str, int]:
    """Of the last 24 hours, and whatever older is not final."""
    return _counts(
        connection,
        "SELECT state, count(*) FROM conversation_messages WHERE direction = 'outbound'"
        " AND (created_at > now() - interval '24 hours' OR state IN ('pending', 'sending', 'unknown')) GROUP BY state",
    )


def orders_by_status(connection: Connection) -> dict[str, int]:
    return _counts(connection, "SELECT status, count(*) FROM orders WHERE NOT is_synthetic GROUP BY status")


def last_order_at(connection: Connection) -> datetime | None:
    found = connection.scalar(text("SELECT max(placed_at) FROM orders WHERE NOT is_synthetic"))
    return found if isinstance(found, datetime) else None


def failures_open(connection: Connection) -> int:
    return _number(connection, "SELECT count(*) FROM failures WHERE resolved_at IS NULL")


def escalations_open(connection: Connection) -> int:
    return _number(connection, "SELECT count(*) FROM escalations WHERE closed_at IS NULL")


def escalations_overdue(connection: Connection) -> int:
    """Nobody has looked at them in the time their priority allows (jobs/handoff/escalate.py)."""
    return _number(connection, "SELECT count(*) FROM escalations WHERE closed_at IS NULL AND due_at < now()")


def catalog_counts(connection: Connection) -> dict[str, int]:
    """Active and all products and outlets, and the contacts bound to an outlet."""
    row = connection.execute(
        text(
            "SELECT (SELECT count(*) FROM products WHERE is_active) AS products_active,"
            " (SELECT count(*) FROM products) AS products,"
            " (SELECT count(*) FROM outlets WHERE is_active) AS outlets_active,"
            " (SELECT count(*) FROM outlets) AS outlets,"
            " (SELECT count(DISTINCT contact_id) FROM contact_outlets) AS contacts_bound"
        )
    ).one()
    return {name: int(value) for name, value in row._mapping.items()}


def dead_rows(connection: Connection) -> int:
    """Dead rows of the message ledger by PostgreSQL's own statistics: rising means that vacuum does not keep up."""
    return _number(
        connection,
        "SELECT coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables WHERE relname = 'conversation_messages'",
    )


def _counts(connection: Connection, sql: str) -> dict[str, int]:
    return {str(key): int(count) for key, count in connection.execute(text(sql))}


def _number(connection: Connection, sql: str) -> int:
    return int(connection.scalar(text(sql)) or 0)


def _age(connection: Connection, sql: str) -> float:
    return max(0.0, float(connection.scalar(text(sql)) or 0.0))
