"""`python -m chaos.load` (make load): the profiles, a report, and the exit code of the worst."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from bot.settings import ROOT
from chaos.load.profile import FULL, QUICK, Profile
from chaos.load.report import ProfileReport, Report, of, show
from chaos.load.target import RefusedError, Target, load_target

REPORT = ROOT / "var" / "load-report.json"
REFUSED = 2
OWN_HOUSE = "a house of its own on the simulator"


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    if chosen.schema:
        sys.stdout.write(json.dumps(Report.model_json_schema(), indent=2) + "\n")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped
    console = Console(highlight=False, stderr=chosen.json)
    try:
        report = of(list(_reports(chosen, console)), chosen.target or OWN_HOUSE, _commit())
    except RefusedError as refused:
        console.print(f"[red]refused: {refused}[/red]")
        return REFUSED
    _write(report, chosen, console)
    return report.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chaos.load",
        description="So many users at once, and then every message counted in the ledger. Without a profile: all five, quick."
        ' Example: make load ARGS="--profile burst --quick"',
    )
    parser.add_argument("--profile", choices=[*FULL, "all"], help="which; `all` is one after the other")
    parser.add_argument("--quick", action="store_true", help="about a minute each: all five in less than ten")
    parser.add_argument("--target", metavar="URL", help="an installation that runs already, through its chat API; token in API_TOKEN."
                        " Refused when its providers are real")  # fmt: skip
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000, help="printed, so that a run can be repeated")  # fmt: skip
    parser.add_argument("--out", type=Path, default=REPORT, metavar="FILE", help="the report as JSON (default %(default)s)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the report, too; tables go to standard error")
    parser.add_argument("--schema", action="store_true", help="print the report's JSON schema and end")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the logs here")
    return parser


def _reports(chosen: argparse.Namespace, console: Console) -> Iterator[ProfileReport]:
    quick = chosen.quick or chosen.profile is None
    profiles = QUICK if quick else FULL
    wanted = list(profiles) if chosen.profile in (None, "all") else [chosen.profile]
    run = _runner(chosen, console, quick=quick)
    console.print(f"seed {chosen.seed}")
    for name in wanted:
        report = run(profiles[name])
        show(console, report)
        yield report


def _runner(chosen: argparse.Namespace, console: Console, *, quick: bool) -> Callable[[Profile], ProfileReport]:
    if chosen.target:
        target = Target(chosen.target.rstrip("/"), os.environ.get("API_TOKEN", ""))
        return lambda profile: load_target(target, profile, quick=quick, seed=chosen.seed)
    from chaos.load.run import run_profile

    return lambda profile: run_profile(profile, quick=quick, seed=chosen.seed, say=console.print, keep=chosen.keep)


def _write(report: Report, chosen: argparse.Namespace, console: Console) -> None:
    content = report.model_dump_json(indent=2)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(content + "\n", "utf-8")
    Report.model_validate_json(chosen.out.read_text("utf-8"))  # what was written is what a reader will read
    verdict = "[bold green]passed[/bold green]" if report.passed else "[bold red]FAILED[/bold red]"
    console.print(f"{verdict}: {sum(each.passed for each in report.profiles)} of {len(report.profiles)}; report in {chosen.out}")  # fmt: skip
    if chosen.json:
        sys.stdout.write(content + "\n")


def _commit() -> str:
    from handlers.git_commit import commit

    return commit()


if __name__ == "__main__":
    sys.exit(main())
