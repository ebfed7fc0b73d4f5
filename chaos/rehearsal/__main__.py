"""`make runbook`: plays every issue of docs/runbook.md, or those named; exit 1 when the page does not tell the truth."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console

from chaos.customers import Customers
from chaos.house import House, house
from chaos.invariants import violations
from chaos.rehearsal.document import Issue, read
from chaos.rehearsal.plays import PLAYS, Play
from chaos.rehearsal.stage import Stage
from chaos.rehearsal.units import Units

APART = frozenset({"The record is lost", "Webhooks are refused"})
"""After these the ledger is not to be compared with what customers sent: the page says itself what is missing."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m chaos.rehearsal",
        description="Plays the runbook. Example: python -m chaos.rehearsal --only Redis",
    )
    parser.add_argument(
        "--only", metavar="WORD", nargs="*", default=[""], help="only issues with one of these words in their title"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the logs here")
    chosen = parser.parse_args()
    console = Console(highlight=False, width=160)
    words = [word.lower() for word in chosen.only]
    wanted = {title: issue for title, issue in read().items() if any(word in title.lower() for word in words)}
    failed = 0
    with house(outlets=60, keep=chosen.keep) as opened:
        for title, issue in wanted.items():
            began = time.monotonic()
            problems = play(opened, issue, PLAYS[title])
            failed += bool(problems)
            console.print(
                f"{'FAILED' if problems else 'ok    '} {title}: {len(issue.lines)} commands, {time.monotonic() - began:.0f} s",
                style="red" if problems else "",
            )
            for problem in problems:
                console.print(f"       {problem}", markup=False)
    commands = sum(len(issue.lines) for issue in wanted.values())
    console.print(f"{len(wanted) - failed} of {len(wanted)} issues are mended by the page, {commands} commands typed")
    return 1 if failed or not wanted else 0


def play(opened: House, issue: Issue, how: Play) -> list[str]:
    """What did not hold; empty when the page did it all."""
    stage = _stage(opened)
    try:
        stage.open(how.settings)
        how.breaks(stage)
        stage.type(issue.look, again=True)
        how.elsewhere(stage)
        stage.type(issue.mend, again=False)
        stage.type(issue.well, again=True)
        stage.tidy()
        how.afterwards(stage)
        if issue.title not in APART:
            stage.must(opened.drained(60) is not None, "messages are left over")
            stage.problems += violations(opened, stage.customers.said, crashes_while_sending=4)
    except (TimeoutError, RuntimeError, OSError) as error:
        stage.problems.append(f"{type(error).__name__}: {error}")
    finally:
        stage.tidy()
        stage.customers.close()
        stage.units.close()
    return stage.problems


def _stage(opened: House) -> Stage:
    """An emptied house in which nothing of ours runs."""
    opened.postgres.start()
    opened.valkey.start()
    opened.close_all()
    opened.clean()
    for name in ("units.sock", "tria.env"):
        (opened.folder / name).unlink(missing_ok=True)
    for name in ("programs", "backups"):
        shutil.rmtree(opened.folder / name, ignore_errors=True)
    opened.environment["BACKUP_DIR"] = str(opened.folder / "backups")
    opened.environment["OPENAI_BASE_URL"] = f"{opened.settings.simulator_url}/v1"
    return Stage(opened, Units(opened, opened.folder / "tria.env"), Customers(opened, 7))


if __name__ == "__main__":
    sys.exit(main())
