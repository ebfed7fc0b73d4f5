"""What a run showed, as tables for people; the exit code for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from chaos.nearest_rank import nearest_rank

if TYPE_CHECKING:
    from chaos.crash_sweep import Outcome


@dataclass
class Part:
    """One table: rows of (what, result, figures), and what was violated."""

    title: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)


def of_sweep(outcome: Outcome, seed: int) -> Part:
    deaths = Counter(death.failpoint for death in outcome.died)
    planned = Counter(death.failpoint for death in outcome.deaths)
    rows = [
        (name, "died" if deaths[name] == count else "OPEN", f"{deaths[name]} of {count}")
        for name, count in sorted(planned.items())
    ]
    drained = "never" if outcome.drained_s is None else f"{outcome.drained_s:.1f} s"
    rows.append(("all", f"{len(outcome.violations)} violations", f"{sum(deaths.values())} kills, seed {seed}"))
    rows.append(("messages", str(outcome.messages), f"in {outcome.seconds:.0f} s; backlog empty after {drained}"))
    rows.append(("message to reply", "", percentiles(outcome.waits_s)))
    rows += outcome.copies
    return Part(
        "crash sweep", rows, outcome.violations + ([] if outcome.drained_s is not None else ["I7 the backlog stayed"])
    )


def percentiles(values: Sequence[float]) -> str:
    """p50, p95, p99 and the largest, in seconds."""
    if not values:
        return "none"
    shown = [f"p{share} {nearest_rank(values, share):.2f} s" for share in (50, 95, 99)]
    return ", ".join([*shown, f"max {max(values):.2f} s"])


def show(console: Console, parts: Sequence[Part]) -> int:
    """Prints every part; 1 when anything was violated."""
    for part in parts:
        table = Table("what", "result", "figures", title=part.title, title_justify="left")
        for row in part.rows:
            table.add_row(*row)
        console.print(table)
        for violation in part.violations[:20]:
            console.print(f"[red]{violation}[/red]")
    broken = sum(len(part.violations) for part in parts)
    console.print(f"{broken} violations" if broken else "nothing lost, nothing twice")
    return 1 if broken else 0
