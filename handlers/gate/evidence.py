"""What a command showed: when it ran, on which code, how it ended and what it said. One file each, its whole output beside it."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.settings import ROOT

CODE = (
    "bot",
    "jobs",
    "handlers",
    "models",
    "migrations",
    "simulator",
    "embedded",
    "chaos",
    "bench",
    "deploy",
    "monitoring",
    "tests",
    "data",
    "docs",
)
BESIDE = ("requirements.txt", "requirements-dev.txt", "pyproject.toml", "Makefile", "Procfile", "gunicorn.conf.py")
NOT_CODE = ("__pycache__",)
LAST_LINES = 3
PASSED = re.compile(r"\b(\d+) passed\b")
NOT_PASSED = re.compile(r"\b(\d+) (?:failed|errors?)\b")
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Evidence:
    """`code` is the digest of every file it may depend on; `said` its last words."""

    gate: str
    command: str
    began: str
    ended: str
    exit_code: int
    code: str
    said: str

    @property
    def ok(self) -> bool:
        return self.exit_code == 0

    @property
    def ended_at(self) -> datetime:
        return datetime.fromisoformat(self.ended)


def code_digest(root: Path = ROOT) -> str:
    """The same for two trees only when every file of code, tests, data and documents is the same."""
    found = hashlib.sha256()
    for path in _files(root):
        found.update(str(path.relative_to(root)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def _files(root: Path) -> Iterable[Path]:
    inside = (path for folder in CODE for path in (root / folder).rglob("*") if not set(NOT_CODE) & set(path.parts))
    beside = (root / name for name in BESIDE)
    return sorted(path for path in (*inside, *beside) if path.is_file())


def gather(
    gate: str, command: Sequence[str], folder: Path, *, root: Path = ROOT, env: Mapping[str, str] | None = None
) -> Evidence:
    """Runs the command and keeps what it showed."""
    folder.mkdir(parents=True, exist_ok=True)
    log, code, began = folder / f"{gate}.log", code_digest(root), _now()
    with log.open("wb") as output:
        done = subprocess.run(
            command, cwd=root, env=env, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False
        )
    lines = [line.strip() for line in COLOURS.sub("", log.read_text("utf-8", "replace")).splitlines() if line.strip()]
    kept = Evidence(
        gate, " ".join(command), began, _now(), done.returncode, code, " / ".join(lines[-LAST_LINES:])[-400:]
    )
    (folder / f"{gate}.json").write_text(json.dumps(asdict(kept), indent=2) + "\n", encoding="utf-8")
    return kept


def kept(gate: str, folder: Path) -> Evidence | None:
    """What was gathered last; None for nothing that can be read."""
    try:
        return Evidence(**json.loads((folder / f"{gate}.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def all_tests_passed(log: Path) -> str:
    """What speaks against it: an output of a test runner counts only when tests ran and none failed."""
    words = COLOURS.sub("", log.read_text("utf-8", "replace")) if log.exists() else ""
    failed = sum(map(int, NOT_PASSED.findall(words)))
    if failed:
        return f"{failed} failed"
    return "" if any(map(int, PASSED.findall(words))) else "no test ran"


def no_errors_in_logs(folder: Path, since: datetime) -> str:
    """The first errors that our processes logged from then on, in words; empty when there are none."""
    logs = sorted(folder.glob("*.log"))
    if not logs:
        return f"there is no log in {folder}"
    found = [f"{path.stem}: {words}" for path in logs for words in _errors(path, since)]
    return f"{len(found)} errors: {'; '.join(found[:3])}" if found else ""


def _errors(path: Path, since: datetime) -> Iterable[str]:
    for line in path.read_text("utf-8", "replace").splitlines():
        try:
            event = json.loads(line)
            if event["level"] in ("error", "critical") and datetime.fromisoformat(event["timestamp"]) >= since:
                yield str(event["event"])[:80]
        except (ValueError, KeyError, TypeError):  # not a line of ours
            continue


def python(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", *words)


def _now() -> str:
    return datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds")
