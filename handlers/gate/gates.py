"""The gates: what has to be shown for each tier, by which command, and for how long that counts.

What is asked of the running house comes last and is asked anew each time: tests first, then the restart, then the orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from handlers.gate.evidence import python


class Tier(IntEnum):
    MVP = 1
    PRODUCTION = 2
    EXCELLENT = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Gate:
    """`runs_tests`: its output must say that tests passed. `live`: of the running processes, never read from yesterday."""

    name: str
    category: str
    tier: Tier
    command: tuple[str, ...]
    runs_tests: bool = False
    live: bool = False
    counts_for: timedelta = timedelta(hours=24)


MVP, PRODUCTION, EXCELLENT = Tier
_DAYS = timedelta(days=7)
GATES: tuple[Gate, ...] = (
    Gate("lint", "code", PRODUCTION, ("make", "lint")),
    Gate("suite", "code", PRODUCTION, ("make", "test"), runs_tests=True),
    Gate("eval", "reading", PRODUCTION, ("make", "eval", "ARGS=--no-swaps")),
    Gate("security", "security", PRODUCTION, python("pytest", "-p", "no:cacheprovider", "tests/security"), runs_tests=True),
    Gate("docs", "documents", PRODUCTION, python("pytest", "-p", "no:cacheprovider", "tests/test_docs.py", "tests/chaos/test_runbook_page.py"), runs_tests=True),
    Gate("alerts", "monitoring", PRODUCTION, ("make", "alerts")),
    Gate("load", "load", PRODUCTION, ("make", "load", "ARGS=--profile all --quick"), counts_for=_DAYS),
    Gate("runbook", "operations", PRODUCTION, ("make", "runbook"), counts_for=_DAYS),
    Gate("bench", "load", EXCELLENT, ("make", "bench"), counts_for=_DAYS),
    Gate("chaos", "reliability", EXCELLENT, ("make", "chaos"), counts_for=_DAYS),
    Gate("deploy", "operations", EXCELLENT, ("make", "deploy-drill"), counts_for=_DAYS),
    Gate("schema", "running house", MVP, python("flask", "db", "check"), live=True),
    Gate("doctor", "running house", MVP, python("flask", "doctor"), live=True),
    Gate("backup", "operations", PRODUCTION, python("flask", "backup", "create"), live=True),
    Gate("restore", "operations", PRODUCTION, python("flask", "backup", "verify", "--drill"), live=True),
    Gate("audit", "security", PRODUCTION, python("flask", "audit", "verify"), live=True),
    Gate("smoke", "running house", MVP, python("flask", "smoke", "--orders", "10"), live=True),
    Gate("ledger", "running house", MVP, python("flask", "ledger", "verify"), live=True),
    Gate("staging", "operations", EXCELLENT, python("flask", "doctor", "--staging"), live=True),
)  # fmt: skip
"""In the order in which they are asked."""


def gates_of(tier: Tier) -> tuple[Gate, ...]:
    return tuple(gate for gate in GATES if gate.tier <= tier)
