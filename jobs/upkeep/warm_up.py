"""Does once, before a worker says that it is ready, what its first message would otherwise wait for: imports, catalog, plans."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from bot import failpoints
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger
from jobs import canary, lease
from jobs.outbox.senders import NOBODY, Senders
from models.database import autocommit

log = get_logger(__name__)


def warm_up(runtime: Runtime, senders: Senders) -> None:
    """The synthetic order goes the whole way a message goes. A worker that could not warm up works all the same, only later."""
    with failpoints.resting():
        senders.warm_up()
        try:
            canary.watch(runtime)
            with autocommit(runtime.engine) as connection:
                lease.claim(connection, NOBODY)  # prepares the statement on the connection that jobs will use
        except SQLAlchemyError as error:
            log.warning("not warmed up", error=error_words(error))
