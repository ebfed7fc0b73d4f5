"""What a process has begun is closed in the opposite order, each step once, whether it was asked to stop or a later step failed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack


class Closing(ExitStack):
    """`closed` names the steps in the order in which they were closed, for the log's last line."""

    def __init__(self) -> None:
        super().__init__()
        self.closed: list[str] = []

    def at_the_end(self, step: str, close: Callable[[], None]) -> None:
        """A step that fails to close keeps no other from being closed; its error is raised at the very end."""
        self.callback(self._close, step, close)

    def _close(self, step: str, close: Callable[[], None]) -> None:
        self.closed.append(step)
        close()
