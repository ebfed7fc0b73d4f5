"""What was tried and what came of it: one line each for people, a count of what failed for machines."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

WIDTH = 46


@dataclass
class Outcome:
    console: Console
    failed: int = 0
    tried: int = 0
    left: int = 0

    def section(self, title: str) -> None:
        self.console.print(Text(f"\n{title}", style="bold"))

    def add(self, what: str, ok: bool, figures: str = "") -> None:
        """Shown at once: some of what is tried takes a minute."""
        self.tried += 1
        self.failed += not ok
        mark = ("  ok    ", "green") if ok else ("  FAILED", "bold red")
        self.console.print(Text.assemble(mark, f" {what:<{WIDTH}} ", (figures, "dim" if ok else "red")))

    def leave(self, what: str, why: str) -> None:
        """What cannot be tried here is said, and never counts as well."""
        self.left += 1
        self.console.print(Text.assemble(("  not tried", "yellow"), f" {what}: {why}"))

    def last_word(self) -> int:
        """The exit code."""
        if self.failed:
            self.console.print(Text(f"\n{self.failed} of {self.tried} failed", style="bold red"))
            return 1
        left = f", {self.left} not tried" if self.left else ""
        self.console.print(Text(f"\nall {self.tried} as they should be{left}", style="bold green"))
        return 0
