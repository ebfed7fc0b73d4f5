"""What reaches Sentry: one event per unexpected error with our ids, and nothing of what it quoted."""

from __future__ import annotations

import json
from typing import Any

import sentry_sdk
from flask import Flask
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from bot.settings import load_settings
from bot.telemetry import init_sentry, log_context, report_error
from handlers import errors
from jobs.entry import kept_from_rq

SENT: list[dict[str, Any]] = []


class Kept(Transport):
    """Keeps events instead of sending them."""

    def capture_envelope(self, envelope: Envelope) -> None:
        event = envelope.get_event()
        if event is not None:
            SENT.append(dict(event))


def test_without_a_dsn_nothing_is_started() -> None:
    assert init_sentry(load_settings(_env_file=None)) is False


def test_event_names_the_ids_and_quotes_nobody() -> None:
    settings = load_settings(_env_file=None, sentry_dsn="https://public@sentry.example.com/1")
    assert init_sentry(settings, transport=Kept) is True
    SENT.clear()
    with log_context(message_id=42, job="process"):
        phone = "+6591234567"
        try:
            raise ValueError(f"boss tmr send to {phone}")
        except ValueError as error:
            report_error(error)
    sentry_sdk.get_client().close()
    sentry_sdk.Scope.get_global_scope().set_client(None)
    (event,) = SENT
    assert event["tags"] == {"message_id": "42", "job": "process"}
    (found,) = event["exception"]["values"]
    assert found["type"] == "ValueError"
    (frame,) = found["stacktrace"]["frames"]
    assert (frame["filename"], frame["function"], type(frame["lineno"])) == (
        "tests/bot/telemetry/test_sentry.py", "test_event_names_the_ids_and_quotes_nobody", int,
    )  # fmt: skip
    text = json.dumps(event, default=str)
    assert "91234567" not in text
    assert "boss" not in text
    assert "vars" not in text


def test_an_error_reported_outside_carries_the_ids_bound_where_it_came_from() -> None:
    settings = load_settings(_env_file=None, sentry_dsn="https://public@sentry.example.com/1")
    assert init_sentry(settings, transport=Kept) is True
    SENT.clear()
    with kept_from_rq("deliver"), log_context(job="deliver", conversation_id=7), log_context(message_id=8):
        raise LookupError("nobody foresaw it")
    sentry_sdk.get_client().close()
    sentry_sdk.Scope.get_global_scope().set_client(None)
    (event,) = SENT
    assert event["tags"] == {"job": "deliver", "conversation_id": "7", "message_id": "8"}


def test_the_number_a_caller_gets_is_in_the_report() -> None:
    settings = load_settings(_env_file=None, sentry_dsn="https://public@sentry.example.com/1")
    assert init_sentry(settings, transport=Kept) is True
    SENT.clear()
    app = Flask("broken")
    errors.install(app)

    @app.get("/broken/<name>")
    def broken(name: str) -> str:
        raise LookupError(name)

    answer = app.test_client().get("/broken/mei")
    sentry_sdk.get_client().close()
    sentry_sdk.Scope.get_global_scope().set_client(None)
    (event,) = SENT
    assert answer.status_code == 500
    assert event["tags"] == {"path": "/broken/<name>", "correlation_id": answer.json["error"]["correlation_id"]}  # type: ignore[index]
