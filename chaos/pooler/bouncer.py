"""A real pgbouncer on loopback, in front of one PostgreSQL: of the machine, or out of Debian's packages."""

from __future__ import annotations

import os
import shutil
import signal
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from bot.settings import ROOT
from embedded.account import readable_install, write_private
from embedded.debian import NotToBeHadError, unpack
from embedded.postgres import PostgresServer
from embedded.server import EmbeddedServer

UNPACKED = ROOT / "var" / "pooler"
PACKAGES = ("pgbouncer", "libc-ares2", "libevent-2.1-7")
LABEL = "pgbouncer"
SYSTEM = "/usr/sbin"
"""Where it is installed; on the PATH of root alone."""
SERVERS = 80
"""Connections to PostgreSQL at most, below the hundred that it allows."""


class Mode(StrEnum):
    SESSION = "session"
    TRANSACTION = "transaction"


def find() -> Path:
    """The folder that `usr/sbin/pgbouncer` lies in. Raises NotToBeHadError."""
    if (installed := shutil.which("pgbouncer", path=f"{os.environ.get('PATH', os.defpath)}:{SYSTEM}")) is not None:
        return Path(installed).parents[2]
    if not _program(UNPACKED).exists():
        for package in PACKAGES:
            unpack(package, UNPACKED)
    if not _program(UNPACKED).exists():
        raise NotToBeHadError("pgbouncer is not found, and not in Debian's package either")
    return UNPACKED


def _program(top: Path) -> Path:
    return top / "usr" / "sbin" / "pgbouncer"


class PgBouncer(EmbeddedServer):
    """`url` is the one of PostgreSQL, through it."""

    name = "pgbouncer"
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, top: Path, postgres: PostgresServer, mode: Mode) -> None:
        super().__init__(folder, durable=False)
        self._top, self._postgres, self._mode = top, postgres, mode

    @property
    def url(self) -> str:
        return self._postgres.url.replace(f":{self._postgres.port}/", f":{self.port}/")

    @property
    def _config(self) -> Path:
        return self.folder / "pgbouncer.ini"

    @property
    def _pid_file(self) -> Path:
        return self.folder / "pgbouncer.pid"

    def _prepare(self) -> None:
        """Nothing that would make it kinder to us than as it is installed: no start-up parameter is ignored."""
        to = urlsplit(self._postgres.url)
        write_private(self.folder / "users", f'"{to.username}" "{to.password}"\n', self.account)
        settings = {
            "listen_addr": "127.0.0.1", "unix_socket_dir": "", "auth_type": "scram-sha-256", "auth_file": self.folder / "users",
            "pool_mode": self._mode, "default_pool_size": SERVERS, "max_client_conn": 500, "pidfile": self._pid_file,
        }  # fmt: skip
        lines = [f"[databases]\n* = host={to.hostname} port={to.port}", "[pgbouncer]"]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        write_private(self._config, "\n".join(lines) + "\n", self.account)

    def _argv(self) -> list[str]:
        """The port is known only now, and stands in a file of its own that includes the other."""
        with_port = self.folder / "with-port.ini"
        write_private(with_port, f"%include {self._config}\nlisten_port = {self.port}\n", self.account)
        top = self._top if self._top == Path("/") else readable_install(self._top, LABEL, self.account)
        libraries = ":".join(map(str, (top / "usr" / "lib").glob("*-linux-gnu")))
        paths = [] if top == Path("/") else ["/usr/bin/env", f"LD_LIBRARY_PATH={libraries}"]
        return [*paths, str(_program(top)), str(with_port)]

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True
