"""The ledger: every call of every provider and every webhook posted, with what was answered. In memory, thread-safe."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REMEMBERED = 5_000
"""So many entries are read back at a start."""
CALL = "call"
"""The app called a provider."""
WEBHOOK = "webhook"
"""A provider called the app."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange.

    `status` is the HTTP answer's, None when the connection ended without one. `effect` is the id of what the provider
    now holds because of this call (a message SID, a message id), None when nothing came of it: the count of effects is
    what "sent twice" is judged by, whatever the caller was told.
    """

    id: int
    at: float
    kind: str
    provider: str
    operation: str
    sent: Mapping[str, Any]
    status: int | None
    answer: Any
    effect: str | None
    fault: str | None
    took_ms: float

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


class Ledger:
    """Entries in the order in which they were decided; ids only rise, also over a reset."""

    def __init__(self, limit: int = 0, journal: Path | None = None) -> None:
        """`journal` keeps the entries over a restart, one JSON object a line; None keeps them in memory only."""
        self._journal = journal
        self._entries: deque[Entry] = deque(_read(journal) if journal else (), maxlen=limit or None)
        self._grew = threading.Condition()
        self._last_id = self._entries[-1].id if self._entries else 0
        self.epoch = time.time_ns()
        """Changes when entries are forgotten, so that followers begin anew."""

    def add(
        self,
        kind: str,
        provider: str,
        operation: str,
        sent: Mapping[str, Any],
        *,
        status: int | None,
        answer: Any = None,
        effect: str | None = None,
        fault: str | None = None,
        took_ms: float = 0.0,
    ) -> Entry:
        with self._grew:
            self._last_id += 1
            entry = Entry(
                self._last_id, time.time(), kind, provider, operation, sent, status, answer, effect, fault, took_ms
            )
            self._entries.append(entry)
            if self._journal:
                with self._journal.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry.as_json(), default=str) + "\n")
            self._grew.notify_all()
            return entry

    @property
    def last_id(self) -> int:
        return self._last_id

    def entries(
        self, *, kind: str = "", provider: str = "", operation: str = "", after: int = 0, limit: int = 0
    ) -> list[Entry]:
        """Those that match all the filters given, the oldest first; the newest `limit` of them when a limit is given."""
        with self._grew:
            found = [entry for entry in self._newer(after) if _matches(entry, kind, provider, operation)]
        return found[-limit:] if limit else found

    def wait_for(self, count: int, *, timeout_s: float, after: int = 0, **filters: Any) -> list[Entry]:
        """The matching entries as soon as there are `count` of them, or those there are when the time is over."""
        deadline = time.monotonic() + timeout_s
        found: list[Entry] = []
        while True:
            seen = self._last_id
            found += self.entries(after=after, **filters)
            after = max(seen, found[-1].id if found else after)
            left = deadline - time.monotonic()
            if len(found) >= count or left <= 0:
                return found
            self._wait_for_growth(after, left)

    def _wait_for_growth(self, seen: int, timeout_s: float) -> None:
        with self._grew:
            self._grew.wait_for(lambda: self._last_id > seen, timeout_s)

    def reset(self) -> None:
        with self._grew:
            self._entries.clear()
            if self._journal:
                self._journal.unlink(missing_ok=True)
            self.epoch = time.time_ns()

    def _newer(self, after: int) -> list[Entry]:
        """Walks from the newest back, so that a poll with a cursor costs what it returns."""
        newer: list[Entry] = []
        for entry in reversed(self._entries):
            if entry.id <= after:
                break
            newer.append(entry)
        newer.reverse()
        return newer


def _read(journal: Path) -> list[Entry]:
    """The newest entries of the last runs; a line that was cut by a crash is left out."""
    if not journal.exists():
        journal.parent.mkdir(parents=True, exist_ok=True)
        return []
    entries = []
    for line in journal.read_text("utf-8").splitlines()[-REMEMBERED:]:
        try:
            entries.append(Entry(**json.loads(line)))
        except (ValueError, TypeError):
            continue  # half a line is all that a killed process can leave
    return entries


def _matches(entry: Entry, kind: str, provider: str, operation: str) -> bool:
    return (
        (not kind or entry.kind == kind)
        and (not provider or entry.provider == provider)
        and (not operation or entry.operation == operation)
    )
