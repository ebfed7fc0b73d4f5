"""One fault as a scenario: a fault on the running house, the time it may take, what must hold."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from chaos.customers import Customers
from chaos.house import House
from chaos.invariants import violations

RECOVERY_S = 45.0


@dataclass
class Trial:
    """What a scenario works with, and what it found."""

    house: House
    seed: int
    customers: Customers
    figures: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    risky: int = 0
    """Crashes and faults that may each cost one extra copy of a reply."""
    may_park: bool = False

    def note(self, figure: str) -> None:
        self.figures.append(figure)

    def must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)

    def traffic(self, per_s: float, seconds: float, phones: int = 60) -> None:
        """Orders of random phones; their webhooks are answered by the time this returns."""
        self.customers.order_at_rate(self.house.phones(phones), per_s, seconds)
        self.customers.wait(60)

    def accepted(self) -> int:
        return sum(each.accepted for each in self.customers.said)

    def settle(self, seconds: float = RECOVERY_S) -> None:
        """Waits for the backlog to end; a figure, and a problem when it does not."""
        drained = self.house.drained(seconds)
        self.must(drained is not None, f"the backlog was not empty after {seconds:.0f} s")
        if drained is not None:
            self.note(f"backlog empty after {drained:.1f} s")

    @contextmanager
    def timed(self, words: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.note(f"{words} {time.monotonic() - began:.1f} s")


@dataclass(frozen=True, slots=True)
class Scenario:
    """`quick`: part of the short run as well."""

    name: str
    run: Callable[[Trial], None]
    quick: bool = False


def metric(trial: Trial, name: str) -> float:
    """What a scrape of the web process says of a series without labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{trial.house.web_port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(name + " ")), 0.0)


def play(scenario: Scenario, house: House, seed: int) -> Trial:
    """Runs it on an emptied house with one worker, one sweeper and the web; asks the invariants afterwards."""
    house.close_all()
    house.clean()
    house.open(workers=1, sweepers=1)
    trial = Trial(house, seed, Customers(house, seed))
    try:
        scenario.run(trial)
        house.providers.heal()
        house.pg.heal()
        house.redis.heal()
        trial.settle()
        found = violations(house, trial.customers.said, crashes_while_sending=trial.risky)
        trial.problems += [each for each in found if not (trial.may_park and each.endswith("was parked"))]
    except (TimeoutError, RuntimeError, OSError) as error:
        trial.problems.append(f"{type(error).__name__}: {error}")
    finally:
        trial.customers.close()
    return trial
