"""The suite's own PostgreSQL and Valkey: in a temporary folder, on free ports, gone afterwards. Used by tests/conftest.py."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.postgres import PostgresServer
from embedded.server import EmbeddedServer
from embedded.valkey import ValkeyServer


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """One that the servers' account can reach; pytest's own are closed to it when the suite runs as root."""
    folder = Path(tempfile.mkdtemp(prefix="tria-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(server: EmbeddedServer) -> Iterator[None]:
    try:
        with server:
            yield
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)  # elsewhere than asked for when that was out of reach


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """`.url` is an empty database; `.create_database(name, template=...)` and `.drop_database(name)` make more."""
    with temporary_folder() as folder:
        server = PostgresServer(folder / "postgres", durable=False)
        with _running(server):
            yield server


@contextmanager
def redis_server() -> Iterator[ValkeyServer]:
    with temporary_folder() as folder:
        server = ValkeyServer(folder / "valkey", durable=False)
        with _running(server):
            yield server
