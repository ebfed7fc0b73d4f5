"""Open orders read again after each change of the catalog, each release, and once a day: a few at a time, by a worker that is free.

What would come out otherwise today is shown to a person (the console's To do). No order is changed by it.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Row, text

from bot.catalog.index import CatalogIndex
from bot.errors import BadInputError
from bot.rules_digest import rules_digest
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger
from bot.telemetry.sentry import report_error
from jobs import heartbeat, queues
from jobs.audit import audit
from jobs.replay.past_orders import CATALOG_VERSION, SAID, Difference, read_one
from jobs.turn.catalog_cache import current_index
from models.database import autocommit, transaction

log = get_logger(__name__)
EVERY_S = 5.0
BATCH = 20
"""At once: reading one takes about ten milliseconds, and the worker's other threads answer customers meanwhile."""
ONE_AT_A_TIME = text("SELECT pg_try_advisory_xact_lock(4127002)")
"""Two workers would read the same orders. No row is locked for it: a customer may change the order meanwhile."""

# An order of the last hour was read by today's rules a moment ago.
_DUE = """
FROM orders q JOIN outlets o ON o.id = q.outlet_id LEFT JOIN order_rereadings r ON r.order_id = q.id
CROSS JOIN (SELECT COALESCE(max(version), 0) AS version FROM catalog_version) v
WHERE q.status = 'placed' AND NOT q.is_synthetic AND q.delivery_date >= :today AND q.placed_at < now() - interval '1 hour'
  AND (r.order_id IS NULL OR r.catalog_version <> v.version OR r.rules <> :rules OR r.read_at < now() - interval '1 day')
"""
_ANY_DUE = text(f"SELECT 1 {_DUE} LIMIT 1")
_BATCH = text(f"""
SELECT q.id AS order_id, o.code AS outlet, m.said_at, {SAID} AS said,
       CASE WHEN m.intent = 'order.create' THEN m.context -> 'lines' END AS lines
FROM (SELECT q.id {_DUE} ORDER BY r.read_at NULLS FIRST, q.id LIMIT :batch) due
JOIN orders q ON q.id = due.id JOIN outlets o ON o.id = q.outlet_id JOIN conversation_messages m ON m.id = q.message_id
""")
# Who found the order right keeps being right about the same reading.
_WRITE = text("""
INSERT INTO order_rereadings AS r (order_id, catalog_version, rules, changes) VALUES (:order_id, :version, :rules, CAST(:changes AS jsonb))
ON CONFLICT (order_id) DO UPDATE SET
    catalog_version = excluded.catalog_version, rules = excluded.rules, read_at = now(), changes = excluded.changes,
    kept_at = CASE WHEN r.changes IS NOT DISTINCT FROM excluded.changes THEN r.kept_at END,
    kept_by = CASE WHEN r.changes IS NOT DISTINCT FROM excluded.changes THEN r.kept_by END
""")
_KEEP = text("""
UPDATE order_rereadings SET kept_at = now(), kept_by = :by
WHERE order_id = (SELECT id FROM orders WHERE number = :number) AND changes IS NOT NULL AND kept_at IS NULL RETURNING order_id, changes
""")


def ring(runtime: Runtime) -> bool:
    """Once per interval, whichever sweeper looks first; whether a worker was rung."""
    with autocommit(runtime.engine) as connection:
        if not heartbeat.turn(connection, "orders_reread_rung", EVERY_S):
            return False
        if connection.execute(_ANY_DUE, _by_today(runtime)).first() is None:
            return False
    return queues.ring(runtime, queues.Bell.REREAD, 0)


def read_some(runtime: Runtime, batch: int = BATCH) -> int:
    """Reads the orders that were not looked at for longest; how many there were. None while another worker is at it."""
    with transaction(runtime.engine) as connection:
        if not connection.execute(ONE_AT_A_TIME).scalar_one():
            return 0
        version = connection.execute(CATALOG_VERSION).scalar_one()
        index = current_index(runtime, connection, version)
        rows = connection.execute(_BATCH, _by_today(runtime) | {"batch": batch}).all()
        for row in rows:
            changes = _changes(runtime, index, row)
            written = {"order_id": row.order_id, "version": version, "rules": rules_digest(), "changes": changes}
            connection.execute(_WRITE, written)
    return len(rows)


def _by_today(runtime: Runtime) -> dict[str, Any]:
    """What decides whether an order is due: this process' rules and the supplier's day."""
    return {"rules": rules_digest(), "today": runtime.clock().astimezone(runtime.settings.zone).date()}


def _changes(runtime: Runtime, index: CatalogIndex, row: Row[Any]) -> str | None:
    """What today's reading would change, as JSON. One order that cannot be read again keeps no other from being looked at."""
    if row.lines is None:
        return None
    try:
        lines = read_one(runtime, index, row)
    except (ValueError, ArithmeticError, LookupError, TypeError) as error:
        log.error("order not read again", order_id=row.order_id, error=error_words(error))
        report_error(error)
        return None
    return json.dumps(Difference(0, lines).as_json()["lines"]) if lines else None


def keep(connection: Connection, number: str, *, actor: str) -> None:
    """The order is right as it is. Raises BadInputError when nobody asks about it."""
    row: Row[Any] | None = connection.execute(_KEEP, {"number": number, "by": actor}).one_or_none()
    if row is None:
        raise BadInputError(f"{number[:20]} is not read otherwise, or somebody has settled it already")
    audit(connection, actor, "order_kept", f"order:{row.order_id}", {"read_today": row.changes})
