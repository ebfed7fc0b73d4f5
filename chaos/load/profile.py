"""The five profiles: how many users for how long, and what has to hold. Every limit stands here, and in the report beside its figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Phase:
    """So many users at once for so many seconds."""

    name: str
    users: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """`errors` is the share of messages that were not accepted or had no answer; `p95_s` from a message to the provider's acceptance of its
    reply. The others are asked only where they are given."""

    errors: float
    p95_s: float
    recovered_s: float | None = None
    """After the spike the p95 is back at what it was before within this time."""
    growth_mb: float = 20.0
    """Of the largest process of each kind."""
    growth_mb_per_hour: float | None = None
    """By regression; over minutes it says nothing."""


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    phases: tuple[Phase, ...]
    limits: Limits
    faults: float = 0.0
    """The share of calls to the providers that fail, are cut or are slow; beside them processes and servers are killed."""

    @property
    def users(self) -> int:
        """At most at once."""
        return max(phase.users for phase in self.phases)

    @property
    def seconds(self) -> float:
        return sum(phase.seconds for phase in self.phases)


def _steady(name: str, users: int, seconds: float, limits: Limits, faults: float = 0.0) -> Profile:
    return Profile(name, (Phase(name, users, seconds),), limits, faults)


def _spike(calm_s: float, spike_s: float, after_s: float) -> Profile:
    phases = (Phase("before", 5, calm_s), Phase("spike", 100, spike_s), Phase("after", 5, after_s))
    return Profile("spike", phases, Limits(errors=0.10, p95_s=15.0, recovered_s=60.0))


SUSTAINED = Limits(errors=0.05, p95_s=10.0)
BURST = Limits(errors=0.10, p95_s=15.0)
SOAK = Limits(errors=0.05, p95_s=10.0, growth_mb_per_hour=5.0)
CHAOS = Limits(errors=0.10, p95_s=30.0)

FULL: Mapping[str, Profile] = {
    "sustained": _steady("sustained", 10, HOUR_S, SUSTAINED),
    "burst": _steady("burst", 50, 300, BURST),
    "spike": _spike(120, 120, 180),
    "soak": _steady("soak", 5, 24 * HOUR_S, SOAK),
    "chaos": _steady("chaos", 20, 0.5 * HOUR_S, CHAOS, faults=0.30),
}
QUICK: Mapping[str, Profile] = {
    "sustained": _steady("sustained", 10, 60, SUSTAINED),
    "burst": _steady("burst", 50, 45, BURST),
    "spike": _spike(20, 20, 40),
    "soak": _steady("soak", 5, 75, Limits(errors=0.05, p95_s=10.0)),
    "chaos": _steady("chaos", 20, 60, CHAOS, faults=0.30),
}
"""All five in less than ten minutes, the starts of five houses included."""
