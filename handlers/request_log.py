"""One line and one measurement per request: which door, which rule, what status, how long. Never a path, query or body."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request

from bot.telemetry import get_logger, metrics

QUIET_DOORS = ("health",)
"""Asked every few seconds by balancers and scrapers; measured, not logged."""
POLLED = ("messages_api.list_notifications", "console.follow")
"""Asked again and again by programs and open pages: logged for who looks for it."""

log = get_logger(__name__)


def install(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_finish)


def _start() -> None:
    g.access_started = time.perf_counter()


def _finish(response: Response) -> Response:
    door = request.blueprint or metrics.OTHER
    seconds = time.perf_counter() - g.get("access_started", time.perf_counter())
    metrics.http_requests_total.labels(door, f"{response.status_code // 100}xx").inc()
    metrics.http_request_seconds.labels(door).observe(seconds)
    if door not in QUIET_DOORS:
        rule = request.url_rule.rule if request.url_rule else "(no route)"
        tell = log.debug if request.endpoint in POLLED else log.info
        tell(
            "request",
            door=door,
            method=request.method,
            rule=rule,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            **{name: value for name, value in g.get("message_ids", {}).items() if value is not None},
        )
    return response
