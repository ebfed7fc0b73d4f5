"""The control door: acting as a customer, misbehaving, reading the ledger, following the chats."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from twilio.request_validator import RequestValidator

from simulator.config import SimulatorConfig
from simulator.server import Running
from tests.simulator.clients import twilio_client
from tests.simulator.conftest import ListeningApp

PHONE = "+6580000101"


def post(http: httpx.Client, path: str, body: Any, status: int = 200) -> Any:
    answer = http.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def create(http: httpx.Client, config: SimulatorConfig, body: str = "Hello") -> httpx.Response:
    path = f"/2010-04-01/Accounts/{config.twilio_account_sid}/Messages.json"
    form = {"To": f"whatsapp:{PHONE}", "From": config.twilio_whatsapp_from, "Body": body}
    return http.post(path, data=form, auth=(config.twilio_account_sid, config.twilio_auth_token))


def test_inbound_whatsapp_message_is_signed_for_the_public_address(
    http: httpx.Client, config: SimulatorConfig, listener: ListeningApp
) -> None:
    sent = post(http, "/control/send/twilio", {"from": PHONE, "body": "10 pizza boxes ≈ 披萨", "profile_name": "Mei"})
    (request,) = listener.requests
    assert request.path == "/webhooks/twilio"
    assert request.fields["MessageSid"] == sent["id"]
    assert (request.fields["From"], request.fields["WaId"]) == ("whatsapp:+6580000101", "6580000101")
    url = "https://orders.example.test/webhooks/twilio"
    assert RequestValidator(config.twilio_auth_token).validate(
        url, request.fields, request.headers["X-Twilio-Signature"]
    )


def test_media_button_and_place_have_their_fields(http: httpx.Client, listener: ListeningApp) -> None:
    post(http, "/control/send/twilio", {"from": PHONE, "media": ["image/jpeg", "application/pdf"]})
    post(http, "/control/send/twilio", {"from": PHONE, "button_text": "Yes", "button_payload": "yes:1"})
    post(http, "/control/send/twilio", {"from": PHONE, "latitude": "1.37", "longitude": "103.95"})
    media, button, place = listener.forms
    assert media["NumMedia"] == "2"
    assert media["MediaUrl1"].startswith("https://api.twilio.com/2010-04-01/Accounts/AC")
    assert (button["ButtonPayload"], button["Body"]) == ("yes:1", "Yes")
    assert place["Latitude"] == "1.37"


def test_body_over_the_limit_is_cut_and_marked(http: httpx.Client, listener: ListeningApp) -> None:
    post(http, "/control/send/twilio", {"from": PHONE, "body": "x" * 1700})
    assert (len(listener.forms[0]["Body"]), listener.forms[0]["ErrorCode"]) == (1600, "21617")


def test_telegram_update_carries_the_secret_and_rising_ids(
    http: httpx.Client, config: SimulatorConfig, listener: ListeningApp
) -> None:
    post(http, "/control/send/telegram", {"user_id": 42, "text": "/start"})
    post(http, "/control/send/telegram", {"user_id": 42, "contact": {"phone_number": PHONE, "user_id": 42}})
    first, second = (request.json for request in listener.requests)
    assert first["update_id"] < second["update_id"]
    assert first["message"]["entities"][0]["type"] == "bot_command"
    assert second["message"]["contact"]["phone_number"] == PHONE
    assert {request.headers["X-Telegram-Bot-Api-Secret-Token"] for request in listener.requests} == {
        config.telegram_webhook_secret
    }


def test_telegram_repeats_an_update_until_it_is_taken(
    http: httpx.Client, listener: ListeningApp, running: Running
) -> None:
    listener.refuse_first = 2
    assert post(http, "/control/send/telegram", {"user_id": 42, "text": "hi"})["ok"]
    assert len({request.json["update_id"] for request in listener.requests}) == 1
    assert [entry.status for entry in running.ledger.entries(kind="webhook")] == [503, 503, 200]


def test_twilio_does_not_repeat_a_refused_webhook(http: httpx.Client, listener: ListeningApp) -> None:
    listener.status = 500
    sent = post(http, "/control/send/twilio", {"from": PHONE, "body": "hi"})
    assert (sent["ok"], sent["statuses"], len(listener.requests)) == (False, [500], 1)


def test_copies_are_posted_over_several_connections(http: httpx.Client, listener: ListeningApp) -> None:
    sent = post(http, "/control/send/twilio", {"from": PHONE, "body": "hi", "copies": 20, "connections": 4})
    assert sent["statuses"] == [200] * 20
    assert {form["MessageSid"] for form in listener.forms} == {sent["id"]}


def test_webhook_without_waiting_is_still_posted(http: httpx.Client, listener: ListeningApp, running: Running) -> None:
    sent = post(http, "/control/send/twilio", {"from": PHONE, "body": "hi", "wait": False})
    assert running.simulator.office.idle()
    assert [form["MessageSid"] for form in listener.forms] == [sent["id"]]


def test_duplicated_webhook_arrives_as_often_as_told(http: httpx.Client, listener: ListeningApp) -> None:
    fault = {"provider": "twilio", "operation": "webhook", "kind": "duplicate", "times": 3}
    post(http, "/control/faults", fault)
    post(http, "/control/send/twilio", {"from": PHONE, "body": "hi"})
    post(http, "/control/send/twilio", {"from": PHONE, "body": "again"})
    assert [form["Body"] for form in listener.forms] == ["hi", "hi", "hi", "again"]


def test_reordered_webhook_is_overtaken_by_the_next(
    http: httpx.Client, listener: ListeningApp, running: Running
) -> None:
    post(http, "/control/faults", {"provider": "twilio", "operation": "webhook", "kind": "reorder"})
    post(http, "/control/send/twilio", {"from": PHONE, "body": "first", "wait": False})
    while running.faults.rules():  # the first one has met its fault: it is being held
        pass
    post(http, "/control/send/twilio", {"from": PHONE, "body": "second"})
    assert running.simulator.office.idle()
    assert [form["Body"] for form in listener.forms] == ["second", "first"]


def test_dropped_after_acceptance_is_an_effect_without_an_answer(
    http: httpx.Client, running: Running, config: SimulatorConfig
) -> None:
    post(http, "/control/faults", {"provider": "twilio", "operation": "messages.create", "kind": "accept_then_drop"})
    with pytest.raises(httpx.TransportError):
        create(http, config)
    (entry,) = running.ledger.entries(operation="messages.create")
    assert (entry.status, entry.effect is not None, entry.fault) == (None, True, "accept_then_drop")
    client = twilio_client(running.url, config)
    assert [message.sid for message in client.messages.list(to=f"whatsapp:{PHONE}")] == [entry.effect]
    client.http_client.session.close()


def test_stalled_after_acceptance_keeps_the_caller_waiting(
    http: httpx.Client, running: Running, config: SimulatorConfig
) -> None:
    fault = {"provider": "twilio", "kind": "accept_then_stall", "delay_s": 30}
    post(http, "/control/faults", fault)
    http.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        create(http, config)
    assert running.ledger.entries(operation="messages.create")[0].effect


def test_errors_strike_in_the_order_in_which_they_were_asked_for(http: httpx.Client, config: SimulatorConfig) -> None:
    faults = [
        {"provider": "twilio", "kind": "error", "status": 429, "retry_after_s": 3, "count": 2},
        {"provider": "twilio", "kind": "error", "status": 400, "code": 63024, "message": "Invalid recipient"},
    ]
    post(http, "/control/faults", {"faults": faults})
    answers = [create(http, config) for _ in range(4)]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers[:3]] == [
        (429, 20429),
        (429, 20429),
        (400, 63024),
    ]
    assert answers[0].headers["Retry-After"] == "3"
    assert answers[3].status_code == 201
    assert http.get("/control/faults").json() == {"faults": []}


def test_probability_is_drawn_from_the_seed(http: httpx.Client, config: SimulatorConfig) -> None:
    def statuses() -> list[int]:
        fault = {"provider": "twilio", "kind": "error", "status": 500, "count": None, "probability": 0.5}
        post(http, "/control/faults", {"seed": 7, "faults": [fault]})
        found = [create(http, config).status_code for _ in range(12)]
        http.delete("/control/faults")
        return found

    first = statuses()
    assert set(first) == {201, 500}
    assert statuses() == first


def test_bad_requests_are_told_what_is_wrong(http: httpx.Client) -> None:
    assert "kind is one of delay, error" in post(http, "/control/faults", {"kind": "explode"}, 400)["error"]
    assert "unknown fields colour" in post(http, "/control/faults", {"kind": "cut", "colour": 1}, 400)["error"]
    assert "`from` is missing" in post(http, "/control/send/twilio", {"body": "hi"}, 400)["error"]
    assert "cannot build that" in post(http, "/control/send/telegram", {"user_id": 1, "nose": 2}, 400)["error"]
    assert http.post("/control/reset", content="x=1").status_code == 415
    assert http.get("/nowhere").status_code == 404


def test_ledger_filters_waits_and_resets(http: httpx.Client, config: SimulatorConfig) -> None:
    create(http, config)
    post(http, "/control/send/twilio", {"from": PHONE, "body": "hi"})
    calls = http.get("/control/ledger", params={"kind": "call", "count": 1, "wait_s": 5}).json()
    assert [entry["operation"] for entry in calls["entries"]] == ["messages.create"]
    assert http.get("/control/ledger", params={"after": calls["last_id"]}).json()["entries"] == []
    post(http, "/control/reset", {})
    assert http.get("/control/ledger").json()["entries"] == []


def test_reset_drops_what_is_still_to_be_posted(
    http: httpx.Client, listener: ListeningApp, config: SimulatorConfig, running: Running
) -> None:
    listener.status = 503
    slow = replace(config, telegram_retry_pause_s=60)
    running.simulator.from_telegram.config = slow
    post(http, "/control/send/telegram", {"user_id": 42, "text": "hi", "wait": False})
    assert running.ledger.wait_for(1, timeout_s=5, kind="webhook")
    post(http, "/control/reset", {})
    assert running.simulator.office.idle(0)
    assert running.ledger.entries() == []


def test_behaviour_can_be_changed_while_it_runs(
    http: httpx.Client, listener: ListeningApp, config: SimulatorConfig, running: Running
) -> None:
    post(http, "/control/config", {"twilio_retry_all": True, "twilio_retries": 2, "twilio_retry_pause_s": 0})
    listener.refuse_first = 1
    assert post(http, "/control/send/twilio", {"from": PHONE, "body": "hi"})["ok"]
    assert [entry.status for entry in running.ledger.entries(kind="webhook")] == [503, 200]
    assert "unknown settings colour" in post(http, "/control/config", {"colour": 1}, 400)["error"]


def test_chats_tell_the_conversation_as_the_customer_sees_it(http: httpx.Client, config: SimulatorConfig) -> None:
    post(http, "/control/send/twilio", {"from": PHONE, "body": "10 boxes"})
    create(http, config, "Noted")
    post(http, "/control/send/telegram", {"user_id": 42, "text": "hello"})
    markup = json.dumps({"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]})
    http.post(
        f"/bot{config.telegram_bot_token}/sendMessage", data={"chat_id": 42, "text": "Ok?", "reply_markup": markup}
    )
    told = http.get("/control/chats").json()
    assert [(event["chat"], event["kind"], event["text"]) for event in told["events"]] == [
        ("whatsapp:+6580000101", "in", "10 boxes"),
        ("whatsapp:+6580000101", "out", "Noted"),
        ("telegram:42", "in", "hello"),
        ("telegram:42", "out", "Ok?"),
    ]
    assert told["events"][3]["markup"]["inline_keyboard"][0][0]["text"] == "Yes"
    assert http.get("/control/chats", params={"after": told["cursor"]}).json()["events"] == []
    post(http, "/control/reset", {})
    assert http.get("/control/chats").json()["epoch"] != told["epoch"]
