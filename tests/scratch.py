"""A database of a test's own, for what the shared one must not see: missing columns, old revisions, no database at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text

from models import schema


@contextmanager
def scratch_database(server_url: str, *, migrated: bool) -> Iterator[str]:
    """The address of a new database on the suite's server; dropped afterwards, whoever is still in it."""
    name = f"scratch_{secrets.token_hex(4)}"
    own = make_url(server_url).set(drivername="postgresql+psycopg2")
    admin = create_engine(own, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = own.set(database=name).render_as_string(hide_password=False)
    try:
        if migrated:
            schema.upgrade(url)
        yield url
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
