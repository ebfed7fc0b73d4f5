"""What every job shares: nothing a job raises reaches RQ, which would keep the exception's text in Redis and nobody would replay it.

PostgreSQL has the record: a job that ends early leaves its lease or its try to run out, and the sweeper rings again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.telemetry import error_words, get_logger, metrics, report_error
from models.sqlstate import is_temporary

log = get_logger(__name__)


@contextmanager
def kept_from_rq(job: str) -> Iterator[None]:
    """Logs, counts and ends the job quietly; the sweeper is who tries again."""
    try:
        yield
    except Exception as error:  # RQ would store the text; the row's own due_at brings the work back
        metrics.jobs_failed_total.labels(job).inc()
        if is_temporary(error):
            log.warning("database away, the sweeper will ring again", job=job, error=error_words(error))
            return
        log.exception("job failed", job=job)
        report_error(error)
