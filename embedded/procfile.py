"""Reads the Procfile, the one list of what the product consists of."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from bot.errors import StartupRefused

LINE = re.compile(r"^(?P<name>[a-z][a-z0-9_]*):\s*(?P<command>\S.*)$")


def read_procfile(path: Path) -> dict[str, list[str]]:
    """Name to command line, in the file's order; blank lines and comments are allowed."""
    commands: dict[str, list[str]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if (match := LINE.match(line)) is None:
            raise StartupRefused(f"{path.name} line {number} is not `name: command`")
        commands[match["name"]] = shlex.split(match["command"])
    return commands
