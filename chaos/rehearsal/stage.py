"""The house on which an issue is played, and a shell in it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.settings import ROOT
from chaos.customers import Customers
from chaos.house import House, _python_environment
from chaos.rehearsal.document import Line
from chaos.rehearsal.units import Units, environment_of
from jobs.backup.programs import program

PATIENCE_S = 200.0
"""For a state to show itself, or to be well again: a heartbeat is missed after 45 s, a synthetic order comes every 20."""
COMMAND_S = 240
ALL = ("tria-web@blue", "tria-worker@blue", "tria-sweeper@blue")


@dataclass
class Stage:
    """`set` names what the page leaves to whoever reads it: `$ORDER`, `$MESSAGE`, `$CONTACT`."""

    house: House
    units: Units
    customers: Customers
    names: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    undo: list[Callable[[], object]] = field(default_factory=list)
    """What a play left under way, to be ended with it."""

    def tidy(self) -> None:
        while self.undo:
            self.undo.pop()()

    def open(self, settings: Mapping[str, str] | None = None) -> None:
        """Every process of ours, each with the settings of the file."""
        self.configure(settings or {})
        for unit in ALL:
            self.units.start(unit)
        self.house.wait_for_web()
        self.until("SELECT count(*) FROM heartbeats WHERE name LIKE 'canary' AND detail->>'ok' = 'true'")

    def configure(self, settings: Mapping[str, str]) -> None:
        both = self.house.environment | dict(settings)
        self.units.settings.write_text("".join(f"{name}={value}\n" for name, value in both.items()), encoding="utf-8")

    def until(self, sql: str, seconds: float = PATIENCE_S) -> None:
        """Waits for a count to be more than nothing. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not self.house.one(sql):
            if time.monotonic() > deadline:
                raise TimeoutError(f"never became true: {sql}")
            time.sleep(0.2)

    def must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)

    def orders(self, count: int, first: int = 0) -> None:
        """That many outlets order; their webhooks are answered when this returns."""
        for phone in self.house.phones(first + count)[first:]:
            self.customers.order(phone)
        self.customers.wait(60)

    def later(self, seconds: float) -> None:
        """So much time goes by for whoever has stopped giving signs of life."""
        self.house.change(
            "UPDATE heartbeats SET beat_at = beat_at - :s * interval '1 s' WHERE name <> 'backup'", s=seconds
        )

    def shell(self, typed: str) -> subprocess.CompletedProcess[str]:
        settings = self.units.read_settings() | {"TRIA_ENV": str(self.units.settings), "OUT": str(self.house.folder)}
        environment = _python_environment(settings) | environment_of(self.units) | self.names
        environment["PATH"] += os.pathsep + str(program("psql", at_least=1).parent)
        return subprocess.run(
            ["sh", "-c", typed],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_S,
        )

    def type(self, lines: Iterable[Line], *, again: bool) -> None:
        """Each line once, or until it answers as the page says: what is only looked at may need a moment to show."""
        for line in lines:
            deadline = time.monotonic() + PATIENCE_S
            while (problem := self._once(line)) and again and time.monotonic() < deadline:
                time.sleep(1.0)
            self.must(not problem, problem)

    def _once(self, line: Line) -> str:
        try:
            done = self.shell(line.typed)
        except subprocess.TimeoutExpired:
            return f"`{line.typed}` did not end within {COMMAND_S} s"
        said = done.stdout + done.stderr
        if (
            "Traceback (most recent call last)" in said
            and not line.typed.startswith("journalctl")
            and "failed show" not in line.typed
        ):
            return f"`{line.typed}` shows a traceback: {said[-300:]}"
        if done.returncode != line.code:
            return f"`{line.typed}` ended with {done.returncode}, the page says {line.code}: {said.strip()[-300:]}"
        return "" if line.says in said else f"`{line.typed}` does not say {line.says!r}: {said.strip()[-300:]}"
