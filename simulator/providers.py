"""What every provider in this package offers the server: one module each, added to `simulation.build` and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.faults import Fault
from simulator.wire import Answer, Request


@dataclass(frozen=True, slots=True)
class Call:
    """A request understood: which operation of the provider it is, with which fields."""

    operation: str
    fields: Mapping[str, Any]
    request: Request


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the provider answers, and the id of what it now holds because of the call."""

    answer: Answer
    effect: str | None = None
    secret: bool = False
    """The answer holds tokens, which the ledger must not."""


class Provider(Protocol):
    """One stand-in. `prefixes` are the paths it owns; `forget` drops everything it holds."""

    name: str
    prefixes: tuple[str, ...]

    def read(self, request: Request) -> Call: ...

    def act(self, call: Call, fault: Fault | None) -> Outcome: ...

    def refusal(self, fault: Fault) -> Answer:
        """An ERROR fault in this provider's own words."""
        ...

    def forget(self) -> None: ...
