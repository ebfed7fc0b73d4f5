"""A row of a file against what is stored. An import writes by this comparison, and its preview shows it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Compared:
    """`before` is None for what is new. `notes` are worth a look and hinder nothing."""

    code: str
    name: str
    after: Mapping[str, Any]
    before: Mapping[str, Any] | None
    notes: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def differs(self) -> bool:
        return self.before != self.after

    @property
    def differences(self) -> dict[str, tuple[Any, Any]]:
        """What is stored and what the row says, by field; all of it for what is new."""
        before = self.before or {}
        return {name: (before.get(name), value) for name, value in self.after.items() if before.get(name) != value}


@dataclass(frozen=True, slots=True)
class Preview:
    """What bringing a file in would do. `rows` are those that would be written, by their number in the file."""

    rows: Mapping[int, Compared]
    unchanged: int
    refused: tuple[str, ...]

    @property
    def added(self) -> int:
        return sum(row.is_new for row in self.rows.values())

    @property
    def changed(self) -> int:
        return len(self.rows) - self.added

    @property
    def mark(self) -> str:
        """Of everything that it would write, and over what: the same again only when nothing changed meanwhile."""
        shown = [(row.code, _plain(row.before), _plain(row.after)) for row in self.rows.values()]
        return hashlib.sha256(repr(shown).encode()).hexdigest()


def preview_of(rows: Mapping[int, Compared], refused: Sequence[str]) -> Preview:
    written = {number: row for number, row in rows.items() if row.differs}
    return Preview(written, len(rows) - len(written), tuple(refused))


def _plain(values: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """0.28 and 0.2800 are one price."""
    return sorted((name, str(value)) for name, value in (values or {}).items())
