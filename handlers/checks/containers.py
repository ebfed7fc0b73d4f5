"""Where Docker runs: is it, and its Compose, new enough for deploy/compose.yml? A plain host needs neither."""

from __future__ import annotations

import re
import shutil
import subprocess

from bot.runtime import Runtime

TIMEOUT_S = 10.0
DOCKER, COMPOSE = ("docker", "--version"), ("docker", "compose", "version", "--short")
LEAST = {DOCKER: (20, 10), COMPOSE: (2, 0)}
VERSION = re.compile(r"(\d+)\.(\d+)")


def new_enough(_runtime: Runtime) -> str:
    """What is too old or missing, in words."""
    if shutil.which("docker") is None:
        return ""
    found = {command: _version(command) for command in LEAST}
    old = [
        " ".join(command[:2]) + f" is {_words(found[command])}" for command in LEAST if found[command] < LEAST[command]
    ]
    return "; ".join(old)


def _version(command: tuple[str, ...]) -> tuple[int, int]:
    """(0, 0) for one that does not answer."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    match = VERSION.search(done.stdout) if done.returncode == 0 else None
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _words(version: tuple[int, int]) -> str:
    return ".".join(map(str, version)) if version > (0, 0) else "not there"
