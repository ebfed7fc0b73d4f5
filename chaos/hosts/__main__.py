"""`python -m chaos.hosts` (make hosts): several machines of this computer's own, broken and counted; exit 1 when an order was lost."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from chaos import report
from chaos.hosts import network

IMPOSSIBLE = 2
QUICK_CUT_S, CUT_S = 20.0, 60.0
WITHIN = "--within"
"""Said by this command to itself, once it runs in a network of its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    chosen = _parser().parse_args(given)
    if not chosen.within:
        if why := network.refusal():
            sys.stderr.write(f"This computer cannot make machines of its own: {why}\n")
            return IMPOSSIBLE
        _begin_again(given)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped
    console = Console(highlight=False, width=150)
    return report.show(console, _parts(chosen, console))


def _parts(chosen: argparse.Namespace, console: Console) -> list[report.Part]:
    if chosen.grow:
        from chaos.hosts.grow import run_grow

        return [run_grow(chosen.seed, console.print, chosen.keep)]
    from chaos.hosts.run import run_hosts

    cut_s = QUICK_CUT_S if chosen.quick else CUT_S
    return [run_hosts(cut_s, chosen.rate, chosen.seed, console.print, chosen.keep)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chaos.hosts",
        description="Two web hosts, two worker hosts, PostgreSQL and Redis, each in a network namespace. One worker host is cut off, one web"
        " host loses its power, under traffic; then every order is counted. Example: make hosts ARGS=--quick",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help=f"cut off for {QUICK_CUT_S:.0f} s instead of {CUT_S:.0f}")
    parser.add_argument(
        "--grow", action="store_true", help="break nothing: how many orders one, two and four workers take"
    )
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second (default 20)")
    parser.add_argument(
        "--seed", type=int, default=int(time.time()) % 100_000, help="printed, so that a run can be repeated"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the logs here")
    parser.add_argument(WITHIN, action="store_true", help=argparse.SUPPRESS)
    return parser


def _begin_again(given: Sequence[str]) -> NoReturn:
    """In a network of its own; this process becomes that one."""
    argv = network.own_namespace([sys.executable, "-m", "chaos.hosts", WITHIN, *given])
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    sys.exit(main())
