"""A worker's own look at the clock in PostgreSQL, for when nobody rings: Redis away, hung or read-only, or no sweeper running.

It touches only what has been overdue for some seconds, so that with a doorbell that works it finds nothing.
"""

from __future__ import annotations

import threading

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger
from jobs import entry, process_conversation, push_invoice
from jobs.invoices import ring
from jobs.outbox.senders import queue_in_lane
from models.database import autocommit

log = get_logger(__name__)

EVERY_S = 1.0
OVERDUE_S = 4.0
"""The sweeper looks ten times a second: what is overdue by this was rung for in vain or not at all."""

OVERDUE = text("""
SELECT 1 FROM conversations WHERE due_at < now() - :overdue * interval '1 s' AND closed_at IS NULL
AND (lease_until IS NULL OR lease_until < now() - :overdue * interval '1 s') LIMIT 1
""")
OVERDUE_REPLIES = text("""
SELECT id, channel FROM conversation_messages WHERE due_at < now() - :overdue * interval '1 s' ORDER BY due_at LIMIT 50
""")


class OverdueWatch(threading.Thread):
    """Runs beside the worker's loop until `close`."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(name="overdue-watch", daemon=True)
        self._runtime = runtime
        self._closed = threading.Event()

    def run(self) -> None:
        while not self._closed.wait(EVERY_S):
            try:
                look(self._runtime)
            except SQLAlchemyError as error:
                log.warning("database unreachable, looking again", error=error_words(error))

    def close(self) -> None:
        self._closed.set()
        self.join(timeout=process_conversation.DRAIN_S + EVERY_S)


def look(runtime: Runtime) -> int:
    """One look; how many conversations were answered without a ring."""
    with autocommit(runtime.engine) as connection:
        overdue = connection.execute(OVERDUE, {"overdue": OVERDUE_S}).one_or_none() is not None
        replies = connection.execute(OVERDUE_REPLIES, {"overdue": OVERDUE_S}).all()
        settings = runtime.settings
        invoices = settings.xero_configured and ring.wanted(settings, connection, ring.OVERDUE_S) is not None
    if invoices:
        push_invoice.take_up(runtime)
    for reply in replies:
        queue_in_lane(runtime, reply.channel, reply.id)
    if not overdue:
        return 0
    found = 0
    with entry.kept_from_rq("process"):
        found = process_conversation.drain(runtime)
    if found:
        log.warning("answered without being rung for", conversations=found)
    return found
