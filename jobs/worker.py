"""The worker: an RQ SimpleWorker on the one queue, in one process with one engine, and lanes; Procfile starts it.

It does not fork: a work-horse outlives its killed parent and works on beside the job's second start. Whoever
supervises it starts it again when it ends, which it does by itself after MAX_JOBS.
"""

from __future__ import annotations

if __name__ == "__main__":
    from bot.metrics_folder import share

    share()

import logging
import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import redis
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker.base import WorkerStatus

from bot import failpoints
from bot.errors import PermanentError
from bot.runtime import DEFAULT_REDIS, Runtime
from bot.telemetry import get_logger
from jobs import canary, deliver, process_conversation, push_invoice, queues, reread_orders
from jobs.lanes import MODELS, Lanes
from jobs.upkeep.closing import Closing
from jobs.upkeep.overdue_watch import OverdueWatch
from jobs.upkeep.pulse import Pulse
from jobs.upkeep.startup_checks import begin
from jobs.upkeep.warm_up import warm_up

log = get_logger(__name__)

MAX_JOBS = 20_000
"""Then it ends and the supervisor starts a fresh one: no leak lives for ever."""
WORKER_TTL_S = 60
REDIS_PAUSE_S = 1.0
JOBS = (
    process_conversation.process_conversation, deliver.deliver, canary.run_canary, push_invoice.push_invoice,
    reread_orders.reread_orders,
)  # fmt: skip
"""Imported here because RQ reports an import error inside a job as "Invalid attribute name"."""


class OwnJob(Job):  # type: ignore[misc]
    """Runs functions of ours only: whoever can write to Redis must not be able to have this process run what they like."""

    @property
    def func(self) -> Callable[..., Any]:
        if self.func_name not in set(queues.Bell):
            raise PermanentError("not a job of ours", code="unknown_job")
        function: Callable[..., Any] = super().func
        return function


class Worker(SimpleWorker):  # type: ignore[misc]
    """Knows why it stopped, and never needs Redis in order to stop."""

    max_connection_wait_time = 2

    asked_to_stop = False
    jobs_done = 0
    pulse: Pulse | None = None

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True
        super().request_stop(signum, frame)

    def end_before_next_job(self) -> None:
        self.asked_to_stop = self._stop_requested = True

    def _shutdown(self) -> None:
        self._stop_requested = True
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested

    def execute_job(self, job: Job, queue: Queue) -> None:
        if self.pulse is not None:
            self.pulse.busy_since = time.monotonic()
        failpoints.hit("worker.after_pop")
        try:
            super().execute_job(job, queue)
        finally:
            self.jobs_done += 1
            if self.pulse is not None:
                self.pulse.busy_since = None


def make_worker(runtime: Runtime) -> Worker:
    """RQ's own connection blocks while it waits, so it must not have the doorbell's short time-out."""
    connection = redis.Redis.from_url(runtime.settings.redis_url.get_secret_value() or DEFAULT_REDIS)
    return Worker(
        [queues.queue(connection)], connection=connection, serializer=JSONSerializer, job_class=OwnJob, worker_ttl=WORKER_TTL_S,
        disable_default_exception_handler=False, log_job_description=False,
    )  # fmt: skip


def run(runtime: Runtime, pulse: Pulse, stop: StopFlag, max_jobs: int = MAX_JOBS) -> None:
    """Works until asked to stop or recycled. A Redis that is away, full or read-only ends no process: the watch goes on."""
    done = 0
    while not stop.asked and done < max_jobs:
        worker: Worker | None = None
        try:
            worker = make_worker(runtime)
            worker.pulse = pulse
            stop.hand_to(worker)
            worker.work(max_jobs=max_jobs - done, logging_level=None, with_scheduler=False)
        except StopRequested:
            log.info("asked to stop before the first look at the queue")
        except redis.RedisError as error:
            log.warning("Redis refuses the worker, trying again", error=type(error).__name__)
        stop.worker = None
        stop.listen()
        if worker is not None:
            done += worker.jobs_done
            stop.asked = stop.asked or worker.asked_to_stop
        if not stop.asked and done < max_jobs:
            stop.wait(REDIS_PAUSE_S)


class StopFlag:
    """Hears SIGTERM and SIGINT while no RQ worker does: from the first step of the start on, and while one is being set up."""

    def __init__(self) -> None:
        self.asked = False
        self.worker: Worker | None = None
        """The one that is about to listen itself, and looks at its own mark before it waits for a job."""
        self.listen()

    def listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def hand_to(self, worker: Worker) -> None:
        """Also what was heard while it was being made, which takes some round trips to Redis."""
        self.worker = worker
        if self.asked:
            worker.end_before_next_job()

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.asked and time.monotonic() < until:
            time.sleep(0.05)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        if self.worker is not None:
            self.worker.end_before_next_job()


def main(arguments: Sequence[str] | None = None) -> int:
    runtime = begin("worker", arguments)
    if runtime is None:
        return 1
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    with Closing() as closing:
        work(runtime, closing)
    log.info("worker stopped", closed=closing.closed)
    return 0


def work(runtime: Runtime, closing: Closing) -> None:
    """From the first thread to the last job. What was begun is closed in the opposite order, also where a later step fails."""
    stop, lanes, pulse, overdue_watch = StopFlag(), Lanes(), Pulse(runtime), OverdueWatch(runtime)
    closing.at_the_end("connections", runtime.close)
    closing.at_the_end("pulse", pulse.close)  # after the lanes: what is under way in them is renewed to its end
    closing.at_the_end("lanes", lanes.close)
    warm_up(runtime, lanes)
    runtime.lanes = lanes
    if runtime.library is not None:  # beside the first orders: no question waits for the documents to be read
        lanes.take(MODELS, "documents", runtime.library.warm_up)
    pulse.start()  # the first sign of life: only now may readiness say that there is a worker
    closing.at_the_end("overdue watch", overdue_watch.close)
    overdue_watch.start()
    log.info("worker started", jobs=len(JOBS))
    run(runtime, pulse, stop)


if __name__ == "__main__":
    sys.exit(main())
