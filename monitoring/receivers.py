"""Stand-ins of those who are told: Slack, PagerDuty and Telegram over HTTP, an office over SMTP. Each keeps what it was given."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask, jsonify, request
from werkzeug.serving import make_server

from embedded.ports import free_port

WAYS = {"slack": "slack", "v2": "pagerduty"}
"""By the first part of the path; Telegram's begins with the bot's token."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message: by which way, what it says, and when it came (monotonic seconds)."""

    way: str
    words: str
    at: float


@dataclass
class Receivers:
    http_port: int
    smtp_port: int
    told: list[Told] = field(default_factory=list)

    def take(self, path: str) -> Any:
        way = WAYS.get(path.split("/")[0], "telegram")
        self._keep(way, json.dumps(request.get_json(force=True), ensure_ascii=False))
        if way == "telegram":
            return jsonify(ok=True, result={"message_id": 1, "date": 0, "chat": {"id": 1, "type": "group"}})
        return jsonify(status="success", dedup_key="1") if way == "pagerduty" else "ok"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's own name)
        self._keep("e-mail", envelope.content.decode("utf-8", "replace"))
        return "250 taken"

    def wait_for(self, fits: Callable[[Told], bool], seconds: float) -> Told | None:
        """The first that fits, also of those that are there already; None when none came in that time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := next((told for told in list(self.told) if fits(told)), None):
                return found
            time.sleep(0.1)
        return None

    def _keep(self, way: str, words: str) -> None:
        self.told.append(Told(way, words, time.monotonic()))


@contextlib.contextmanager
def receivers() -> Iterator[Receivers]:
    """All of them, listening on loopback."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each message would hide the outcome
    opened = Receivers(free_port(), free_port())
    app = Flask("receivers")
    app.add_url_rule("/<path:path>", view_func=opened.take, methods=["POST"])
    server = make_server("127.0.0.1", opened.http_port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    office = Controller(opened, hostname="127.0.0.1", port=opened.smtp_port)
    office.start()
    try:
        yield opened
    finally:
        office.stop()
        server.shutdown()
        thread.join()
        server.server_close()
