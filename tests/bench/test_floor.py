"""The least webhook that ours is measured against starts under the same server settings."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import httpx

from bot.runtime import Runtime
from bot.settings import ROOT
from embedded.ports import free_port

PATIENCE_S = 60


def test_the_floor_answers_under_our_server_settings(runtime: Runtime) -> None:
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "bench.floor:create_app()"]
    environment = {**os.environ, "PORT": str(port)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as floor:
        deadline = time.monotonic() + PATIENCE_S
        answer = ""
        while not answer and floor.poll() is None and time.monotonic() < deadline:
            try:
                answer = httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).text
            except httpx.TransportError:
                continue
        floor.terminate()
        log = floor.communicate(timeout=PATIENCE_S)[0]
    assert answer == "alive", log
