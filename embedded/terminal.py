"""What a person sees: one line for each step of the start, and then the log lines of all processes with a coloured prefix."""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, RenderableType
from rich.status import Status
from rich.text import Text

COLOURS = ("cyan", "green", "magenta", "yellow", "blue")
LEVEL_STYLES = {"warning": "yellow", "error": "red", "critical": "bold red"}
NAME_WIDTH = 9
UNSAID = ("event", "level", "timestamp", "logger", "service")
EVERYDAY = range(200, 400)
"""Answers to requests that nobody at the terminal waits for."""


class Step:
    """One step of the start as it is shown; `done` is its closing line, none when it is emptied."""

    def __init__(self, doing: str, status: Status) -> None:
        self.doing, self.done, self._status = doing, doing, status

    def waiting_for(self, what: str) -> None:
        self._status.update(f"{self.doing}, waiting for {what}")


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """rich would end the program here, in the middle of whatever it does."""
        raise BrokenPipeError


class Terminal:
    """Everything goes to standard output; without a terminal there are no colours and no spinner."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or _Console(highlight=False)
        self.gone = False
        self._colours: dict[str, str] = {}
        self._next_colour = itertools.cycle(COLOURS)

    @contextmanager
    def step(self, doing: str) -> Iterator[Step]:
        """Shows `doing` while the block runs, and a line with the time it took afterwards."""
        began = time.monotonic()
        with self.console.status(doing) as status:
            step = Step(doing, status)
            yield step
        if not step.done:
            return
        taken = f"{time.monotonic() - began:.1f} s"
        self.show(Text.assemble(("  ok  ", "green"), step.done, (f"  {taken}", "dim")))

    def say(self, text: str, style: str = "") -> None:
        self.show(Text(text, style=style))

    def show(self, what: RenderableType, *, soft_wrap: bool = False) -> None:
        """A window that was closed or a pipe nobody reads must not keep anything from being stopped: noted, not raised."""
        try:
            self.console.print(what, soft_wrap=soft_wrap)
        except OSError:
            self.gone = True
            # What is still in the buffer would make Python's own exit fail once more.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def log_line(self, name: str, line: str) -> None:
        """Shows what a process wrote, unless it is an everyday request: an open page alone makes dozens, and the addresses that
        were printed at the start would be gone from the window."""
        fields = _fields(line)
        if fields and _is_everyday(fields):
            return
        if name not in self._colours:
            self._colours[name] = next(self._next_colour)
        prefix = (f"{name:<{NAME_WIDTH}}| ", self._colours[name])
        self.show(Text.assemble(prefix, _readable(fields) if fields else line), soft_wrap=True)


def _fields(line: str) -> dict[str, object]:
    """The fields of a JSON log line; none for anything else."""
    try:
        fields = json.loads(line)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) and "event" in fields else {}


def _is_everyday(fields: dict[str, object]) -> bool:
    return fields["event"] == "request" and fields.get("level") == "info" and fields.get("status") in EVERYDAY


def _readable(fields: dict[str, object]) -> Text:
    """`time event key=value ...`"""
    rest = "".join(f" {name}={value}" for name, value in fields.items() if name not in UNSAID)
    clock = str(fields.get("timestamp", ""))[11:19]
    return Text.assemble(
        (f"{clock} ", "dim"), (str(fields["event"]), LEVEL_STYLES.get(str(fields.get("level")), "")), (rest, "dim")
    )


class LogTail:
    """The complete lines that came to a file since the last look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = path.stat().st_size if path.exists() else 0

    def new_lines(self) -> list[str]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._position)
            text = file.read()
        complete = text[: text.rfind(b"\n") + 1]
        self._position += len(complete)
        return complete.decode("utf-8", "replace").splitlines()
