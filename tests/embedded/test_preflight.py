"""Each thing that can be wrong before the start is one sentence that names the setting which mends it."""

from __future__ import annotations

import socket
from pathlib import Path

from bot.settings import load_settings
from embedded.ports import free_port
from embedded.preflight import binary_problem, disk_problem, port_problem, problems


def test_taken_port_names_the_setting_to_change() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = int(other.getsockname()[1])
        problem = port_problem(port, patience_s=0)
    assert problem is not None
    assert f"port {port} is taken" in problem
    assert "PORT" in problem


def test_full_disk_is_said_with_what_is_left_and_what_is_needed(tmp_path: Path) -> None:
    problem = disk_problem(tmp_path, needed_mb=10**9)
    assert problem is not None
    assert str(tmp_path) in problem
    assert "1000000000 MB are needed" in problem


def test_missing_binary_names_the_setting_that_replaces_it(tmp_path: Path) -> None:
    problem = binary_problem("Valkey", "REDIS_URL", lambda: tmp_path / "valkey-server")
    assert problem is not None
    assert "set REDIS_URL" in problem


def test_binary_that_fails_is_quoted(tmp_path: Path) -> None:
    foreign = tmp_path / "postgres"
    foreign.write_text("#!/bin/sh\necho 'GLIBC_2.99 not found' >&2\nexit 1\n", encoding="utf-8")
    foreign.chmod(0o755)
    problem = binary_problem("PostgreSQL", "DATABASE_URL", lambda: foreign)
    assert problem is not None
    assert "GLIBC_2.99 not found" in problem


def test_all_problems_come_at_once_and_none_when_all_is_well(tmp_path: Path) -> None:
    settings = load_settings(_env_file=None, port=free_port(), database_url="", redis_url="")
    assert problems(settings, tmp_path) == []
    assert len(problems(settings, tmp_path, needed_mb=10**9)) == 1
