"""The doorbell: the only file that knows RQ's Queue. A ring carries one id; losing it costs seconds, never a message."""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import StrEnum

import redis
from rq import Queue
from rq.serializers import JSONSerializer

from bot import failpoints
from bot.runtime import Runtime
from bot.telemetry import get_logger, metrics

log = get_logger(__name__)

QUEUE = "tria"
"""One name only: with several, RQ pops without a safety list (BLPOP instead of BLMOVE)."""
JOB_LIMIT_S = 30
"""Longer than the lease: what takes longer could not write any more. Sending has its own time-outs."""
FAILED_JOBS_KEPT_S = 7 * 24 * 3600
MAX_WAITING = 64
"""Jobs in the queue; each goes on with whatever else is due (process_conversation.drain)."""
SILENT_S = 1.0
"""After a ring that failed nobody waits for Redis again for this long: a hung one would cost every webhook its time-out."""
_silent_until: dict[int, float] = {}


class Bell(StrEnum):
    """What can be rung for. The values are the jobs' import paths: jobs already queued during a deploy rely on them."""

    PROCESS = "jobs.process_conversation.process_conversation"
    DELIVER = "jobs.deliver.deliver"
    CANARY = "jobs.canary.run_canary"
    INVOICE = "jobs.push_invoice.push_invoice"
    REREAD = "jobs.reread_orders.reread_orders"


def queue(connection: redis.Redis) -> Queue:
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer, default_timeout=JOB_LIMIT_S)


def ring(runtime: Runtime, bell: Bell, row_id: int) -> bool:
    """Ask a worker to look at the row now. False when Redis is away: the sweeper rings again, so nobody is failed."""
    return ring_all(runtime, bell, [row_id])


def ring_all(runtime: Runtime, bell: Bell, row_ids: Sequence[int]) -> bool:
    """Rings for all of them in one round trip."""
    if not row_ids:
        return True
    if time.monotonic() < _silent_until.get(id(runtime), 0.0):
        metrics.ring_failed_total.inc(len(row_ids))
        return False
    failpoints.hit(f"ring.{bell.name.lower()}")
    try:
        with runtime.redis.pipeline() as pipeline:
            target = queue(runtime.redis)
            for row_id in row_ids:
                target.enqueue_call(
                    bell.value, args=(row_id,), result_ttl=0, failure_ttl=FAILED_JOBS_KEPT_S, pipeline=pipeline
                )
            pipeline.execute()
    except redis.RedisError as error:
        _silent_until[id(runtime)] = time.monotonic() + SILENT_S
        metrics.ring_failed_total.inc(len(row_ids))
        log.warning("doorbell unreachable, the sweeper will ring", bell=bell.name, error=type(error).__name__)
        return False
    return True


def room(runtime: Runtime) -> int:
    """How many more rings make sense. A full queue is heard already: what is due stays in PostgreSQL, the oldest first.

    0 while Redis is away, so that nothing is marked as rung that was not.
    """
    try:
        waiting = runtime.redis.llen(f"rq:queue:{QUEUE}")
    except redis.RedisError as error:
        log.warning("doorbell unreachable", error=type(error).__name__)
        return 0
    return max(0, MAX_WAITING - waiting)


def forget_silence(runtime: Runtime) -> None:
    """The next ring is tried again, whatever happened to the last."""
    _silent_until.pop(id(runtime), None)
