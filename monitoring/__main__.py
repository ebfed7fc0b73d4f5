"""`python -m monitoring` (make alerts): tries every alert, every dashboard's query and every way out, with the real programs.

With --rules only the files and the rules, in seconds; without it also a house that is broken four times, in a few minutes.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from embedded.debian import NotToBeHadError
from monitoring.outcome import Outcome
from monitoring.programs import find

OUTLETS = 20
NOT_TRIED = 3
"""The exit code where Prometheus cannot be had: nothing was found wrong, and nothing right."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m monitoring",
        description="Tries the alerts with the real Prometheus and Alertmanager. Example: python -m monitoring --rules",
    )
    parser.add_argument(
        "--rules", action="store_true", help="only what promtool and amtool say of the files, in seconds"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the logs of the house here")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped
    console = Console(highlight=False, soft_wrap=True)
    outcome = Outcome(console)
    try:
        with tempfile.TemporaryDirectory(prefix="tria-alerts-") as folder:
            run(outcome, Path(folder), chosen)
    except NotToBeHadError as error:
        console.print(f"[red]not tried: {error}[/red]")
        return NOT_TRIED
    return outcome.last_word()


def run(outcome: Outcome, folder: Path, chosen: argparse.Namespace) -> None:
    from monitoring.rules import try_files, try_rules

    programs = None if chosen.rules else find()
    try_files(outcome)
    try_rules(outcome, folder)
    if programs is None or outcome.failed:
        return
    from monitoring.live import try_live

    try_live(programs, outcome, folder, OUTLETS, chosen.keep)


if __name__ == "__main__":
    sys.exit(main())
