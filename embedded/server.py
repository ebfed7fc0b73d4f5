"""What the embedded servers have in common: a folder, a port that is kept, a start that waits for an answer, an orderly stop.

`start`, `stop`, `kill` and `restart` may be called in any order; after `kill` a `start` recovers what was committed.
"""

from __future__ import annotations

import os
import secrets
import signal
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import psutil

from bot.errors import StartupRefused
from embedded.account import own_folder, server_account, write_private
from embedded.ports import free_port, remembered_port
from embedded.process import ChildProcess, last_lines

READY_TIMEOUT_S = 30.0  # recovery after a crash of a large database may take long; a new one needs a second
FORMER_OWNER_TIMEOUT_S = 10.0
PORT_TAKEN = "address already in use"


class EmbeddedServer(ABC):
    """A server on 127.0.0.1 that keeps everything in `folder`: data, port, password. Its output goes to `log`."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    grace_s: ClassVar[float] = 20.0
    # What the server prints when a predecessor that was killed is not quite gone: wait and try again.
    still_held: ClassVar[tuple[str, ...]] = ()

    def __init__(self, folder: Path, *, log: Path | None = None, durable: bool = True) -> None:
        """`durable=False` leaves out fsync: survives the death of the server, not that of the machine. For tests."""
        self.account = server_account(folder)
        self._link, self._log, self._durable = folder, log, durable
        self.folder = folder
        self.port = 0
        self._known = False
        self._child: ChildProcess | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """The address with its password, for DATABASE_URL or REDIS_URL."""

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.running

    @property
    def exit_code(self) -> int | None:
        return self._child.exit_code if self._child else None

    @property
    def log(self) -> Path:
        return self._log or self.folder / "server.log"

    def start(self) -> Self:
        """Returns when the server answers; `StartupRefused` with the server's own last words when it does not."""
        if self.running:
            return self
        self.folder = own_folder(self._link, self.account)
        self._wait_out_former_owner()
        self._prepare()
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not self._started_before(deadline):
            time.sleep(0.1)
        self._after_start()
        return self

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def ask_to_stop(self) -> None:
        if self._child is not None:
            self._child.ask_to_stop()

    def kill(self) -> None:
        """SIGKILL, as a crash would have it."""
        if self._child is not None:
            self._child.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def _prepare(self) -> None:
        """Makes the data folder when it is new."""

    @abstractmethod
    def _argv(self) -> list[str]:
        """The command line, with `self.port` in it."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether the server takes commands now."""

    def _after_start(self) -> None:
        """What needs a running server, the first time and harmless every time."""
        return

    @property
    @abstractmethod
    def _pid_file(self) -> Path:
        """Where the server notes its process id."""

    def _started_before(self, deadline: float) -> bool:
        """One attempt; False when trying again can help."""
        self.port = self.port or remembered_port(self.folder / "port")
        began_at = self.log.stat().st_size if self.log.exists() else 0
        self._child = ChildProcess(
            self.name,
            self._argv(),
            log=self.log,
            cwd=self.folder,
            stop_signal=self.stop_signal,
            grace_s=self.grace_s,
            account=self.account,
        )
        self._child.start()
        while self._child.running and time.monotonic() < deadline:
            if self._answers():
                self._known = True
                write_private(self.folder / "port", f"{self.port}\n", self.account)
                return True
            time.sleep(0.02)
        words = last_lines(self.log, since=began_at)
        self._child.stop()
        if time.monotonic() > deadline or not self._may_try_again(words.lower()):
            raise StartupRefused(f"{self.name} did not start; it said:\n{words}\n(all of it in {self.log})")
        return False

    def _may_try_again(self, words: str) -> bool:
        """A port that clients know already must come back; before anyone knows it, any other will do."""
        if PORT_TAKEN in words:
            self.port = self.port if self._known else free_port()
            return True
        return any(sign in words for sign in self.still_held)

    def _wait_out_former_owner(self) -> None:
        """A server left over from a supervisor that was killed is on its way out, or is sent there; a stale pid is forgotten."""
        former = _process_of(self._pid_file, self.folder)
        if former is None:
            self._pid_file.unlink(missing_ok=True)
            return
        try:
            former.send_signal(self.stop_signal)
            former.wait(FORMER_OWNER_TIMEOUT_S)
        except psutil.TimeoutExpired:
            former.kill()
            former.wait(FORMER_OWNER_TIMEOUT_S)
        except psutil.NoSuchProcess:
            return

    def _password(self) -> str:
        """Made once and kept: loopback is open to every user of the machine."""
        kept = self.folder / "password"
        if not kept.exists():
            write_private(kept, secrets.token_urlsafe(24), self.account)
        return kept.read_text(encoding="ascii")


def _process_of(pid_file: Path, folder: Path) -> psutil.Process | None:
    """The process noted in the file, only if it is a server at work in `folder`: pids are used again by strangers."""
    lines = pid_file.read_text(encoding="utf-8").split() if pid_file.exists() else []
    try:
        process = psutil.Process(int(lines[0])) if lines else None
        return process if process and any(f"{folder}{os.sep}" in word for word in process.cmdline()) else None
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # gone, or another user's and therefore not ours
        return None
