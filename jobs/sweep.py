"""The alarm clock: rings for every row whose `due_at` has come and nobody has rung for. Several sweepers may run.

Burst windows that ended, retries whose pause is over, leases that ran out, replies never sent: one mechanism for all,
because everything that must happen later is a `due_at` in PostgreSQL. Also rings the canary, and shows its own pulse.
"""

from __future__ import annotations

if __name__ == "__main__":
    from bot.metrics_folder import share

    share()

import signal
import sys
import threading
import time
from collections.abc import Sequence
from types import FrameType
from typing import Any

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import SQLAlchemyError

from bot import failpoints
from bot.runtime import Runtime
from bot.telemetry import get_logger, log_context, metrics, report_error
from jobs import heartbeat, queues
from jobs.access import idle_conversations
from jobs.handoff import notify, undelivered
from jobs.invoices import ring as invoices
from jobs.replay import open_orders
from jobs.replay.rq_failures import reconcile
from jobs.upkeep import audit_chain
from jobs.upkeep.certificate import CertificateWatch
from jobs.upkeep.closing import Closing
from jobs.upkeep.startup_checks import begin
from models.database import again_if_stale, autocommit
from models.sqlstate import is_temporary

log = get_logger(__name__)

TICK_S = 0.1
"""How late a burst window's end may be noticed."""
RING_AGAIN_S = 10
"""A ring that nobody answered in this time is repeated."""
CANARY_EVERY_S = 20
PULSE_EVERY_S = 5

# ARRAY is read once; a list for IN may be read once for each row, and each time the next rows up to the limit are locked.
DUE_CONVERSATIONS = text("""
UPDATE conversations SET rung_at = now() WHERE id = ANY(ARRAY(
    SELECT id FROM conversations
    WHERE due_at <= now() AND closed_at IS NULL AND (rung_at IS NULL OR rung_at < now() - :again * interval '1 s')
      AND (lease_until IS NULL OR lease_until <= now())
    ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED))
RETURNING id, id AS conversation_id, (
    SELECT min(m.id) FROM conversation_messages m WHERE m.conversation_id = conversations.id AND m.state = 'received') AS message_id
""")
DUE_REPLIES = text("""
UPDATE conversation_messages SET rung_at = now() WHERE id = ANY(ARRAY(
    SELECT id FROM conversation_messages m
    WHERE due_at <= now() AND (rung_at IS NULL OR rung_at < now() - :again * interval '1 s')
      AND NOT EXISTS (SELECT 1 FROM conversation_messages e WHERE e.conversation_id = m.conversation_id AND e.id < m.id
                      AND e.direction = 'outbound' AND e.state IN ('pending', 'sending', 'unknown'))
    ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED))
RETURNING id, conversation_id, in_reply_to AS message_id
""")


def run_once(runtime: Runtime) -> dict[str, int]:
    """One look at everything that is due; how much was rung, by kind."""
    rung = dict.fromkeys(("process", "deliver"), 0)
    with autocommit(runtime.engine) as connection:
        for bell, statement in ((queues.Bell.PROCESS, DUE_CONVERSATIONS), (queues.Bell.DELIVER, DUE_REPLIES)):
            if not (batch := queues.room(runtime)):
                break
            rows = connection.execute(statement, {"again": RING_AGAIN_S, "batch": batch}).all()
            failpoints.hit("sweep.before_ring")
            queues.ring_all(runtime, bell, [row.id for row in rows])
            metrics.sweeper_rung_total.labels(bell.name.lower()).inc(len(rows))
            rung[bell.name.lower()] = len(rows)
            _log_rung(bell, rows)
        _ring_canary(runtime, connection)
        if invoices.ring(runtime, connection):
            metrics.sweeper_rung_total.labels("invoice").inc()
    return rung


def _log_rung(bell: queues.Bell, rows: Sequence[Row[Any]]) -> None:
    """One line each, with the id of the customer's message: what follows an order through the logs."""
    for row in rows:
        log.info("rung", bell=bell.name.lower(), conversation_id=row.conversation_id, message_id=row.message_id)


def _ring_canary(runtime: Runtime, connection: Connection) -> None:
    if heartbeat.turn(connection, "canary_rung", CANARY_EVERY_S):
        queues.ring(runtime, queues.Bell.CANARY, 0)


def pulse(runtime: Runtime) -> None:
    """What is looked at every few seconds only; the sign of life comes last, so that it stands for all of it."""
    reconcile(runtime)
    undelivered.take_up(runtime)
    notify.tell(runtime)
    idle_conversations.end_idle(runtime)
    if open_orders.ring(runtime):
        metrics.sweeper_rung_total.labels("reread").inc()
    audit_chain.seal(runtime)
    heartbeat.beat(runtime.engine, "sweeper")


def run(runtime: Runtime, stop: threading.Event) -> None:
    """Ticks until told to stop. A database that is away is waited for; nothing is lost meanwhile."""
    pulse_at = 0.0
    while not stop.wait(TICK_S):
        try:
            again_if_stale(lambda: run_once(runtime))
            if time.monotonic() >= pulse_at:
                pulse(runtime)
                pulse_at = time.monotonic() + PULSE_EVERY_S
        except SQLAlchemyError as error:
            _note(error)
            stop.wait(1.0)


def _note(error: SQLAlchemyError) -> None:
    """A database that is away comes back; what is refused for good has to be seen, though the next look may go well."""
    if is_temporary(error):
        log.warning("database unreachable, looking again", error=type(error).__name__)
        return
    metrics.jobs_failed_total.labels("sweep").inc()
    with log_context(job="sweep"):
        log.exception("the sweep was refused")
        report_error(error)


def main(arguments: Sequence[str] | None = None) -> int:
    runtime = begin("sweeper", arguments)
    if runtime is None:
        return 1
    stop = threading.Event()

    def asked_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, asked_to_stop)
    signal.signal(signal.SIGINT, asked_to_stop)
    with Closing() as closing:
        closing.at_the_end("connections", runtime.close)
        certificate_watch = CertificateWatch(runtime)
        certificate_watch.start()
        closing.at_the_end("certificate watch", certificate_watch.close)
        log.info("sweeper started")
        run(runtime, stop)
    log.info("sweeper stopped", closed=closing.closed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
