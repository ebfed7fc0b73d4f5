"""One child process: started, watched, stopped. Knows nothing of what the program does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from embedded.account import Account

TETHER = Path(__file__).with_name("tether.py")


class ChildProcess:
    """A direct child in a session of its own (Ctrl-C in the terminal reaches only us), its output appended to `log`.

    It writes to its file without us in between, so that a paused terminal can never block it, and it is asked to stop
    when this process ends, however that happens (tether.py). To Linux "this process" is the thread that called `start`,
    so call it from one that lives as long as the child shall: the main thread.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        grace_s: float = 20,
        account: Account | None = None,
    ) -> None:
        self.name, self.log, self.stop_signal, self.grace_s = name, log, stop_signal, grace_s
        self._argv, self._env, self._cwd, self._account = list(argv), env, cwd, account
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        uid, gid = (str(self._account.uid), str(self._account.gid)) if self._account else ("-", "-")
        tether = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(self.stop_signal)), uid, gid]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self._popen = subprocess.Popen(
                [*tether, *self._argv],
                env=dict(self._env) if self._env is not None else None,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._popen.pid if self._popen is not None and self.running else None

    @property
    def running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    @property
    def exit_code(self) -> int | None:
        """Negative: the number of the signal that ended it, as in `subprocess`."""
        return None if self._popen is None else self._popen.poll()

    def ask_to_stop(self) -> None:
        """Sends the program's own stop signal and returns at once."""
        if self._popen is not None and self.running:
            self._popen.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Asks, waits `grace_s`, then kills."""
        self.ask_to_stop()
        if self._popen is None:
            return
        try:
            self._popen.wait(self.grace_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL to the program and what it forked in its own process group; returns when it is gone."""
        if self._popen is None or not self.running:
            return
        with contextlib.suppress(ProcessLookupError):  # it ended between the look and the shot
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()


def last_lines(log: Path, count: int = 5, *, since: int = 0) -> str:
    """The end of a log from byte `since` on, for the sentence that says why a program did not start."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(since, log.stat().st_size - 8192))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return "\n".join(lines[-count:])
