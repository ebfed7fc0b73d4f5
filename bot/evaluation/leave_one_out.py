"""Leave-one-trade-out: how each trade is read by a reader that has learnt from the others alone.

Everything learnt is written by a module `bench.train_*` from what stands in data/corpus. So the program is copied, with a corpus that
lacks one trade, all of them are run in the copy, and the copy reads the trade. Nothing of the shipped weights is left in it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import TriaError
from bot.settings import ROOT

CORPUS = Path("data") / "corpus"
LEFT_BEHIND = (
    ".git",
    ".venv",
    "var",
    "corpus",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "node_modules",
)
TRAINING_S = 3600
"""More than the slowest training takes on a laptop."""


class TrainingFailedError(TriaError):
    """A module that learns, or the copy of the program that reads, ended with an error."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A trade, and the figures of `flask eval --json` on its messages by a reader that has not learnt from them."""

    trade: str
    figures: dict[str, Any]


def learnt_from() -> list[str]:
    """The trades that something is learnt from: those with a development set."""
    return sorted(path.parent.name for path in (ROOT / CORPUS).glob("*/dev.jsonl"))


def held_out(trades: Iterable[str]) -> Iterator[HeldOut]:
    """Each trade as a reader reads it that has learnt from the others. Some minutes a trade. Raises TrainingFailedError."""
    for trade in trades:
        with tempfile.TemporaryDirectory(prefix="tria-without-") as folder:
            copy = copy_without(trade, Path(folder) / "tria")
            for module in sorted(path.stem for path in (copy / "bench").glob("train_*.py")):
                _run(copy, "-m", f"bench.{module}")
            read = _run(copy, "-m", "flask", "eval", "--corpus", str(ROOT / CORPUS / trade), "--json")
            yield HeldOut(trade, json.loads(read))


def copy_without(trade: str, target: Path) -> Path:
    """The program with a corpus that lacks the trade."""
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*LEFT_BEHIND), symlinks=True)
    (target / CORPUS).mkdir(parents=True)
    for place in (ROOT / CORPUS).iterdir():
        if place.name != trade:
            (target / CORPUS / place.name).symlink_to(place)
    return target


def _run(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, timeout=TRAINING_S, check=False
    )
    if done.returncode:
        raise TrainingFailedError(f"{' '.join(words)} failed: {done.stderr.strip()[-500:]}")
    return done.stdout
