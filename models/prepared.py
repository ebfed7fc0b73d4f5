"""Statements that PostgreSQL plans once per connection instead of at every call.

The hot path's few large statements each take longer to plan than to run. psycopg2 sends text, so the preparing is done in SQL:
PREPARE on a connection's first use, EXECUTE from then on. Needs a connection of our own to PostgreSQL, or a pooler in
session mode; behind another no process starts (pooling.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult

PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")


class Prepared:
    """Written like `text()`, with `:name` for a value. `types` names those that PostgreSQL cannot tell by their place."""

    def __init__(self, name: str, sql: str, **types: str) -> None:
        if "%" in sql:
            raise ValueError("psycopg2 would read the % of this statement as its own")
        self.name, self.sql = name, sql
        self.names = tuple(dict.fromkeys(PARAMETER.findall(sql)))
        positions = {parameter: f"${place}" for place, parameter in enumerate(self.names, 1)}
        body = PARAMETER.sub(lambda match: positions[match[1]], sql)
        listed = ", ".join(types.get(parameter, "unknown") for parameter in self.names)
        self._prepare = f"PREPARE {name} ({listed}) AS {body}" if self.names else f"PREPARE {name} AS {body}"
        given = ", ".join(f"%({parameter})s" for parameter in self.names)
        self._execute = f"EXECUTE {name} ({given})" if self.names else f"EXECUTE {name}"

    def on(self, connection: Connection, values: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Runs it there. Values that it does not name are left out."""
        known: set[str] = connection.info.setdefault("prepared", set())
        if self.name not in known:
            connection.exec_driver_sql(self._prepare)
            known.add(self.name)
        # The driver's own form: what SQLAlchemy does to a text() and its values costs as much as the round trip.
        return connection.exec_driver_sql(self._execute, {name: (values or {})[name] for name in self.names})
