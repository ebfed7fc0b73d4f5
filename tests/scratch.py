"""A database of a test's own, for what the shared one must not see: missing columns, old revisions, no database at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import URL, create_engine, make_url, text

from models import schema

EMPTY = "template1"


@contextmanager
def scratch_database(server_url: str, *, migrated: bool) -> Iterator[str]:
    """The address of a new database on the suite's server; dropped afterwards, whoever is still in it."""
    url = _created(server_url, _migrated_once(server_url) if migrated else EMPTY)
    try:
        yield url
    finally:
        _at_server(server_url, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@cache
def _migrated_once(server_url: str) -> str:
    """The name of a database that nobody writes to: a copy of it is there sooner than all migrations are run."""
    url = _created(server_url, EMPTY)
    schema.upgrade(url)
    return str(make_url(url).database)


def _created(server_url: str, template: str) -> str:
    name = f"scratch_{secrets.token_hex(4)}"
    _at_server(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    return _own(server_url).set(database=name).render_as_string(hide_password=False)


def _own(server_url: str) -> URL:
    return make_url(server_url).set(drivername="postgresql+psycopg2")


def _at_server(server_url: str, statement: str) -> None:
    admin = create_engine(_own(server_url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()
