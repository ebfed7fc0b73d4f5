"""Rows that this process holds for a time which runs out: renewed while the work on them goes on, so that the time can be short.

Whoever dies or is stopped renews nothing, and others take its rows over within seconds. What is held for too long is not
renewed either: work that hangs is as good as dead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from sqlalchemy import Engine, TextClause

from models.database import autocommit

FIRST_AFTER_S = 1.5
"""What is done with by then, nearly everything, costs no statement."""
LONGEST_S = 45.0


class Held:
    """One row while it is held; as a context manager it ends by itself."""

    __slots__ = ("_renewals", "since", "statement", "values")

    def __init__(self, renewals: Renewals, statement: TextClause, values: Mapping[str, Any]) -> None:
        self._renewals, self.statement, self.values = renewals, statement, values
        self.since = time.monotonic()

    def end(self) -> None:
        self._renewals.forget(self)

    def __enter__(self) -> Held:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


class Renewals:
    """Everything a process holds at the moment. `hold` from any thread; one thread calls `renew` every few seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[Held] = set()

    def hold(self, statement: TextClause, values: Mapping[str, Any]) -> Held:
        """`statement` sets the time anew where the row is still this holder's, and passes over rows that are locked."""
        held = Held(self, statement, values)
        with self._lock:
            self._held.add(held)
        return held

    def forget(self, held: Held) -> None:
        with self._lock:
            self._held.discard(held)

    def renew(self, engine: Engine) -> int:
        """How many were due for it. Raises SQLAlchemy's errors."""
        now = time.monotonic()
        with self._lock:
            due = [held for held in self._held if FIRST_AFTER_S <= now - held.since <= LONGEST_S]
        if due:
            with autocommit(engine) as connection:
                for held in due:
                    connection.execute(held.statement, dict(held.values))
        return len(due)
