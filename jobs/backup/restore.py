"""Puts a backup into an empty database, and says whether every table holds what it held: by rows and by checksums."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from bot.errors import BadInputError, PermanentError
from jobs.backup import sealing, shelf
from jobs.backup.contents import contents_of, differences, tables_of
from jobs.backup.programs import address_and_environment, program, server_major
from jobs.backup.shelf import Backup

_LISTED = re.compile(r" TABLE DATA public (\w+) ")
NUMBERS_LEFT_OUT = 10_000
"""Order numbers given after the backup stand in chats and invoices; none of them is given again."""
_NUMBERS = text("SELECT setval('order_numbers', nextval('order_numbers') + :left_out)")
_MAY_HAVE_LEFT = text("""
UPDATE conversation_messages SET state = 'unknown', attempt_id = NULL, due_at = now()
WHERE direction = 'outbound' AND state IN ('pending', 'sending')
""")
"""Whatever waited to be sent then may have been sent since: the provider is asked before it is sent again."""


@dataclass(frozen=True, slots=True)
class Restored:
    """`seconds` is how long the database was being made again; `behind_s` is the age of what it holds."""

    backup: str
    database: str
    tables: int
    rows: int
    seconds: float
    behind_s: float
    differences: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.differences


def restore(backup: Backup, database_url: str, key: str, now: datetime, *, for_use: bool = True) -> Restored:
    """Into a database that is empty or not there yet. `for_use=False` leaves every row exactly as it was.

    Raises BadInputError where something is in the way (tables, a damaged file, the wrong key), PermanentError in
    pg_restore's own words.
    """
    if problems := shelf.damaged(backup):
        raise BadInputError(f"{backup.name}: {'; '.join(problems)}")
    _make_room(database_url)
    began = time.monotonic()
    with _engine(database_url) as engine:
        _refuse_unless_empty(engine)
        _fill(backup, database_url, key, engine)
        with engine.connect() as connection:
            found = contents_of(connection)
        seconds = time.monotonic() - began
        if for_use:
            _make_fit(engine)
    return Restored(
        backup.name, make_url(database_url).render_as_string(), len(found), sum(each.rows for each in found.values()),
        round(seconds, 2), round((now - backup.taken_at).total_seconds(), 1), tuple(differences(backup.manifest.tables, found)),
    )  # fmt: skip


def readable(backup: Backup, key: str) -> list[str]:
    """What is wrong with it, found by reading all of it as a restore would, without any database."""
    if problems := shelf.damaged(backup):
        return list(problems)
    reader = program("pg_restore", at_least=backup.manifest.dumped_with)
    try:
        _pour(backup, key, [reader, "--file=/dev/null"], {})
        listed = _pour(backup, key, [reader, "--list"], {}, all_of_it=False)
    except (BadInputError, PermanentError) as error:
        return [str(error)]
    held = set(_LISTED.findall(listed))
    return [f"{name} is not in it" for name in sorted(set(backup.manifest.tables) - held)]


@contextmanager
def scratch(database_url: str, name: str) -> Iterator[str]:
    """The address of a new database beside the one given, dropped afterwards."""
    on_server(database_url, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield make_url(database_url).set(database=name).render_as_string(hide_password=False)
    finally:
        on_server(database_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _make_room(database_url: str) -> None:
    """The database itself, where only its server is there."""
    try:
        with _engine(database_url) as engine, engine.connect():
            return
    except OperationalError as error:
        if "does not exist" not in str(error):
            raise
    url = make_url(database_url)
    on_server(
        url.set(database="postgres").render_as_string(hide_password=False),
        f'CREATE DATABASE "{str(url.database).replace(chr(34), "")}" TEMPLATE template0',
    )


def on_server(database_url: str, statement: str) -> None:
    """What no transaction may hold, such as CREATE DATABASE."""
    with (
        _engine(database_url) as engine,
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        connection.execute(text(statement))


@contextmanager
def _engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(
        make_url(database_url).set(drivername="postgresql+psycopg2"), poolclass=NullPool,
        connect_args={"connect_timeout": 10, "options": "-c timezone=UTC", "application_name": "tria-backup"},
    )  # fmt: skip
    try:
        yield engine
    finally:
        engine.dispose()


def _refuse_unless_empty(engine: Engine) -> None:
    with engine.connect() as connection:
        if found := tables_of(connection):
            raise BadInputError(f"the database holds {len(found)} tables already: a backup goes into an empty one")


def _fill(backup: Backup, database_url: str, key: str, engine: Engine) -> None:
    with engine.connect() as connection:
        needed = max(server_major(connection), backup.manifest.dumped_with)
    address, environment = address_and_environment(database_url)
    reader = program("pg_restore", at_least=needed)
    argv: list[str | Path] = [
        reader,
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={address}",
    ]
    _pour(backup, key, argv, environment)


def _pour(
    backup: Backup, key: str, argv: list[str | Path], environment: dict[str, str], *, all_of_it: bool = True
) -> str:
    """Gives the dump, opened, to a program; what it printed. Raises PermanentError in the program's own words."""
    with TemporaryFile() as printed, TemporaryFile() as said:
        reading = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=printed, stderr=said, env=environment or None)
        try:
            whole = _open(backup, key, reading)
        finally:
            code = reading.wait()
        if code != 0:
            raise PermanentError(f"pg_restore failed: {_text(said).strip()[-400:]}")
        if all_of_it and not whole:
            raise PermanentError("pg_restore did not read all of it")
        return _text(printed)


def _open(backup: Backup, key: str, reader: subprocess.Popen[bytes]) -> bool:
    """Whether the reader took all of it; one that fails stops reading and says why itself."""
    if reader.stdin is None:
        raise PermanentError("pg_restore has no input")
    try:
        with backup.dump.open("rb") as source, reader.stdin as target:
            if backup.manifest.sealed:
                sealing.unseal(source, target, key)
            else:
                shutil.copyfileobj(source, target)
    except BrokenPipeError:
        return False
    return True


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def _make_fit(engine: Engine) -> None:
    """What the time between the backup and now asks for before anybody works on it."""
    with engine.begin() as connection:
        _skip_numbers(connection)
        connection.execute(_MAY_HAVE_LEFT)


def _skip_numbers(connection: Connection) -> None:
    connection.execute(_NUMBERS, {"left_out": NUMBERS_LEFT_OUT})
