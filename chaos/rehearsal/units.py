"""Stands for the host's service manager: `systemctl` and `journalctl` of the runbook start, stop and show the processes of a house."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from chaos.house import House, Process
from embedded.server import EmbeddedServer

SOCKET = "REHEARSAL_SOCKET"
NOT_RUNNING = 3
OURS = {"tria-web@blue": "web", "tria-worker@blue": "worker", "tria-sweeper@blue": "sweeper"}
ELSEWHERE = ("tria-backup", "tria-backup.timer", "caddy")
ASK = f"""#!{sys.executable} -IS
import json, os, socket, sys
words = sys.argv[1:] if os.path.basename(sys.argv[0]) == "sudo" else [os.path.basename(sys.argv[0]), *sys.argv[1:]]
with socket.socket(socket.AF_UNIX) as asking:
    asking.connect(os.environ["{SOCKET}"])
    asking.sendall(json.dumps(words).encode() + b"\\n")
    answer = json.loads(asking.makefile().readline())
sys.stdout.write(answer["said"])
sys.exit(answer["code"])
"""


class Units:
    """The service manager of one house. `settings` is the file of settings that every start reads."""

    def __init__(self, house: House, settings: Path) -> None:
        self.house, self.settings = house, settings
        self.fail: dict[str, str] = {}
        """Failpoints that a unit is started with, by its name."""
        self._running: dict[str, Process] = {}
        self.programs = house.folder / "programs"
        self.address = house.folder / "units.sock"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.address))
        self._listener.listen()
        self._write_programs()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def start(self, unit: str) -> None:
        if server := self._server(unit):
            server.start()
        elif (kind := OURS.get(unit)) and not self.active(unit):
            self._running[unit] = self.house.spawn(kind, fail=self.fail.get(unit, ""), env=self.read_settings())

    def stop(self, unit: str) -> None:
        if server := self._server(unit):
            server.stop()
        elif process := self._running.pop(unit, None):
            process.signal(15)
            if not process.wait(25):
                process.kill()

    def active(self, unit: str) -> bool:
        if server := self._server(unit):
            return server.running
        process = self._running.get(unit)
        return unit in ELSEWHERE or (process is not None and process.alive)

    def wait_until_ended(self, unit: str) -> None:
        """Of one that is to refuse its start. Raises TimeoutError."""
        if not self._running[unit].wait(30):
            raise TimeoutError(f"{unit} goes on")

    def read_settings(self) -> dict[str, str]:
        lines = self.settings.read_text("utf-8").splitlines()
        return {name: value for name, equals, value in (line.partition("=") for line in lines) if equals}

    def _server(self, unit: str) -> EmbeddedServer | None:
        servers: dict[str, EmbeddedServer] = {"postgresql": self.house.postgres, "redis-server": self.house.valkey}
        return servers.get(unit)

    def _write_programs(self) -> None:
        self.programs.mkdir()
        for name in ("systemctl", "journalctl", "sudo"):
            program = self.programs / name
            program.write_text(ASK, encoding="utf-8")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def _serve(self) -> None:
        while True:
            try:
                asking, _ = self._listener.accept()
            except OSError:  # closed
                return
            with asking, asking.makefile("rw") as both:
                code, said = self._answer(json.loads(both.readline()))
                both.write(json.dumps({"code": code, "said": said}) + "\n")
                both.flush()

    def _answer(self, words: list[str]) -> tuple[int, str]:
        program, *rest = words
        if program == "journalctl":
            return self._journal(rest)
        verb, *units = rest
        acts: dict[str, Callable[[str], None]] = {"start": self.start, "stop": self.stop, "restart": self._restart}
        if verb in acts:
            for unit in units:
                acts[verb](unit)
            return 0, ""
        if verb == "status":
            running = all(self.active(unit) for unit in units)
            return (0, "active (running)\n") if running else (NOT_RUNNING, "inactive (dead)\n")
        return 0, ""

    def _restart(self, unit: str) -> None:
        self.stop(unit)
        self.start(unit)

    def _journal(self, words: list[str]) -> tuple[int, str]:
        if "-u" not in words:
            return 0, ""
        unit = words[words.index("-u") + 1]
        most = int(words[words.index("-n") + 1]) if "-n" in words else 1000
        log = self.house.folder / f"{OURS.get(unit, unit)}.log"
        with contextlib.suppress(OSError):
            return 0, "\n".join(log.read_text("utf-8", "replace").splitlines()[-most:]) + "\n"
        return 0, ""


def environment_of(units: Units) -> dict[str, str]:
    return {
        SOCKET: str(units.address),
        "PATH": f"{units.programs}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
