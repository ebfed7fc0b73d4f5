"""Server-sent events for open pages: that something changed, not what. The page then asks for itself, with its own role."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http import HTTPStatus

from flask import Response, abort

from bot.runtime import Runtime
from handlers import shutting_down
from handlers.console.door import blueprint, viewers
from handlers.current import current_runtime
from handlers.form_values import whole
from jobs.reads.pulse import pulse
from models.database import autocommit

LOOK_S = 1.0
STREAM_S = 300.0
"""No thread of the server belongs for longer to a page that may be gone; the page then asks again."""
STREAMS = threading.BoundedSemaphore(3)
"""Of eight threads a process: webhooks come first. Who finds no room looks every few seconds instead."""


@blueprint.get("/events")
@viewers
def follow() -> Response:
    """A message at once and whenever anything changed, and within the thread of `?thread=` also how its messages fare.

    The first makes up for what happened since the page was read: from then on nothing is missed.
    """
    thread_id = whole("thread", None)
    if not STREAMS.acquire(blocking=False):
        abort(HTTPStatus.SERVICE_UNAVAILABLE)
    response = Response(_events(current_runtime(), thread_id), mimetype="text/event-stream")
    response.call_on_close(STREAMS.release)
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _events(runtime: Runtime, thread_id: int | None) -> Iterator[str]:
    yield "retry: 2000\n\n"
    until, known = time.monotonic() + STREAM_S, ""
    while time.monotonic() < until and not shutting_down.is_leaving():
        with autocommit(runtime.engine) as connection:
            now = pulse(connection, thread_id)
        yield f"data: {now}\n\n" if now != known else ": still here\n\n"
        known = now
        time.sleep(LOOK_S)
