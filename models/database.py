"""The one engine of a process, and the sessions' two ways in: a transaction, or one statement at a time."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

POOL_SIZE = 10
CONNECT_TIMEOUT_S = 2
STATEMENT_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 2_000
# A machine that loses its power or its network says nothing. Without these PostgreSQL keeps the rows that it held for two hours, and
# a process of ours waits a quarter of an hour for an answer of a PostgreSQL that is gone. In seconds; the last in milliseconds.
ASKED_AFTER_S, ASKED_EVERY_S, ASKED_TIMES = 5, 2, 3
UNANSWERED_MS = 10_000
# Prepared statements (prepared.py) look rows up by key: planning them anew for each value costs more than running them.
_BOUNDS = {
    "statement_timeout": STATEMENT_TIMEOUT_MS,
    "lock_timeout": LOCK_TIMEOUT_MS,
    "timezone": "UTC",
    "plan_cache_mode": "force_generic_plan",
    "tcp_keepalives_idle": ASKED_AFTER_S,
    "tcp_keepalives_interval": ASKED_EVERY_S,
    "tcp_keepalives_count": ASKED_TIMES,
    "tcp_user_timeout": UNANSWERED_MS,
}
BOUNDS = "; ".join(f"SET {name} = '{value}'" for name, value in _BOUNDS.items())
_single: WeakKeyDictionary[Engine, Engine] = WeakKeyDictionary()
"""Beside each engine one whose connections stay in autocommit: switching one over and back costs two round trips."""


def make_engine(
    url: str, *, application: str = "tria", pool_size: int = POOL_SIZE, took: Callable[[float], None] | None = None
) -> Engine:
    """An engine with bounded waits everywhere: connect, lock, statement, pool and network. `took` hears the seconds of each statement.

    pre_ping is off: it costs a round trip a checkout. A connection that died while idle surfaces as an OperationalError, which
    `again_if_stale` answers by one repetition; every caller treats it as temporary (the webhook's 503, the job's retry).
    """
    shared: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": 2,
        "pool_recycle": 1800,
        "hide_parameters": True,
        "connect_args": {
            "connect_timeout": CONNECT_TIMEOUT_S,
            "application_name": application,
            "keepalives_idle": ASKED_AFTER_S,
            "keepalives_interval": ASKED_EVERY_S,
            "keepalives_count": ASKED_TIMES,
            "tcp_user_timeout": UNANSWERED_MS,
        },
    }
    engine = create_engine(url, **shared)
    single = create_engine(url, isolation_level="AUTOCOMMIT", **shared)
    _single[engine] = single
    event.listen(engine, "engine_disposed", lambda _: single.dispose())
    # A forked child that shares a pooled connection gets other children's rows.
    for each in (engine, single):
        event.listen(each, "connect", _set_bounds)
        os.register_at_fork(after_in_child=partial(each.dispose, close=False))
        if took is not None:
            _time_statements(each, took)
    return engine


def _set_bounds(connection: Any, _: object) -> None:
    """In a statement, because a pooler refuses the start-up option that would save it, or drops that without a word."""
    was = connection.autocommit
    connection.autocommit = True  # a transaction around it would cost two more round trips
    with connection.cursor() as cursor:
        cursor.execute(BOUNDS)
    connection.autocommit = was


def _time_statements(engine: Engine, took: Callable[[float], None]) -> None:
    """Also those that fail: what ran into its time limit was the slowest of all."""

    def begin(connection: Connection, *_: object) -> None:
        connection.info["statement_began"] = time.perf_counter()

    def end(connection: Connection | None, *_: object) -> None:
        if connection is not None and (began := connection.info.pop("statement_began", None)) is not None:
            took(time.perf_counter() - began)

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", lambda context: end(context.connection))


@contextlib.contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction: committed at the end, undone by any exception."""
    with engine.begin() as connection:
        yield connection


@contextlib.contextmanager
def autocommit(engine: Engine) -> Iterator[Connection]:
    """Each statement is its own transaction, in one round trip; for single-statement writes and for reading."""
    with _single.get(engine, engine).connect() as connection:
        yield connection if engine in _single else connection.execution_options(isolation_level="AUTOCOMMIT")


def again_if_stale(work: Callable[[], T]) -> T:
    """Does it, and once more when the connection that the pool gave out had died unnoticed.

    After PostgreSQL was away each pool still holds connections of before; the first of them that fails makes the pool throw
    all of them away. For work that may be done twice: the answer to a commit may have been what was lost.
    """
    try:
        return work()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return work()


def pool_numbers(engine: Engine) -> dict[str, int]:
    """Size, checked in and checked out connections of both pools of the engine together: what PostgreSQL sees of this process."""
    pools = {id(each.pool): each.pool for each in (engine, _single.get(engine, engine))}.values()
    return {
        name: sum(int(count()) for pool in pools if (count := getattr(pool, name, None)) is not None)
        for name in ("size", "checkedin", "checkedout")
    }
