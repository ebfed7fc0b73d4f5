"""`python -m chaos.pooler` (make pooler): our processes behind a real pgbouncer; exit 3 where there is none to be had."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from rich.console import Console

from chaos import report
from chaos.pooler.bouncer import find
from embedded.debian import NotToBeHadError

NOT_TRIED = 3


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m chaos.pooler",
        description="Orders and invoices through pgbouncer in session mode, which is killed meanwhile; then a start behind one in transaction"
        " mode, which must be refused. Example: make pooler ARGS='--seed 7'",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=int, default=int(time.time()) % 100_000, help="printed, so that a run can be repeated"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the logs here")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped
    console = Console(highlight=False, width=150)
    try:
        top = find()
    except NotToBeHadError as error:
        console.print(f"not tried: {error}")
        return NOT_TRIED
    from chaos.pooler.run import run_session, run_transaction

    runs = (run_session, run_transaction)
    return report.show(console, [run(top, chosen.seed, console.print, chosen.keep) for run in runs])


if __name__ == "__main__":
    sys.exit(main())
