"""What reaches Sentry: one event per unexpected error with our ids, and nothing of what it quoted."""

from __future__ import annotations

import json
from typing import Any

import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from bot.settings import load_settings
from bot.telemetry import init_sentry, log_context, report_error

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
    assert event["exception"]["values"][0]["type"] == "ValueError"
    text = json.dumps(event, default=str)
    assert "91234567" not in text
    assert "boss" not in text
    assert "vars" not in text
