"""Does once, before a worker says that it is ready, what its first message would otherwise wait for: imports, catalog, plans."""

from __future__ import annotations

from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from bot import failpoints
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger
from jobs import canary, lease
from jobs.lanes import Lanes
from jobs.outbox.send import send
from models.database import autocommit

log = get_logger(__name__)


NOBODY = 0
"""The id of no row."""


def warm_up(runtime: Runtime, lanes: Lanes) -> None:
    """The synthetic order goes the whole way a message goes. A worker that could not warm up works all the same, only later."""
    with failpoints.resting():
        _ = runtime.gap_filler
        lanes.warm_up({channel: partial(send, runtime, NOBODY, runtime.channels) for channel in runtime.channels})
        try:
            canary.watch(runtime)
            with autocommit(runtime.engine) as connection:
                lease.claim(connection, NOBODY)  # prepares the statement on the connection that jobs will use
        except SQLAlchemyError as error:
            log.warning("not warmed up", error=error_words(error))
