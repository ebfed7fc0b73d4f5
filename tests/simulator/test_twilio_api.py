"""Twilio's real client library talks to the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from simulator.config import SimulatorConfig
from simulator.server import Running
from tests.simulator.clients import twilio_client
from tests.simulator.conftest import ListeningApp

CUSTOMER = "whatsapp:+6580000101"
CALLBACK = "https://orders.example.test/webhooks/twilio/status"


@pytest.fixture
def client(running: Running, config: SimulatorConfig) -> Iterator[Client]:
    client = twilio_client(running.url, config)
    yield client
    client.http_client.session.close()


def send(client: Client, config: SimulatorConfig, body: str = "Hello", **more: Any) -> Any:
    arguments = {"to": CUSTOMER, "from_": config.twilio_whatsapp_from, "body": body} | more
    return client.messages.create(**arguments)


def test_created_message_can_be_fetched_and_is_one_effect_in_the_ledger(
    client: Client, running: Running, config: SimulatorConfig
) -> None:
    message = send(client, config)
    assert message.status == "queued"
    assert client.messages(message.sid).fetch().body == "Hello"
    (entry,) = running.ledger.entries(provider="twilio", operation="messages.create")
    assert (entry.effect, entry.status, entry.sent["Body"]) == (message.sid, 201, "Hello")


def test_list_finds_messages_by_recipient_and_time(running: Running, client: Client, config: SimulatorConfig) -> None:
    sid = send(client, config).sid
    send(client, config, to="whatsapp:+6580000999")
    assert running.simulator.office.idle()
    running.simulator.twilio.set_status(sid, "sent")
    hour = timedelta(hours=1)
    now = datetime.now(UTC)
    assert [found.sid for found in client.messages.list(to=CUSTOMER)] == [sid]
    assert [found.sid for found in client.messages.list(to=CUSTOMER, date_sent=now.date())] == [sid]
    assert [found.sid for found in client.messages.list(to=CUSTOMER, date_sent_after=now - hour)] == [sid]
    assert client.messages.list(to=CUSTOMER, date_sent_before=now - hour) == []
    assert client.messages.list(to=CUSTOMER, date_sent_after=now + hour) == []


def test_what_still_waits_to_be_sent_is_on_no_list_by_date(
    running: Running, client: Client, config: SimulatorConfig
) -> None:
    sid = send(client, config).sid
    assert running.simulator.office.idle()
    running.simulator.twilio.set_status(sid, "queued")
    assert client.messages.list(to=CUSTOMER, date_sent=datetime.now(UTC).date()) == []
    assert [(found.sid, found.date_sent) for found in client.messages.list(to=CUSTOMER)] == [(sid, None)]


def test_long_lists_come_in_pages_newest_first(client: Client, config: SimulatorConfig) -> None:
    sids = [send(client, config, body=str(number)).sid for number in range(5)]
    assert [found.sid for found in client.messages.list(to=CUSTOMER, page_size=2)] == sids[::-1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"body": "x" * 1601}, 21617),
        ({"body": ""}, 21619),
        ({"to": "whatsapp:12"}, 21211),
        ({"to": ""}, 21604),
        ({"from_": "whatsapp:+6581111111"}, 63007),
        ({"body": "", "content_sid": "HX1", "content_variables": "{"}, 21656),
    ],
)
def test_refused_messages_carry_twilios_error_code(
    client: Client, running: Running, config: SimulatorConfig, change: dict[str, Any], code: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        send(client, config, **change)
    assert (refused.value.code, refused.value.status) == (code, 400)
    assert running.ledger.entries(operation="messages.create")[0].effect is None


def test_wrong_token_and_unknown_message_are_refused(running: Running, config: SimulatorConfig, client: Client) -> None:
    stranger = twilio_client(running.url, config, token="wrong")
    with pytest.raises(TwilioRestException) as refused:
        send(stranger, config)
    stranger.http_client.session.close()
    assert (refused.value.code, refused.value.status) == (20003, 401)
    with pytest.raises(TwilioRestException) as missing:
        client.messages("SM" + "0" * 32).fetch()
    assert (missing.value.code, missing.value.status) == (20404, 404)


def test_content_template_is_accepted_without_a_body(client: Client, config: SimulatorConfig) -> None:
    message = send(client, config, body="", content_sid="HX" + "1" * 32, content_variables='{"1": "Your order"}')
    assert message.body == "Your order"


def test_accepted_message_reports_its_statuses_signed_and_in_order(
    client: Client, running: Running, config: SimulatorConfig, listener: ListeningApp
) -> None:
    sid = send(client, config, status_callback=CALLBACK).sid
    assert running.simulator.office.idle()
    assert [form["MessageStatus"] for form in listener.forms] == ["queued", "sent", "delivered", "read"]
    assert {form["MessageSid"] for form in listener.forms} == {sid}
    validator = RequestValidator(config.twilio_auth_token)
    for request in listener.requests:
        assert request.path == "/webhooks/twilio/status"
        assert validator.validate(CALLBACK, request.fields, request.headers["X-Twilio-Signature"])
    assert client.messages(sid).fetch().status == "read"


def test_message_may_fail_after_it_was_accepted(
    client: Client, running: Running, config: SimulatorConfig, listener: ListeningApp, http: httpx.Client
) -> None:
    http.post("/control/faults", json={"provider": "twilio", "kind": "fail_later", "code": 63016}).raise_for_status()
    sid = send(client, config, status_callback=CALLBACK).sid
    assert running.simulator.office.idle()
    assert [(form["MessageStatus"], form.get("ErrorCode")) for form in listener.forms] == [
        ("queued", None),
        ("undelivered", "63016"),
    ]
    assert client.messages(sid).fetch().error_code == 63016
