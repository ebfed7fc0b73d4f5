"""How often and how many at once all workers together may call Xero, and whether it is worth calling at all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

from limits import RateLimitItemPerMinute
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.breaker import Breaker
from bot.errors import NotConnectedError, PermanentError, TemporaryError, TriaError
from bot.rates import SharedWindow
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger, metrics
from jobs.invoices import connection as standing
from models.database import autocommit
from models.sqlstate import is_temporary

log = get_logger(__name__)

AT_ONCE = 5
A_MINUTE = 56
"""Xero counts 60 where they arrive; a call that was on its way for longer than the next must not be one too many."""
FAILURES_TO_OPEN, OPEN_S = 5, 30.0
NOT_CONNECTED_S = REFUSED_S = 30.0
"""How soon it is looked again whether somebody has connected."""
WINDOW = RateLimitItemPerMinute(A_MINUTE)
SLOTS, CONTACTS, ORGANISATION = 7_401, 7_402, 7_403
LOOKED_UP, RECONCILED, STOCK = 1, 2, 3
"""What one worker at a time does of the organisation's affairs."""
"""Name spaces of PostgreSQL's advisory locks. They belong to a connection: a worker that dies gives them back at once."""
_TRY = text("SELECT pg_try_advisory_lock(:space, :key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:space, :key)")


class Permits:
    """`call` is entered around each call, from any thread."""

    def __init__(self, runtime: Runtime, window: SharedWindow) -> None:
        self._runtime, self._window = runtime, window
        self.breaker = Breaker("accounting", metrics.xero_breaker_total, failures=FAILURES_TO_OPEN, open_s=OPEN_S)

    @contextmanager
    def call(self) -> Iterator[None]:
        """Raises TemporaryError, with nothing counted, while no call may be made."""
        with autocommit(self._runtime.engine) as connection, _slot(connection):
            if wait_s := self.breaker.wait_s():
                raise TemporaryError("Xero failed too often", code="breaker", retry_after_s=wait_s)
            if wait_s := self._window.take(WINDOW, "xero"):
                self.breaker.ended(None)
                raise TemporaryError("all calls of this minute are made", code="limit_minute", retry_after_s=wait_s)
            try:
                yield
            except TriaError as error:
                self.breaker.ended(error if _is_xeros_fault(error) else None)
                raise
            self.breaker.ended(None)


def _is_xeros_fault(error: TriaError) -> bool:
    """A refusal is an answer, and so is a request to wait."""
    return not isinstance(error, PermanentError) and not str(getattr(error, "code", "")).startswith("limit_")


@contextmanager
def _slot(connection: Connection) -> Iterator[None]:
    """One of five, for all workers together."""
    for slot in random.sample(range(AT_ONCE), AT_ONCE):
        if connection.execute(_TRY, {"space": SLOTS, "key": slot}).scalar_one():
            try:
                yield
            finally:
                _give_back(connection, SLOTS, slot)
            return
    raise TemporaryError("five calls are under way", code="busy", retry_after_s=0.5)


@contextmanager
def alone(runtime: Runtime, space: int, key: int) -> Iterator[bool]:
    """True when nobody else does this meanwhile, False when somebody does."""
    with autocommit(runtime.engine) as connection:
        is_mine = bool(connection.execute(_TRY, {"space": space, "key": key}).scalar_one())
        try:
            yield is_mine
        finally:
            if is_mine:
                _give_back(connection, space, key)


def _give_back(connection: Connection, space: int, key: int) -> None:
    """What was done under the lock stands, and what Xero answered is not lost, when PostgreSQL went away meanwhile: a connection
    that ends gives its locks back."""
    try:
        connection.execute(_UNLOCK, {"space": space, "key": key})
    except DBAPIError as error:
        if not is_temporary(error):
            raise
        connection.invalidate()
        log.warning("a lock was given back by closing its connection", reason=error_words(error))


@contextmanager
def only_one(runtime: Runtime, space: int, key: int) -> Iterator[None]:
    """Nobody else does this meanwhile. Raises TemporaryError when somebody does."""
    with alone(runtime, space, key) as is_mine:
        if not is_mine:
            raise TemporaryError("another worker is at it", code="busy", retry_after_s=1.0)
        yield


def hold_off(runtime: Runtime, error: TriaError) -> None:
    """What holds for every worker stops every worker: a login that is refused, a limit, a Xero that failed too often."""
    code, wait_s = str(getattr(error, "code", "")), getattr(error, "retry_after_s", None)
    if code == "not_connected":
        standing.pause(runtime, NOT_CONNECTED_S, code)
    elif isinstance(error, NotConnectedError) or code == "secret_key":
        standing.block(runtime, error)
    elif isinstance(error, PermanentError):
        standing.pause(runtime, REFUSED_S, code)
    elif wait_s is not None and (code.startswith("limit_") or code == "breaker"):
        standing.pause(runtime, wait_s, code)
