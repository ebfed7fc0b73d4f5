"""The two questions of SQL that a start has for the product's own tables; everything else goes through `flask`."""

from __future__ import annotations

from contextlib import closing

import psycopg2


def has_products(database_url: str) -> bool:
    """Whether somebody loaded a catalog already."""
    with closing(_connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM products)")
        row = cursor.fetchone()
    return bool(row and row[0])


def forget_pulses(database_url: str) -> None:
    """Signs of life left by the processes of a former start, so that "ready" speaks of this one's and comes at once. The
    last backup is no sign of life: it stays made.

    Only for a database that nobody else uses: elsewhere other machines' processes are alive in this table.
    """
    with closing(_connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM heartbeats WHERE name <> 'backup'")
        connection.commit()


def _connect(database_url: str) -> psycopg2.extensions.connection:
    return psycopg2.connect(database_url.replace("+psycopg2", "", 1), connect_timeout=5)
