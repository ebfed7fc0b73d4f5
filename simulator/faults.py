"""Misbehaviour on demand: which call or webhook goes wrong, how, and how often."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.errors import BadInputError


class FaultKind(StrEnum):
    DELAY = "delay"
    """Wait `delay_s`, then do as asked."""
    ERROR = "error"
    """Refuse with `status` and `code`, in the provider's own words; nothing takes effect."""
    CUT = "cut"
    """Close the connection before the request is acted upon."""
    ACCEPT_THEN_DROP = "accept_then_drop"
    """Act upon it, then close the connection without an answer."""
    ACCEPT_THEN_STALL = "accept_then_stall"
    """Act upon it, keep the caller waiting `delay_s` (30 when not given), then close without an answer."""
    DUPLICATE = "duplicate"
    """Webhooks only: post it `times` times."""
    REORDER = "reorder"
    """Webhooks only: hold it until the next one has been posted; of status callbacks, shuffle a message's own."""
    FAIL_LATER = "fail_later"
    """Twilio only: accept the message, then report `final_status` with error `code` by status callback."""


ANY = "*"
ON_CALLS = frozenset(FaultKind) - {FaultKind.DUPLICATE, FaultKind.REORDER}
ON_WEBHOOKS = frozenset({FaultKind.DELAY, FaultKind.DUPLICATE, FaultKind.REORDER})


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule. `count` is how often it still strikes (None: always), `match` limits it to requests with these fields."""

    kind: FaultKind
    provider: str = ANY
    operation: str = ANY
    count: int | None = 1
    probability: float = 1.0
    match: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    status: int = 500
    code: int | str | None = None
    message: str = ""
    retry_after_s: float | None = None
    times: int = 2
    final_status: str = "undelivered"
    id: int = 0

    def fits(self, provider: str, operation: str, fields: Mapping[str, Any]) -> bool:
        return (
            self.provider in (ANY, provider)
            and self.operation in (ANY, operation)
            and all(str(fields.get(name)) == str(value) for name, value in self.match.items())
        )

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


class FaultBook:
    """The rules in force. The first that fits strikes; a probability is drawn from one seeded generator."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._rules: dict[int, Fault] = {}
        self._left: dict[int, int | None] = {}
        self._ids = itertools.count(1)
        self._random = random.Random(seed)

    def add(self, fault: Fault) -> int:
        with self._lock:
            fault_id = next(self._ids)
            self._rules[fault_id] = fault
            self._left[fault_id] = fault.count
            return fault_id

    def seed(self, seed: int) -> None:
        with self._lock:
            self._random.seed(seed)

    def strike(
        self, provider: str, operation: str, fields: Mapping[str, Any], kinds: Container[FaultKind]
    ) -> Fault | None:
        """The fault of one of these kinds that befalls this request, which counts as used, or None."""
        if not self._rules:
            return None
        with self._lock:
            for fault_id, fault in list(self._rules.items()):
                if fault.kind in kinds and fault.fits(provider, operation, fields) and self._drawn(fault):
                    self._use(fault_id)
                    return fault
        return None

    def rules(self) -> list[dict[str, Any]]:
        with self._lock:
            return [rule.as_json() | {"id": id_, "left": self._left[id_]} for id_, rule in self._rules.items()]

    def remove(self, fault_id: int | None = None) -> None:
        """One rule, or all of them."""
        with self._lock:
            for gone in [fault_id] if fault_id is not None else list(self._rules):
                self._rules.pop(gone, None)
                self._left.pop(gone, None)

    def _drawn(self, fault: Fault) -> bool:
        return fault.probability >= 1.0 or self._random.random() < fault.probability

    def _use(self, fault_id: int) -> None:
        left = self._left[fault_id]
        if left is None:
            return
        self._left[fault_id] = left - 1
        if left <= 1:
            del self._rules[fault_id], self._left[fault_id]


def read_fault(raw: Any) -> Fault:
    """A rule as JSON gives it. Raises BadInputError naming what is wrong."""
    if not isinstance(raw, dict):
        raise BadInputError('a fault is an object such as {"provider": "twilio", "kind": "error", "status": 500}')
    known = set(Fault.__slots__) - {"id"}
    if unknown := sorted(set(raw) - known):
        raise BadInputError(f"unknown fields {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    try:
        return Fault(**(raw | {"kind": FaultKind(raw.get("kind", ""))}))
    except ValueError as e:
        raise BadInputError(f"kind is one of {', '.join(FaultKind)}") from e
