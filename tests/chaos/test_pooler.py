"""`make pooler`: what it tries is true of a PostgreSQL of our own, and where there is no pgbouncer it says so instead of passing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT
from chaos.pooler.__main__ import NOT_TRIED
from chaos.pooler.lost import try_out

ELSEWHERE = """
import sys
from pathlib import Path
from chaos.pooler import __main__, bouncer
bouncer.UNPACKED = Path({folder!r})
bouncer.SYSTEM = ""
sys.argv = ["pooler"]
sys.exit(__main__.main())
"""
"""A run that finds neither what is installed nor what was fetched before."""


def test_connections_of_our_own_keep_plans_limits_and_locks(postgres_url: str) -> None:
    assert dict(try_out(postgres_url)) == {
        "prepared statement": "kept",
        "limit of a session": "kept",
        "lock of a session": "kept",
    }


def test_without_pgbouncer_and_without_debian_nothing_is_tried_and_the_exit_code_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE.format(folder=str(tmp_path))], cwd=ROOT, check=False,
        env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == NOT_TRIED, done.stderr
    assert "not tried: pgbouncer is not on the PATH" in done.stdout
