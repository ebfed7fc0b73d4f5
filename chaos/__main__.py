"""`python -m chaos`: a short run by default, everything with --full; exit 1 when anything that must hold did not."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from rich.console import Console

from chaos import report
from chaos.crash_sweep import places, sweep
from chaos.house import house


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m chaos",
        description="Breaks the house in every way it can and counts the orders. Example: python -m chaos --sweep 25 --seed 7",
    )
    parser.add_argument(
        "--full", action="store_true", help="every failpoint with 25 seeds, all scenarios, 30 minutes of soak"
    )
    parser.add_argument(
        "--sweep", type=int, metavar="SEEDS", help="only the crash sweep, with so many seeds a failpoint"
    )
    parser.add_argument(
        "--places", nargs="*", default=[], metavar="NAME", help="of the sweep only the failpoints that begin so"
    )
    parser.add_argument("--scenarios", nargs="*", metavar="NAME", help="only these scenarios; none named: all")
    parser.add_argument("--soak", type=float, metavar="SECONDS", help="only the soak, of this length")
    parser.add_argument("--recovery", type=int, metavar="KILLS", help="only single kills, and what each costs")
    parser.add_argument("--calm", action="store_true", help="the soak without faults: load alone")
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second in the soak (default 20)")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()) % 100_000, help="printed, so that a run can be repeated"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the logs here")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped
    console = Console(highlight=False)
    console.print(f"seed {chosen.seed}")
    return run(chosen, console)


def run(chosen: argparse.Namespace, console: Console) -> int:
    everything = all(part is None for part in (chosen.sweep, chosen.scenarios, chosen.soak, chosen.recovery))
    parts: list[report.Part] = []
    if everything or chosen.sweep is not None:
        seeds = chosen.sweep or (25 if chosen.full else 1)
        parts.append(_sweep(seeds, chosen, console))
    if everything or chosen.scenarios is not None:
        from chaos.scenarios import run_scenarios

        parts.append(
            run_scenarios(
                chosen.scenarios or [], chosen.seed, console, quick=everything and not chosen.full, keep=chosen.keep
            )
        )
    if chosen.recovery or (everything and chosen.full):
        from chaos.recovery import run_recovery

        parts.append(run_recovery(chosen.recovery or 50, chosen.seed, console, chosen.keep))
    if everything or chosen.soak is not None:
        from chaos.soak import run_soak

        seconds = chosen.soak or (1800.0 if chosen.full else 20.0)
        parts.append(run_soak(seconds, chosen.rate, chosen.seed, console, chosen.keep, calm=chosen.calm))
    return report.show(console, parts)


def _sweep(seeds: int, chosen: argparse.Namespace, console: Console) -> report.Part:
    failpoints = places(chosen.places)
    console.print(f"crash sweep: {len(failpoints)} failpoints x {seeds} seeds")
    with house(outlets=400, telegram_users=100, seed=chosen.seed, keep=chosen.keep) as opened:
        return report.of_sweep(sweep(opened, seeds, chosen.seed, console.print, failpoints), chosen.seed)


if __name__ == "__main__":
    sys.exit(main())
