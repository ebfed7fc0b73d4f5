"""What a killed run leaves behind: nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bot.settings import ROOT

WAITING = """
import signal
from chaos import zygote
zygote.RUNS["waiting"] = signal.pause
zygote.serve()
"""
"""A zygote that also forks processes which wait for nothing."""
SECONDS = 30


def ask(zygote: subprocess.Popen[str], log: Path) -> psutil.Process:
    """A process forked by it."""
    assert zygote.stdin is not None
    assert zygote.stdout is not None
    zygote.stdin.write(json.dumps({"run": "waiting", "env": {}, "log": str(log)}) + "\n")
    zygote.stdin.flush()
    return psutil.Process(int(json.loads(zygote.stdout.readline())["pid"]))


@pytest.mark.parametrize("way", ["the zygote is killed", "its run is gone"])
def test_what_was_forked_ends_with_the_zygote_however_that_ends(way: str, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as zygote:
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        assert "ready" in zygote.stdout.readline()
        forked = [ask(zygote, tmp_path / "log") for _ in range(2)]
        if way == "the zygote is killed":
            os.kill(zygote.pid, signal.SIGKILL)
        else:
            zygote.stdin.close()
        gone, left = psutil.wait_procs(forked, timeout=SECONDS)
    for process in left:
        process.kill()
    assert (len(gone), left) == (len(forked), [])
