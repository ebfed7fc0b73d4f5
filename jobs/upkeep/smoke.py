"""Proves the order path: synthetic orders through the real queue and the real worker, read back, and taken away again."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from bot.runtime import Runtime
from jobs import queues
from jobs.canary import PRODUCTS, SET_UP
from models.database import autocommit, transaction

PREFIX = "smoke-"
QUANTITY = 12
LEFTOVER_AFTER_S = 3600

READ_BACK = text("""
SELECT k.address AS tag, m.state, m.error, o.number, o.status, l.quantity, l.name, (
    SELECT string_agg(r.content, ' ') FROM conversation_messages r WHERE r.in_reply_to = m.id) AS reply,
    extract(epoch FROM m.finished_at - m.created_at)::float8 AS seconds
FROM contacts k JOIN conversations c ON c.contact_id = k.id
JOIN conversation_messages m ON m.conversation_id = c.id AND m.direction = 'inbound'
LEFT JOIN orders o ON o.message_id = m.id LEFT JOIN order_lines l ON l.order_id = o.id
WHERE k.address = ANY(:tags)
""")
# In the order of the foreign keys; a tag is a contact's address, an outlet's code and a customer's name.
REMOVE = tuple(
    text(f"WITH gone AS (SELECT unnest(CAST(:tags AS text[])) AS tag), talk AS ("
         f"SELECT c.id FROM conversations c JOIN contacts k ON k.id = c.contact_id JOIN gone ON gone.tag = k.address) {statement}")
    for statement in (
        "DELETE FROM escalations WHERE conversation_id IN (SELECT id FROM talk)",
        "DELETE FROM orders WHERE conversation_id IN (SELECT id FROM talk)",
        "DELETE FROM conversation_messages WHERE conversation_id IN (SELECT id FROM talk)",
        "DELETE FROM conversations WHERE id IN (SELECT id FROM talk)",
        "DELETE FROM contacts WHERE is_synthetic AND address IN (SELECT tag FROM gone)",
        "DELETE FROM outlets WHERE code IN (SELECT tag FROM gone)",
        "DELETE FROM customers WHERE name IN (SELECT tag FROM gone)",
    )
)  # fmt: skip
LEFTOVERS = text("""
SELECT address FROM contacts WHERE is_synthetic AND channel = 'api' AND address LIKE 'smoke-%'
AND created_at < now() - :age * interval '1 s'
""")


@dataclass(slots=True)
class Smoke:
    """`problems` says, order by order, what was not as it must be."""

    asked: int
    verified: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.verified == self.asked and not self.problems


def smoke(runtime: Runtime, orders: int, timeout_s: float) -> Smoke:
    """Places them all at once, waits until a worker has answered each, and removes every row it made."""
    result, began = Smoke(orders), time.monotonic()
    tags = [f"{PREFIX}{uuid.uuid4().hex}" for _ in range(orders)]
    try:
        with transaction(runtime.engine) as connection:
            _remove_leftovers(connection)
            name = connection.execute(
                PRODUCTS, {"most": 1}
            ).scalar()  # the one that the synthetic order found to be read
            if name is None:
                result.problems.append("no active product has a price")
                return result
            ids = [_place(connection, tag, name) for tag in tags]
        queues.ring_all(runtime, queues.Bell.PROCESS, ids)
        rows = _wait(runtime, tags, began + timeout_s)
        result.problems += [problem for row in rows if (problem := _problem(row, name))]
        result.verified = orders - len(result.problems)
        result.slowest_s = max((row.seconds or 0.0 for row in rows), default=0.0)
        return result
    finally:
        result.seconds = time.monotonic() - began
        with transaction(runtime.engine) as connection:
            _remove(connection, tags)


def _place(connection: Connection, tag: str, name: str) -> int:
    return int(connection.execute(SET_UP, {"tag": tag, "content": f"{QUANTITY} x {name}"}).scalar_one())


def _wait(runtime: Runtime, tags: list[str], until: float) -> list[Any]:
    while True:
        with autocommit(runtime.engine) as connection:
            rows = list(connection.execute(READ_BACK, {"tags": tags}).all())
        if all(row.state != "received" for row in rows) or time.monotonic() > until:
            return rows
        time.sleep(0.05)


def _problem(row: Any, name: str) -> str:
    if row.state == "received":
        return f"{row.tag}: no worker answered; is one running (`flask doctor`)?"
    if row.state != "answered" or row.number is None:
        return f"{row.tag}: ended as {row.state} without an order {row.error or ''}".rstrip()
    if (row.status, row.quantity, row.name) != ("placed", QUANTITY, name):
        return f"{row.tag}: the order read back is {row.status}, {row.quantity} x {row.name}"
    return "" if name in (row.reply or "") else f"{row.tag}: the reply does not name the product"


def _remove_leftovers(connection: Connection) -> None:
    """Of a run that was killed."""
    if tags := list(connection.execute(LEFTOVERS, {"age": LEFTOVER_AFTER_S}).scalars()):
        _remove(connection, tags)


def _remove(connection: Connection, tags: list[str]) -> None:
    for statement in REMOVE:
        connection.execute(statement, {"tags": tags})
