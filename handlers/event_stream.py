"""Server-sent events: so many streams a process and no more, because each has a thread of the server for as long as it lasts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus

from flask import Response

LASTS_S = 300.0
"""No thread of the server belongs for longer to a page that may be gone; the page then asks again."""


class Room:
    """For `most` streams at once of one door of this process."""

    def __init__(self, most: int) -> None:
        self._free = threading.BoundedSemaphore(most)

    def stream(self, events: Iterator[str]) -> Response:
        """204 when there is no room: it tells a browser not to ask again by itself, so that the page looks every few seconds
        instead (WHATWG HTML, "server-sent events"). The events end by themselves after LASTS_S and while the server stops."""
        if not self._free.acquire(blocking=False):
            return Response(status=HTTPStatus.NO_CONTENT)
        response = Response(events, mimetype="text/event-stream")
        response.call_on_close(self._free.release)
        response.headers["X-Accel-Buffering"] = "no"
        return response
