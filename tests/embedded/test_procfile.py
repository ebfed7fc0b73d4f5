"""The Procfile is read as other tools read it, and ours names the processes that run in production."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import StartupRefused
from embedded.procfile import read_procfile

ROOT = Path(__file__).resolve().parents[2]


def test_quotes_and_comments_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text('# a comment\n\nweb: serve "a b" --x=1\n', encoding="utf-8")
    assert read_procfile(path) == {"web": ["serve", "a b", "--x=1"]}


def test_line_that_is_no_process_is_named(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text("web: serve\nnonsense\n", encoding="utf-8")
    with pytest.raises(StartupRefused, match="Procfile line 2"):
        read_procfile(path)


def test_ours_has_the_four_processes() -> None:
    commands = read_procfile(ROOT / "Procfile")
    assert list(commands) == ["release", "web", "worker", "sweeper"]
    assert commands["worker"] == ["python", "-m", "jobs.worker"]
