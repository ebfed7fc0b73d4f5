"""Stands for a channel whose provider nobody has set up: what is to leave by it fails for good and is seen, and the others go on."""

from __future__ import annotations

from datetime import datetime

from bot.channels.base import Outgoing
from bot.errors import PermanentError

CODE = "not_configured"


class Unconfigured:
    """A supplier may take orders on one channel only; the libraries of the others refuse an empty login."""

    can_look_up = False

    def __init__(self, name: str, needed: str) -> None:
        self.name, self.max_length = name, 1
        self._needed = needed

    def send(self, message: Outgoing) -> str:
        raise PermanentError(f"{self.name} is not configured: {self._needed}", code=CODE)

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None:
        return None
