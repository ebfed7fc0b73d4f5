"""What a check is and how a list of them is run: every one, whatever the others find, and the worst finding wins."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger
from models.database import again_if_stale

log = get_logger(__name__)


class Severity(IntEnum):
    """A lattice: findings are combined by max, so that nothing healthy can ever hide something worse."""

    HEALTHY = 0
    DEGRADED = 1
    UNHEALTHY = 2

    @property
    def word(self) -> str:
        return self.name.lower()


def worst(severities: Iterable[Severity]) -> Severity:
    return max(severities, default=Severity.HEALTHY)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found. `facts` are numbers and words for people; never a secret, a name or a phone."""

    severity: Severity = Severity.HEALTHY
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """`at_worst` caps it: a check of something that orders do not need can degrade, never stop the service.

    `needs` names a check that comes before it in the list: where that one failed, this one is not tried (each would wait
    for the same silence, and the answer must come at once).
    """

    name: str
    group: str
    run: Callable[[Runtime], Verdict]
    fix: str
    at_worst: Severity = Severity.UNHEALTHY
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    check: Check
    severity: Severity
    reason: str
    facts: Mapping[str, Any]
    ms: float

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"status": self.severity.word, "ms": self.ms, **self.facts}
        return body | ({"reason": self.reason} if self.reason else {})


def run_all(checks: Iterable[Check], runtime: Runtime) -> list[Finding]:
    """Every check has its finding, in the order of the list."""
    findings: list[Finding] = []
    failed: set[str] = set()
    for check in checks:
        finding = _not_tried(check) if check.needs in failed else run_one(check, runtime)
        if finding.severity is Severity.UNHEALTHY:
            failed.add(check.name)
        findings.append(finding)
    return findings


def _not_tried(check: Check) -> Finding:
    return Finding(check, min(Severity.UNHEALTHY, check.at_worst), f"not checked without {check.needs}", {}, 0.0)


def run_one(check: Check, runtime: Runtime) -> Finding:
    """Never raises: a check that breaks is a finding like any other."""
    started = time.perf_counter()
    try:
        verdict = again_if_stale(lambda: check.run(runtime))
    except Exception as error:
        log.warning("check could not be made", check=check.name, exc_info=error)
        verdict = Verdict(Severity.UNHEALTHY, f"the check itself failed: {error_words(error)}")
    ms = round((time.perf_counter() - started) * 1000, 2)
    return Finding(check, min(verdict.severity, check.at_worst), verdict.reason, verdict.facts, ms)
