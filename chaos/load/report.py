"""What a run says to machines: one JSON document, whose schema is this module's models, and to people: one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.table import Table


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Measured(Strict):
    """A figure beside the limit it is held to."""

    what: str
    value: float | None
    limit: float
    unit: Literal["share", "s", "MB", "MB/h", "count"]
    ok: bool


class PhaseFigures(Strict):
    """Latencies in seconds; None when nothing was answered."""

    name: str
    users: int
    seconds: float
    messages: int
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None


class Counted(Strict):
    """By the ledger: what came in is what was answered, merged, handed over, parked or ignored."""

    sent: int
    accepted: int
    received: int
    final: dict[str, int]
    open: int
    orders: int
    replies: int
    failures: int
    adds_up: bool


class ProfileReport(Strict):
    profile: str
    quick: bool
    seed: int
    started_at: str
    seconds: float
    phases: list[PhaseFigures]
    measured: list[Measured]
    counted: Counted
    faults: dict[str, int]
    violations: list[str]
    passed: bool


class Report(Strict):
    """The whole run. `exit_code` is the worst profile's."""

    commit: str
    target: str
    profiles: list[ProfileReport]
    passed: bool
    exit_code: Literal[0, 1]


def of(profiles: Sequence[ProfileReport], target: str, commit: str) -> Report:
    passed = all(each.passed for each in profiles)
    return Report(commit=commit, target=target, profiles=list(profiles), passed=passed, exit_code=0 if passed else 1)


def show(console: Console, report: ProfileReport) -> None:
    """One table a profile, printed as soon as it is over."""
    verdict = "[green]passed[/green]" if report.passed else "[bold red]FAILED[/bold red]"
    table = Table("what", "figure", "limit", "", title=f"{report.profile}: {verdict}", title_justify="left")
    for each in report.measured:
        mark = "[green]ok[/green]" if each.ok else "[red]missed[/red]"
        table.add_row(each.what, _figure(each.value, each.unit), _figure(each.limit, each.unit), mark)
    for phase in report.phases:
        figures = ", ".join(f"{name} {_figure(value, 's')}" for name, value in (("p50", phase.p50_s), ("p95", phase.p95_s), ("p99", phase.p99_s)))  # fmt: skip
        table.add_row(f"{phase.users} users, {phase.seconds:.0f} s", f"{phase.messages} messages", figures, "")
    counted = report.counted
    ends = ", ".join(f"{count} {state}" for state, count in counted.final.items() if count) or "none"
    table.add_row(
        "ledger",
        f"{counted.received} received",
        ends,
        "[green]adds up[/green]" if counted.adds_up else "[red]does not[/red]",
    )
    table.add_row("orders, replies, failures", f"{counted.orders}, {counted.replies}, {counted.failures}", "", "")
    if report.faults:
        table.add_row(
            "faults",
            str(sum(report.faults.values())),
            ", ".join(f"{name} {count}" for name, count in report.faults.items()),
            "",
        )
    console.print(table)
    for violation in report.violations[:20]:
        console.print(f"[red]{violation}[/red]")


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "none"
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:.0f}" if unit == "count" else f"{value:.2f} {unit}"
