"""`make alerts` on machines that lack the programs: it says what is missing, and what it left out never counts as well."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console

from bot.settings import ROOT
from monitoring.__main__ import NOT_TRIED
from monitoring.outcome import Outcome

ELSEWHERE = """
import sys
from pathlib import Path
from monitoring import programs
programs.UNPACKED = Path({folder!r})
from monitoring.__main__ import main
sys.argv = ["monitoring", "--rules"]
sys.exit(main())
"""
"""A run that finds nothing of what was fetched before."""


def test_without_prometheus_and_without_debian_nothing_is_tried_and_the_exit_code_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE.format(folder=str(tmp_path / "nothing"))], cwd=ROOT, check=False,
        env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == NOT_TRIED, done.stderr
    assert "not tried: prometheus is not on the PATH" in done.stdout


def test_what_was_left_out_stands_beside_what_was_well() -> None:
    said = StringIO()
    outcome = Outcome(Console(file=said, soft_wrap=True))
    outcome.add("prometheus.yml", True)
    outcome.leave("alertmanager.yml", "Alertmanager is not installed")
    assert outcome.last_word() == 0
    assert "all 1 as they should be, 1 not tried" in said.getvalue()


def test_a_failure_is_the_exit_code_whatever_was_left_out() -> None:
    outcome = Outcome(Console(file=StringIO()))
    outcome.leave("alertmanager.yml", "Alertmanager is not installed")
    outcome.add("HttpSlow", False, "not fired")
    assert outcome.last_word() == 1
