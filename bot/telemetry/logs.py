"""One JSON object per line on stdout, from our own loggers and everybody else's, masked at the root.

The masking is in the root handler's formatter, behind which nothing passes: a library that logs a token, a `%s` with a
phone in its arguments and an exception that quotes a customer all go through the same sieve.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog
from structlog.types import EventDict

from bot.settings import Settings
from bot.telemetry.errors import error_words, ids_of, note_ids, traceback_words
from bot.telemetry.masking import Mask, secret_values
from bot.telemetry.sentry import report_error

# httpx writes the bot token into its INFO lines; the others say nothing we need below WARNING.
QUIET = (
    "bm25s",
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "urllib3",
    "twilio",
    "telegram",
    "openai",
    "alembic.runtime.plugins",
    "asyncio",
    "chromadb",
)
StreamName = Literal["stdout", "stderr"]
BROKEN_LINE = "a log line could not be written"

_SHARED: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def log_context(**ids: int | str | None) -> Iterator[None]:
    """Bind message_id, conversation_id, outlet_id, job ... once; every line inside carries them, libraries' too."""
    known = {name: value for name, value in ids.items() if value is not None}
    with structlog.contextvars.bound_contextvars(**known):
        try:
            yield
        except Exception as error:
            note_ids(error, known)
            raise


def configure_logging(settings: Settings, *, stream: StreamName = "stdout") -> None:
    """Send every logger of this process through one masking handler. Safe to call again (after a fork, in a test).

    Commands give "stderr", so that what they print on stdout can be piped.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, JsonHandler) or type(h) is logging.StreamHandler]:
        root.removeHandler(handler)
    root.addHandler(JsonHandler(Mask(secret_values(settings)), stream, settings.otel_service_name))
    root.setLevel(_level(settings))
    _take_over_loggers()
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    # No line shows them, and looking them up costs as much as the masking of a line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    _log_uncaught()


class JsonHandler(logging.StreamHandler[TextIO]):
    """Writes masked JSON lines to whatever the named stream is at the time of writing."""

    def __init__(self, mask: Mask, stream: StreamName, service: str) -> None:
        super().__init__(getattr(sys, stream))
        self._name = stream
        self.setFormatter(_formatter(mask, service))

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = getattr(sys, self._name)
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """The default prints the record's arguments, unmasked; this says only whose line was lost."""
        kind = getattr(sys.exc_info()[0], "__name__", "")
        line = {"event": BROKEN_LINE, "level": "error", "logger": record.name, "error": kind, "line": record.lineno}
        try:
            self.stream.write(json.dumps(line) + self.terminator)
        except (OSError, ValueError):
            return  # stdout itself is gone: nobody is left to tell, and the work must go on


def _formatter(mask: Mask, service: str) -> structlog.stdlib.ProcessorFormatter:
    def masked(_logger: Any, _method: str, event: EventDict) -> EventDict:
        error = _exception_of(event.pop("exc_info", None))
        event.pop("stack_info", None)
        lean = mask.mapping(event)
        if error is not None:
            lean = {**{name: mask.value(value) for name, value in ids_of(error).items()}, **lean}
            lean |= {"error": error_words(error, mask), "traceback": mask.text(traceback_words(error))}
        return lean | {"service": service}

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=list(_SHARED),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            masked,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
    )


def _exception_of(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _level(settings: Settings) -> int:
    """DEBUG lines show bodies of requests; production never writes them."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    return max(level, logging.INFO) if settings.is_production else level


def _take_over_loggers() -> None:
    """gunicorn, rq and flask attach handlers of their own; a line written by those would pass the mask by."""
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True


def _log_uncaught() -> None:
    """An exception that ends a process or a thread is one masked line, not a traceback with values on stderr."""
    sys.excepthook = _uncaught
    # A test runner or debugger that watches threads keeps its own hook.
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda args: _uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is None or issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), trace)
        return
    report_error(error)
    logging.getLogger("tria").critical("uncaught exception", exc_info=error)
