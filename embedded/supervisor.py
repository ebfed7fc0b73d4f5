"""Keeps the processes of one machine running: starts, watches, restarts with growing pauses, stops in order.

A process that keeps ending takes nobody with it: the others go on, and messages are recorded while a worker is away. Only
before everything was ready once (`settled`) is it the end, because then whoever started it is there to read why.

Why not honcho, which also reads a Procfile: it stops everything as soon as one process ends and restarts nothing; it
gives all of them five seconds at once, where PostgreSQL must outlive those who write to it; it runs each through a
process of its own, so our children would be its grandchildren; and it knows no readiness. What it does well, the
coloured prefix, is a few lines here.

One thread and no pipes: children write to their own log files and `watch` reads along, so neither a paused terminal nor
the death of this process can block them.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

from bot.errors import PermanentError
from embedded.process import last_lines
from embedded.terminal import LogTail, Terminal

RESTARTS = 5
WINDOW_S = 60.0
RESTART_PAUSE_S = 1.0  # before the second restart, then twice as long each time: what waits for a server needs a moment
LONGEST_PAUSE_S = 60.0
TICK_S = 0.1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class RestartLimitError(PermanentError):
    """A process ended more often than restarting can help."""


class Supervised(Protocol):
    """What `ChildProcess` and `EmbeddedServer` have in common."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    @property
    def running(self) -> bool: ...
    @property
    def exit_code(self) -> int | None: ...
    @property
    def grace_s(self) -> float: ...
    def start(self) -> object: ...
    def ask_to_stop(self) -> None: ...
    def kill(self) -> None: ...


@dataclass(slots=True)
class _Watched:
    child: Supervised
    tail: LogTail
    echo: bool
    vital: bool = True
    deaths: deque[float] = field(default_factory=deque)
    restart_at: float | None = None
    started_at: float = 0.0
    in_a_row: int = 0
    """Deaths since it last ran for a whole window."""


class Supervisor:
    """`start` groups in the order in which one needs another; `stop` goes through them backwards."""

    def __init__(
        self,
        terminal: Terminal,
        *,
        restarts: int = RESTARTS,
        window_s: float = WINDOW_S,
        tell: Callable[[Mapping[str, str]], None] = lambda ailing: None,
    ) -> None:
        """`tell` is given, after each change, what keeps ending: name to words."""
        self._terminal, self._restarts, self._window_s = terminal, restarts, window_s
        self._tell, self._ailing = tell, dict[str, str]()
        self._settled = False
        self._groups: list[list[_Watched]] = []
        self._stop_requested = False
        self._in_a_hurry = False

    def listen(self) -> None:
        """From now on Ctrl-C, SIGTERM and a closed terminal ask for an orderly stop; a second one for a quick one."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._in_a_hurry = self._stop_requested
        self._stop_requested = True

    def settled(self) -> None:
        """Everything was ready once: from now on nothing that keeps ending ends the others."""
        self._settled = True

    def stopping(self) -> bool:
        """Whether somebody asked for it or nobody is there to see; whoever does something long looks here between its steps."""
        return self._stop_requested or self._terminal.gone

    def start(self, *children: Supervised, echo: bool = True, vital: bool = True) -> None:
        """Starts one group; a child that cannot be started raises, and those before it are stopped by `stop`.

        `echo=False` leaves the group's log lines in their files; `vital=False` is for what orders do not need: however often
        it ends, the others start and go on.
        """
        group: list[_Watched] = []
        self._groups.append(group)
        for child in children:
            group.append(_Watched(child, LogTail(child.log), echo, vital, started_at=time.monotonic()))
            child.start()

    def watch(self, until: Callable[[], bool] = lambda: False, *, echo: bool = True) -> None:
        """Returns when `until` is true or a stop was requested; raises RestartLimitError when restarting does not help."""
        while not self.stopping() and not until():
            self._restart_the_dead()
            if echo:
                self._show_logs()
            time.sleep(TICK_S)

    def skip_logs(self) -> None:
        """What was written so far stays in the files."""
        for watched in self._all():
            watched.tail.new_lines()

    def stop(self) -> None:
        for group in reversed(self._groups):
            self._stop_group([watched.child for watched in group])
        self._groups.clear()

    def _all(self) -> list[_Watched]:
        return [watched for group in self._groups for watched in group]

    def _show_logs(self) -> None:
        for watched in filter(lambda each: each.echo, self._all()):
            for line in watched.tail.new_lines():
                self._terminal.log_line(watched.child.name, line)

    def _restart_the_dead(self) -> None:
        now = time.monotonic()
        for watched in self._all():
            if watched.child.running:
                self._note_health(watched, now)
                continue
            if watched.restart_at is None:
                watched.restart_at = now + self._note_death(watched, now)
            if now >= watched.restart_at:
                watched.restart_at, watched.started_at = None, now
                watched.child.start()

    def _note_health(self, watched: _Watched, now: float) -> None:
        if watched.in_a_row and now - watched.started_at >= self._window_s:
            watched.in_a_row = 0
            if self._ailing.pop(watched.child.name, None) is not None:
                self._terminal.say(f"{watched.child.name} has been running for {self._window_s:.0f} s again", "green")
                self._tell(dict(self._ailing))

    def _note_death(self, watched: _Watched, now: float) -> float:
        """Seconds to wait before the restart."""
        child, deaths = watched.child, watched.deaths
        watched.in_a_row += 1
        deaths.append(now)
        while deaths[0] < now - self._window_s:
            deaths.popleft()
        pause_s = min(LONGEST_PAUSE_S, RESTART_PAUSE_S * 2.0 ** (watched.in_a_row - 2)) if watched.in_a_row > 1 else 0.0
        if watched.vital and not self._settled and len(deaths) > self._restarts:
            raise RestartLimitError(
                f"{child.name} ended {len(deaths)} times within {self._window_s:.0f} s and is not started again "
                f"({ending_of(child.exit_code)}). Its last words, all of them in {child.log}:\n{last_lines(child.log, 8)}"
            )
        if watched.in_a_row > self._restarts:
            self._say_that_it_keeps_ending(watched, pause_s)
        else:
            self._terminal.say(f"{child.name} ended ({ending_of(child.exit_code)}); starting it again", "yellow")
        return pause_s

    def _say_that_it_keeps_ending(self, watched: _Watched, pause_s: float) -> None:
        child = watched.child
        words = f"ended {watched.in_a_row} times in a row ({ending_of(child.exit_code)})"
        last = last_lines(child.log, 3)
        self._terminal.say(
            f"{child.name} KEEPS ENDING: it {words}. The others go on; it is tried again in {pause_s:.0f} s. "
            f"Its last words, all of them in {child.log}:\n{last}",
            "bold red",
        )
        self._ailing[child.name] = words
        self._tell(dict(self._ailing))

    def _stop_group(self, children: list[Supervised]) -> None:
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + max((child.grace_s for child in children), default=0.0)
        while any(child.running for child in children) and time.monotonic() < deadline and not self._in_a_hurry:
            time.sleep(TICK_S / 4)
        for child in children:
            if child.running:
                self._terminal.say(f"{child.name} did not stop in time and is killed", "yellow")
                child.kill()


def ending_of(exit_code: int | None) -> str:
    """`exit code 1` or `SIGKILL`."""
    if exit_code is not None and exit_code < 0:
        return signal.Signals(-exit_code).name
    return f"exit code {exit_code}"
