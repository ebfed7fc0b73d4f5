"""Health that means it: alive, ready to take an order, and, for those with the token, how things stand in detail.

No address here ever answers 500: what is broken is what they are for.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from flask import Blueprint, Response, jsonify
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from bot.runtime import Runtime
from bot.settings_reference import masked_settings
from bot.telemetry import error_words
from handlers import shutting_down
from handlers.bearer import require_token
from handlers.checks import READINESS, Finding, Severity, run_all, worst
from handlers.current import current_runtime
from handlers.git_commit import commit
from handlers.health_schema import Alive, Diagnostics, Readiness, Version
from handlers.openapi_mark import described
from jobs.reads import stats
from jobs.reads.gauges import exposition
from models import schema

SHOWN_VERSIONS = (
    "flask",
    "gunicorn",
    "sqlalchemy",
    "psycopg2-binary",
    "redis",
    "rq",
    "twilio",
    "python-telegram-bot",
    "openai",
)
PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"
STARTED = time.monotonic()

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@blueprint.get("/api/v1/health/liveness")
@described(answer=Alive, secured=False)
def liveness() -> Response:
    """The process runs. Touches nothing else, so that a broken database does not get every web process killed."""
    return jsonify(status="alive", timestamp=_now(), uptime_seconds=_uptime_s())


@blueprint.get("/api/v1/health/readiness")
@described(answer=Readiness, secured=False, refusals=(503,), refusal=Readiness)
def readiness() -> Response:
    """200 only when an order can be taken; else 503 with the failing steps in the order of what depends on what."""
    if shutting_down.is_leaving():
        return _leaving()
    findings = run_all(READINESS, current_runtime())
    status = worst(finding.severity for finding in findings)
    response = jsonify(
        status=status.word,
        overall_healthy=status is not Severity.UNHEALTHY,
        failing=_failing(findings),
        services={f.check.name: f.as_json() for f in findings if f.check.group != "machine"},
        metrics={name: value for f in findings if f.check.group == "machine" for name, value in f.facts.items()},
        timestamp=_now(),
    )
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE if status is Severity.UNHEALTHY else HTTPStatus.OK
    return response


def _leaving() -> Response:
    """In the form of every other answer."""
    failing = [{"check": "web", "reason": "asked to stop", "fix": "send requests elsewhere"}]
    response = jsonify(
        status=Severity.UNHEALTHY.word,
        overall_healthy=False,
        failing=failing,
        services={},
        metrics={},
        timestamp=_now(),
    )
    response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return response


@blueprint.get("/api/v1/health/diagnostics")
@described(answer=Diagnostics)
def diagnostics() -> Response:
    """For those with the API token: versions, schema, queue depths, settings with their secrets masked."""
    runtime = current_runtime()
    require_token(runtime.settings.api_token)
    findings = run_all(READINESS, runtime)
    return jsonify(
        status=worst(finding.severity for finding in findings).word,
        checks={finding.check.name: finding.as_json() for finding in findings},
        versions=_versions(),
        migration=_tried(lambda: _revisions(runtime)),
        ledger=_tried(lambda: _ledger(runtime)),
        queues=_tried(lambda: _queues(runtime)),
        settings=masked_settings(runtime.settings),
        uptime_seconds=_uptime_s(),
        timestamp=_now(),
    )


@blueprint.get("/metrics")
@described(media_type="text/plain", secured=False, refusals=(401,))
def metrics() -> Response:
    """With METRICS_TOKEN set only for its bearer; Prometheus sends it (`authorization: {credentials: ...}`)."""
    runtime = current_runtime()
    if runtime.settings.metrics_token.get_secret_value():
        require_token(runtime.settings.metrics_token)
    return Response(exposition(runtime), content_type=PROMETHEUS_TEXT)


@blueprint.get("/version")
@described(answer=Version, secured=False)
def show_version() -> Response:
    """The commit that runs, and the schema's revision that it needs."""
    return jsonify(commit=commit(), schema_revision=schema.head_revision())


def _failing(findings: Iterable[Finding]) -> list[dict[str, str]]:
    return [
        {"check": f.check.name, "reason": f.reason, "fix": f.check.fix}
        for f in findings
        if f.severity is Severity.UNHEALTHY
    ]


def _revisions(runtime: Runtime) -> dict[str, Any]:
    with runtime.engine.connect() as connection:
        return {"current": schema.current_revision(connection), "head": schema.head_revision()}


def _ledger(runtime: Runtime) -> dict[str, Any]:
    with runtime.engine.connect() as connection:
        last = stats.last_order_at(connection)
        return {
            "inbound_24h": stats.inbound_by_state(connection),
            "outbound": stats.outbound_by_state(connection),
            "orders": stats.orders_by_status(connection),
            "last_order_at": last.isoformat() if last else None,
            "failures_open": stats.failures_open(connection),
            "escalations_open": stats.escalations_open(connection),
        }


def _queues(runtime: Runtime) -> dict[str, int]:
    """Jobs waiting, by RQ queue."""
    names = sorted(_text(name).removeprefix("rq:queue:") for name in runtime.redis.smembers("rq:queues"))
    return {name: int(runtime.redis.llen(f"rq:queue:{name}")) for name in names}


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "commit": commit()}
    for name in SHOWN_VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _tried(read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What could be read, or why it could not: the rest of the page is still worth having."""
    try:
        return read()
    except (SQLAlchemyError, RedisError) as error:
        return {"error": error_words(error)}


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _uptime_s() -> float:
    return round(time.monotonic() - STARTED, 6)
