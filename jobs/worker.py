"""The worker: an RQ SimpleWorker on the one queue, in one process with one engine and one event loop; Procfile starts it."""

from __future__ import annotations

import logging

import redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from bot.runtime import Runtime, get_runtime
from bot.telemetry import configure_logging, get_logger, init_sentry
from jobs import canary, deliver, process_conversation, queues

log = get_logger(__name__)

MAX_JOBS = 20_000
"""Then it ends and the supervisor starts a fresh one: no leak lives for ever."""
WORKER_TTL_S = 60
JOBS = (process_conversation.process_conversation, deliver.deliver, canary.run_canary)
"""Imported here because RQ reports an import error inside a job as "Invalid attribute name"."""


def make_worker(runtime: Runtime) -> SimpleWorker:
    """RQ's own connection blocks while it waits, so it must not have the doorbell's short time-out."""
    connection = redis.Redis.from_url(runtime.settings.redis_url.get_secret_value() or "redis://127.0.0.1:6379/0")
    return SimpleWorker(
        [queues.queue(connection)], connection=connection, serializer=JSONSerializer, worker_ttl=WORKER_TTL_S,
        disable_default_exception_handler=False, log_job_description=False,
    )  # fmt: skip


def main() -> None:
    runtime = get_runtime()
    runtime.application = "tria-worker"
    configure_logging(runtime.settings)
    init_sentry(runtime.settings)
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    log.info("worker started", jobs=len(JOBS))
    make_worker(runtime).work(max_jobs=MAX_JOBS, logging_level=None, with_scheduler=False)
    runtime.close()


if __name__ == "__main__":
    main()
