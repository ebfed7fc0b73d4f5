"""The hours after a release: what every look at readiness found, summed up. The looks themselves are `flask watch`'s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from handlers.checks import Finding, Severity, worst


@dataclass(slots=True)
class Trouble:
    """One check that was not well: in how many looks, from when to when, and its last words."""

    check: str
    severity: Severity
    first: datetime
    last: datetime
    looks: int = 0
    reason: str = ""


@dataclass(slots=True)
class Watch:
    """`failures_before` were open when it began: they are not this release's."""

    began: datetime
    failures_before: int
    looks: dict[Severity, int] = field(default_factory=lambda: dict.fromkeys(Severity, 0))
    troubles: dict[str, Trouble] = field(default_factory=dict)
    failures_now: int = 0
    last: datetime | None = None

    def add(self, at: datetime, findings: Sequence[Finding], failures: int) -> Severity:
        """What this look found, all together."""
        found = worst(finding.severity for finding in findings)
        self.looks[found] += 1
        self.last, self.failures_now = at, failures
        for finding in findings:
            if finding.severity:
                self._note(at, finding)
        return found

    def _note(self, at: datetime, finding: Finding) -> None:
        name = finding.check.name
        trouble = self.troubles.setdefault(name, Trouble(name, finding.severity, at, at))
        trouble.looks += 1
        trouble.last, trouble.reason = at, finding.reason
        trouble.severity = max(trouble.severity, finding.severity)

    @property
    def new_failures(self) -> int:
        return max(0, self.failures_now - self.failures_before)

    def ok(self, allowed: int) -> bool:
        """`allowed` is how many looks may have found that no order could be taken."""
        return self.looks[Severity.UNHEALTHY] <= allowed and not self.new_failures and any(self.looks.values())

    def report(self, allowed: int) -> dict[str, Any]:
        return {
            "ok": self.ok(allowed),
            "began": self.began.isoformat(timespec="seconds"),
            "ended": (self.last or self.began).isoformat(timespec="seconds"),
            "looks": sum(self.looks.values()),
            **{severity.word: count for severity, count in self.looks.items()},
            "new_failures": self.new_failures,
            "troubles": [
                {
                    "check": each.check, "worst": each.severity.word, "looks": each.looks, "reason": each.reason,
                    "first": each.first.isoformat(timespec="seconds"), "last": each.last.isoformat(timespec="seconds"),
                }
                for each in sorted(self.troubles.values(), key=lambda each: (-each.severity, -each.looks))
            ],
        }  # fmt: skip


UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """`90s`, `30m`, `24h`, `7d`. Raises ValueError."""
    number, unit = text[:-1], text[-1:]
    if unit not in UNITS:
        raise ValueError(f"{text!r} is not a time like 90s, 30m, 24h or 7d")
    return timedelta(**{UNITS[unit]: float(number)})
