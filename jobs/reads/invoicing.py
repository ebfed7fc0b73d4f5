"""How invoicing stands, for health, metrics and people."""

from __future__ import annotations

from sqlalchemy import Connection, text

_STATES = text("SELECT state, count(*) FROM invoices GROUP BY state")
_OVERDUE = text(
    "SELECT GREATEST(0, extract(epoch FROM now() - min(due_at)))::float8 FROM invoices WHERE due_at <= now()"
)
_CONNECTION = text("""
SELECT blocked IS NOT NULL OR jsonb_array_length(COALESCE(facts -> 'problems', '[]')) > 0 AS blocked,
       extract(epoch FROM now() - rotated_at)::float8 AS token_age_s,
       COALESCE(jsonb_array_length(reconciled -> 'missing') + jsonb_array_length(reconciled -> 'extra')
                + jsonb_array_length(reconciled -> 'differing'), 0) AS differences,
       (limits ->> 'day')::float8 AS day_left
FROM accounting_connection WHERE id = 1
""")


def invoices_by_state(connection: Connection) -> dict[str, int]:
    return {str(state): int(count) for state, count in connection.execute(_STATES)}


def overdue_s(connection: Connection) -> float:
    """For how long the most overdue invoice waits; 0 when none does."""
    return float(connection.execute(_OVERDUE).scalar() or 0.0)


def connection_figures(connection: Connection) -> dict[str, float]:
    """`blocked` 0 or 1, `token_age_s`, `differences`, `day_left`; those that are known."""
    row = connection.execute(_CONNECTION).one_or_none()
    found = dict(row._mapping) if row is not None else {}
    return {name: float(value) for name, value in found.items() if value is not None}
