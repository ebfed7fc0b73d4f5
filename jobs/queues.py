"""The doorbell: the only file that knows RQ's Queue. A ring carries one id; losing it costs seconds, never a message."""

from __future__ import annotations

from enum import StrEnum

import redis
from rq import Queue
from rq.serializers import JSONSerializer

from bot.runtime import Runtime
from bot.telemetry import get_logger, metrics

log = get_logger(__name__)

QUEUE = "tria"
"""One name only: with several, RQ pops without a safety list (FACTS A3)."""
JOB_LIMIT_S = 60
FAILED_JOBS_KEPT_S = 7 * 24 * 3600


class Bell(StrEnum):
    """What can be rung for. The values are the jobs' import paths: jobs already queued during a deploy rely on them."""

    PROCESS = "jobs.process_conversation.process_conversation"
    DELIVER = "jobs.deliver.deliver"
    CANARY = "jobs.canary.run_canary"


def queue(connection: redis.Redis) -> Queue:
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer, default_timeout=JOB_LIMIT_S)


def ring(runtime: Runtime, bell: Bell, row_id: int) -> bool:
    """Ask a worker to look at the row now. False when Redis is away: the sweeper rings again, so nobody is failed."""
    return ring_all(runtime, bell, [row_id])


def ring_all(runtime: Runtime, bell: Bell, row_ids: list[int]) -> bool:
    """Rings for all of them in one round trip."""
    if not row_ids:
        return True
    try:
        with runtime.redis.pipeline() as pipeline:
            target = queue(runtime.redis)
            for row_id in row_ids:
                target.enqueue_call(
                    bell.value, args=(row_id,), result_ttl=0, failure_ttl=FAILED_JOBS_KEPT_S, pipeline=pipeline
                )
            pipeline.execute()
    except redis.RedisError as error:
        metrics.ring_failed_total.inc(len(row_ids))
        log.warning("doorbell unreachable, the sweeper will ring", bell=bell.name, error=type(error).__name__)
        return False
    return True
