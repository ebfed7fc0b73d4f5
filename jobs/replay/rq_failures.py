"""Empties RQ's own registry of failed jobs into ours: nobody looks there, and RQ forgets.

A job of ours that RQ gave up (its worker died, its time ran out) had a row, and the row's own clock brings it back; should that
clock have been lost it is set here. What is no job of ours (another version's, somebody else's, unreadable) is recorded as
a failure by its id.
"""

from __future__ import annotations

import redis
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from sqlalchemy import Connection, text

from bot.errors import PermanentError
from bot.runtime import Runtime
from bot.telemetry import get_logger
from jobs import failures
from jobs.queues import Bell, queue
from models.database import transaction
from models.failure_kind import FailureKind

log = get_logger(__name__)

WAKE = text("""
UPDATE conversations c SET due_at = now(), rung_at = NULL WHERE c.id = :id AND c.due_at IS NULL AND c.closed_at IS NULL
AND EXISTS (SELECT 1 FROM conversation_messages m WHERE m.conversation_id = c.id AND m.state = 'received')
""")


def reconcile(runtime: Runtime) -> int:
    """How many jobs were taken out of RQ's registry; 0 when Redis is away."""
    try:
        return _reconcile(runtime)
    except redis.RedisError as error:
        log.warning("RQ's failed jobs cannot be read", error=type(error).__name__)
        return 0


def _reconcile(runtime: Runtime) -> int:
    registry = FailedJobRegistry(queue=queue(runtime.redis))
    ids = registry.get_job_ids(cleanup=False)
    for job_id in ids:
        job = _fetch(runtime, job_id)
        with transaction(runtime.engine) as connection:
            _settle(connection, job_id, job)
        registry.remove(job_id)
        if job is not None:
            runtime.redis.delete(job.key)
    return len(ids)


def _fetch(runtime: Runtime, job_id: str) -> Job | None:
    try:
        return Job.fetch(job_id, connection=runtime.redis, serializer=JSONSerializer)
    except (NoSuchJobError, DeserializationError, ValueError):
        return None  # recorded by its id all the same


def _settle(connection: Connection, job_id: str, job: Job | None) -> None:
    row_id = _row_of(job)
    if row_id is None:
        failures.note(connection, FailureKind.JOB, job_id, PermanentError("not a job of ours", code="unknown_job"))
        log.error("a job that is not ours", rq_job=job_id)
        return
    connection.execute(WAKE, {"id": row_id})


def _row_of(job: Job | None) -> int | None:
    """The one integer of a job of ours; None for anything else."""
    try:
        if job is None or job.func_name not in set(Bell):
            return None
        arguments = job.args
    except (DeserializationError, ValueError, TypeError):
        return None
    return arguments[0] if len(arguments) == 1 and isinstance(arguments[0], int) else None
