"""Server-sent events for open pages: that something changed, not what. The page then asks for itself, with its own role."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import Response

from bot.runtime import Runtime
from handlers import shutting_down
from handlers.console.door import blueprint, viewers
from handlers.current import current_runtime
from handlers.event_stream import LASTS_S, Room
from handlers.form_values import whole
from jobs.reads.pulse import pulse
from models.database import autocommit

LOOK_S = 1.0
ROOM = Room(3)
"""Of eight threads a process: webhooks come first. Who finds no room looks every few seconds instead."""


@blueprint.get("/events")
@viewers
def follow() -> Response:
    """A message at once and whenever anything changed, and within the thread of `?thread=` also how its messages fare.

    The first makes up for what happened since the page was read: from then on nothing is missed.
    """
    thread_id = whole("thread", None)
    return ROOM.stream(_events(current_runtime(), thread_id))


def _events(runtime: Runtime, thread_id: int | None) -> Iterator[str]:
    yield "retry: 2000\n\n"
    until, known = time.monotonic() + LASTS_S, ""
    while time.monotonic() < until and not shutting_down.is_leaving():
        with autocommit(runtime.engine) as connection:
            now = pulse(connection, thread_id)
        yield f"data: {now}\n\n" if now != known else ": still here\n\n"
        known = now
        time.sleep(LOOK_S)
