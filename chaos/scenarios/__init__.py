"""The fault matrix as scenarios, a file per thing that breaks. All run on one house, which is emptied between them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bot.errors import BadInputError
from chaos.house import house
from chaos.report import Part
from chaos.scenarios import (
    clocks,
    edits,
    invoices,
    network,
    operators,
    processes,
    providers,
    queue,
    record,
    telegram_copies,
    versions,
)
from chaos.scenarios.scenario import Scenario, play

ROOMS = (providers, telegram_copies, edits, network, queue, record, clocks, processes, operators, invoices, versions)
SCENARIOS: tuple[Scenario, ...] = tuple(scenario for room in ROOMS for scenario in room.SCENARIOS)
OUTLETS, TELEGRAM_USERS = 500, 60


def chosen(names: Sequence[str], *, quick: bool) -> list[Scenario]:
    """Those whose name contains one of `names`; all, or the quick ones, when none is given. Raises BadInputError."""
    if not names:
        return [each for each in SCENARIOS if each.quick or not quick]
    found = [each for each in SCENARIOS if any(name.lower() in each.name.lower() for name in names)]
    if not found:
        raise BadInputError("no such scenario; there are: " + "; ".join(each.name for each in SCENARIOS))
    return found


def run_scenarios(names: Sequence[str], seed: int, console: Console, *, quick: bool, keep: Path | None = None) -> Part:
    part = Part("scenarios")
    with house(outlets=OUTLETS, telegram_users=TELEGRAM_USERS, seed=seed, keep=keep) as opened:
        for scenario in chosen(names, quick=quick):
            console.print(scenario.name)
            trial = play(scenario, opened, seed)
            result = "held" if not trial.problems else f"{len(trial.problems)} problems"
            for problem in trial.problems[:3]:
                console.print(f"  {problem}")
            part.rows.append((scenario.name, result, "; ".join(trial.figures)))
            part.violations += [f"{scenario.name}: {problem}" for problem in trial.problems]
    return part
