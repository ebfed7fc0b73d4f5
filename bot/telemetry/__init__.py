"""Logs, masking, metrics and error reports: the one way anything leaves a process for someone to read.

`configure_logging(settings)` once per process; `get_logger(__name__)`; `with log_context(message_id=7):` around work;
`metrics.<name>.labels(...)` (every metric name is in metrics.py); `scrub(text)` for copies that others may read.
"""

from bot.telemetry.errors import error_words, traceback_words
from bot.telemetry.logs import configure_logging, get_logger, log_context
from bot.telemetry.masking import Mask, mask_phone, scrub, secret_values
from bot.telemetry.sentry import init_sentry, report_error
from bot.telemetry.tracing import init_tracing

__all__ = [
    "Mask",
    "configure_logging",
    "error_words",
    "get_logger",
    "init_sentry",
    "init_tracing",
    "log_context",
    "mask_phone",
    "report_error",
    "scrub",
    "secret_values",
    "traceback_words",
]
