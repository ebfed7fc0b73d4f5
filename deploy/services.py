"""How the processes of a colour are started and stopped: by systemd, or as our own children where there is none."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import time
from pathlib import Path
from typing import Protocol

from deploy.host import Host, StepFailed

KINDS = ("sweeper", "worker", "web")
"""In the order of starting; `release` of the Procfile is a step of its own."""
STOP_S = 25.0
"""Each process of ours ends within 20 s of SIGTERM."""


class Services(Protocol):
    def start(self, colour: str) -> None:
        """Every process of that colour. Raises StepFailed."""
        ...

    def stop(self, colour: str) -> None:
        """All of them, orderly; nothing when none runs."""
        ...

    def down(self, colour: str) -> list[str]:
        """Which of them do not run."""
        ...


class Systemd:
    """The units of deploy/systemd."""

    def start(self, colour: str) -> None:
        self._systemctl("restart", *_units(colour))
        self._systemctl("enable", *_units(colour))

    def stop(self, colour: str) -> None:
        self._systemctl("disable", *_units(colour))
        self._systemctl("stop", *_units(colour))

    def down(self, colour: str) -> list[str]:
        return [
            unit
            for unit in _units(colour)
            if subprocess.run(["systemctl", "is-active", "--quiet", unit], check=False).returncode
        ]

    def _systemctl(self, verb: str, *units: str) -> None:
        done = subprocess.run(["systemctl", verb, *units], capture_output=True, text=True, check=False, timeout=120)
        if done.returncode:
            raise StepFailed(f"systemctl {verb} {' '.join(units)}: {done.stderr.strip()[-300:]}")


def _units(colour: str) -> list[str]:
    return [f"tria-{kind}@{colour}.service" for kind in KINDS]


class Plain:
    """For an account without systemd: the commands of the release's Procfile, each with a log and the number of its process."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def start(self, colour: str) -> None:
        release = self.host.slot(colour).resolve()
        folder = self._folder(colour)
        (folder / "metrics").mkdir(parents=True, exist_ok=True)
        commands = procfile(release / "Procfile")
        environment = self.host.environment(release, colour)
        for kind in KINDS:
            with (folder / f"{kind}.log").open("ab") as log:
                started = subprocess.Popen(
                    commands[kind], cwd=release, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True,
                )  # fmt: skip
            (folder / f"{kind}.pid").write_text(f"{started.pid}\n", encoding="ascii")

    def stop(self, colour: str) -> None:
        for kind in reversed(KINDS):
            if pid := self._pid(colour, kind):
                _end(pid)
            (self._folder(colour) / f"{kind}.pid").unlink(missing_ok=True)

    def down(self, colour: str) -> list[str]:
        return [kind for kind in KINDS if not self._pid(colour, kind)]

    def _folder(self, colour: str) -> Path:
        return self.host.root / "run" / colour

    def _pid(self, colour: str, kind: str) -> int:
        """0 when it does not run."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self._folder(colour) / f"{kind}.pid").read_text("ascii"))
            if _runs(pid):
                return pid
        return 0


def procfile(path: Path) -> dict[str, list[str]]:
    lines = (line.partition(": ") for line in path.read_text("utf-8").splitlines() if line.strip())
    return {name: shlex.split(command) for name, _, command in lines}


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        while _runs(pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        if _runs(pid):
            os.killpg(pid, signal.SIGKILL)


def _runs(pid: int) -> bool:
    """A child of ours that ended and was not waited for counts as ended."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
