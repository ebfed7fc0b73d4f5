"""What a connection loses behind a pooler in transaction mode, tried out with nothing of ours in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import extensions

Driver = extensions.connection
Found = tuple[str, str]
LOCK = "SELECT pg_try_advisory_lock(1, 1)"


def try_out(url: str) -> Iterator[Found]:
    """(what, what became of it), each with two connections that are open at once."""
    for name, way in (("prepared statement", _prepared), ("limit of a session", _limit), ("lock of a session", _lock)):
        with _two(url) as (ours, theirs):
            yield name, way(ours, theirs)


@contextmanager
def _two(url: str) -> Iterator[tuple[Driver, Driver]]:
    pair = psycopg2.connect(url), psycopg2.connect(url)
    try:
        for each in pair:
            each.autocommit = True
        yield pair
    finally:
        for each in pair:
            each.close()


@contextmanager
def _busy(theirs: Driver) -> Iterator[None]:
    """In the middle of a transaction, so that what it works on is nobody else's meanwhile."""
    with theirs.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1")
        yield
        cursor.execute("ROLLBACK")


def _ask(driver: Driver, statement: str) -> str:
    """The first value; the words of an error."""
    with driver.cursor() as cursor:
        try:
            cursor.execute(statement)
        except psycopg2.Error as error:
            return str(error).splitlines()[0]
        first = cursor.fetchone() if cursor.description else None
        return str(first[0]) if first else ""


def _prepared(ours: Driver, theirs: Driver) -> str:
    _ask(ours, "PREPARE one AS SELECT 1")
    with _busy(theirs):
        found = _ask(ours, "EXECUTE one")
    return "kept" if found == "1" else f"lost: {found}"


def _limit(ours: Driver, theirs: Driver) -> str:
    _ask(ours, "SET statement_timeout = '7s'")
    with _busy(theirs):
        found = _ask(ours, "SHOW statement_timeout")
    return "kept" if found == "7s" else f"lost: it is {found}"


def _lock(ours: Driver, theirs: Driver) -> str:
    _ask(ours, LOCK)
    with _busy(theirs):
        given_back = _ask(ours, "SELECT pg_advisory_unlock(1, 1)")
    with _busy(ours):
        free = _ask(theirs, LOCK)
    return "kept" if given_back == "True" and free == "True" else "left behind: whoever took it cannot give it back"
