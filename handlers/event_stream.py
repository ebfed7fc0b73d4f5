"""Server-sent events: so many streams a process and no more, because each has a thread of the server for as long as it lasts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus

from flask import Response, abort

LASTS_S = 300.0
"""No thread of the server belongs for longer to a page that may be gone; the page then asks again."""


class Room:
    """For `most` streams at once of one door of this process."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)

    def stream(self, events: Iterator[str]) -> Response:
        """503 when there is no room. The events end by themselves after LASTS_S and while the server stops."""
        if not self._free.acquire(blocking=False):
            abort(HTTPStatus.SERVICE_UNAVAILABLE)
        response = Response(events, mimetype="text/event-stream")
        response.call_on_close(self._free.release)
        response.headers["X-Accel-Buffering"] = "no"
        return response
