"""`python -m embedded`, which is `make run`. Every problem is a sentence and exit code 1; a traceback here is a bug."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.errors import PermanentError

ROOT = Path(__file__).resolve().parents[1]


def main(root: Path = ROOT, arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m embedded", description="Starts Tria and all it needs. Example: PORT=8013 python -m embedded"
    )
    parser.add_argument(
        "--smoke", action="store_true", help="stop again as soon as everything is ready; for CI and timing"
    )
    parser.add_argument("--remove", action="store_true", help="delete var/ and the demo database in it")
    chosen = parser.parse_args(arguments)
    if sys.platform == "win32":
        sys.stderr.write("tria: gunicorn, RQ and Valkey need Linux or macOS: run Tria inside WSL\n")
        return 1
    from embedded.run import run  # the rest cannot even be imported on Windows
    from embedded.var_folder import remove

    try:
        remove(root / "var") if chosen.remove else run(root, smoke=chosen.smoke)
    except PermanentError as problem:
        sys.stderr.write("".join(f"tria: {line}\n" for line in str(problem).splitlines()))
        return 1
    except OSError as problem:  # a full disk, a folder that may not be written
        sys.stderr.write(f"tria: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
