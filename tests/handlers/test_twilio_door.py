"""Bad input at Twilio's door, one test id each, and what must be taken."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from werkzeug.test import TestResponse

from bot.runtime import Runtime
from bot.settings import Settings
from handlers import create_app
from simulator import twilio
from simulator.config import SimulatorConfig
from simulator.server import Running
from tests.conftest import Shop

PATH = "/webhooks/twilio"
STATUS = "/webhooks/twilio/status"
PHONE = "+6580000101"
FORM = "application/x-www-form-urlencoded"
SECRETS = re.compile(r"Traceback|File \"|simulator-twilio-token|psycopg2|sqlalchemy", re.IGNORECASE)


class Door:
    """Posts forms as Twilio would, or not quite."""

    def __init__(self, client: FlaskClient, settings: Settings) -> None:
        self.client, self.settings = client, settings
        self.config = SimulatorConfig.from_settings(settings)

    def form(self, body: str = "10 cartons", **fields: str) -> dict[str, str]:
        return twilio.build_form(self.config, PHONE, body) | fields

    def sign(self, form: dict[str, str], path: str = PATH, token: str = "", base: str = "") -> str:
        return twilio.sign(token or self.config.twilio_auth_token, (base or self.config.public_url) + path, form)

    def post(
        self, form: dict[str, str], *, path: str = PATH, signature: str | None = "", content_type: str = FORM,
        headers: dict[str, str] | None = None, raw: bytes | None = None,
    ) -> TestResponse:  # fmt: skip
        """`signature` "" means the right one, None none at all."""
        given = self.sign(form, path) if signature == "" else signature
        sent = (headers or {}) | ({} if given is None else {"X-Twilio-Signature": given})
        body = urlencode(form).encode() if raw is None else raw
        began = time.monotonic()
        answer = self.client.post(path, data=body, content_type=content_type, headers=sent)
        assert time.monotonic() - began < 5
        assert not SECRETS.search(answer.get_data(as_text=True))
        assert answer.status_code < 500
        return answer


@pytest.fixture
def door(client: FlaskClient, settings: Settings) -> Door:
    return Door(client, settings)


def recorded(shop: Shop) -> int:
    return int(str(shop.one("SELECT count(*) FROM conversation_messages WHERE direction = 'inbound'")))


def test_a_signed_message_is_recorded_and_answered_with_an_empty_response(door: Door, shop: Shop) -> None:
    answer = door.post(door.form("2 cartons of boxes"))
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.get_data(as_text=True).endswith("<Response></Response>")
    assert shop.rows("SELECT content, state FROM conversation_messages") == [("2 cartons of boxes", "received")]


BAD_SIGNATURES = {
    "D1-missing": None,
    "D2-wrong": base64.b64encode(b"x" * 20).decode(),
    "D2-empty": " ",
    "D2-100-kB": "A" * 100_000,
    "D2-not-ascii": "sign\u00e4ture",
}


@pytest.mark.parametrize("signature", BAD_SIGNATURES.values(), ids=BAD_SIGNATURES.keys())
def test_a_request_that_twilio_did_not_sign_writes_nothing(door: Door, shop: Shop, signature: str | None) -> None:
    assert door.post(door.form(), signature=signature).status_code == 403
    assert recorded(shop) == 0


def test_forwarded_headers_decide_nothing_the_configured_address_does(
    door: Door, runtime: Runtime, settings: Settings, shop: Shop
) -> None:
    public = create_app(_with(runtime, settings, public_url="https://orders.example.com"))
    behind = Door(public.test_client(), settings)
    form = behind.form()
    signature = behind.sign(form, base="https://orders.example.com")
    assert behind.post(form, signature=signature).status_code == 200
    spoofed = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example.com"}
    other = behind.form()
    elsewhere = behind.sign(other, base="https://evil.example.com")
    assert behind.post(other, signature=elsewhere, headers=spoofed).status_code == 403
    assert recorded(shop) == 1


def test_the_secondary_token_is_taken_during_rotation(
    door: Door, runtime: Runtime, settings: Settings, shop: Shop
) -> None:
    rotating = create_app(_with(runtime, settings, twilio_auth_token_secondary=SecretStr("the-token-of-before")))
    client = Door(rotating.test_client(), settings)
    form = client.form()
    assert client.post(form, signature=client.sign(form, token="the-token-of-before")).status_code == 200
    assert client.post(client.form(), signature=client.sign(form, token="never-a-token")).status_code == 403


def test_a_json_body_is_no_form(door: Door, shop: Shop) -> None:
    raw = json.dumps(door.form()).encode()
    assert door.post({}, raw=raw, content_type="application/json").status_code == 415
    assert door.post({}, raw=b"\xff\xfe\x00", content_type="application/octet-stream").status_code == 415
    assert recorded(shop) == 0


def test_the_body_hash_in_the_address_is_checked_for_forms_too(door: Door, shop: Shop) -> None:
    form = door.form()
    right = hashlib.sha256(urlencode(form).encode()).hexdigest()
    for claimed, status in ((right, 200), ("0" * 64, 403)):
        path = f"{PATH}?bodySHA256={claimed}"
        assert door.post(form, path=path).status_code == status
    assert recorded(shop) == 1


def test_unknown_parameters_are_ignored_and_repeated_ones_do_not_confuse(door: Door, shop: Shop) -> None:
    assert door.post(door.form(Surprise="yes")).status_code == 200
    form = door.form()
    raw = urlencode([*form.items(), ("Body", "again")]).encode()
    assert door.post(form, raw=raw).status_code == 403, "what was signed is not what was sent"
    assert recorded(shop) == 1


@pytest.mark.parametrize("sid", ["SM123", "XX" + "0" * 32, "SM" + "G" * 32, "SM" + "0" * 33, "1; DROP TABLE orders"])
def test_an_id_that_is_not_of_twilios_shape_is_refused(door: Door, shop: Shop, sid: str) -> None:
    assert door.post(door.form(MessageSid=sid)).status_code == 400
    assert recorded(shop) == 0


@pytest.mark.parametrize(
    "fields", [{"AccountSid": "AC" + "9" * 32}, {"To": "whatsapp:+6599999999"}], ids=["D8-account", "D8-to"]
)
def test_a_signed_message_that_is_not_for_us_is_refused(door: Door, shop: Shop, fields: dict[str, str]) -> None:
    assert door.post(door.form(**fields)).status_code == 403
    assert recorded(shop) == 0


def test_a_megabyte_and_sixty_thousand_parameters_are_too_much(door: Door, shop: Shop) -> None:
    assert door.post(door.form() | {"Body": "x" * 1_000_000}).status_code == 413
    many = door.form(**{f"p{number}": "" for number in range(60_000)})
    assert door.post(many, signature="x").status_code in (400, 413)
    assert door.post(door.form(**{f"p{n}": "1" for n in range(250)})).status_code == 400
    assert recorded(shop) == 0


def test_other_encodings_and_methods_are_refused(door: Door, shop: Shop) -> None:
    form = door.form()
    assert door.post(form, headers={"Content-Encoding": "gzip"}).status_code == 415
    assert door.post(form, content_type="multipart/form-data; boundary=x").status_code == 415
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert door.client.open(PATH, method=method).status_code == 405
    assert recorded(shop) == 0


def test_a_captured_request_played_again_much_later_has_no_effect(door: Door, shop: Shop) -> None:
    form = door.form("5 cartons of boxes")
    assert door.post(form).status_code == 200
    with shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE contacts SET last_inbound_at = now() - interval '90 days'")
        connection.exec_driver_sql("UPDATE conversation_messages SET state = 'answered'")
        connection.exec_driver_sql("UPDATE conversations SET due_at = NULL")
    before = shop.rows("SELECT due_at, rung_at FROM conversations"), shop.rows("SELECT last_inbound_at FROM contacts")
    assert door.post(form).status_code == 200
    after = shop.rows("SELECT due_at, rung_at FROM conversations"), shop.rows("SELECT last_inbound_at FROM contacts")
    assert before == after
    assert recorded(shop) == 1


@pytest.mark.parametrize("missing", ["From", "Body", "MessageSid", "To", "AccountSid"])
def test_a_missing_parameter_is_named(door: Door, shop: Shop, missing: str) -> None:
    form = {name: value for name, value in door.form().items() if name != missing}
    answer = door.post(form)
    assert answer.status_code == 400
    assert missing in answer.get_data(as_text=True)
    assert recorded(shop) == 0


@pytest.mark.parametrize("count", ["-1", "9999", "x", ""])
def test_a_count_of_media_that_makes_no_sense_is_refused(door: Door, count: str) -> None:
    assert door.post(door.form(NumMedia=count)).status_code == 400


def test_media_are_capped_at_ten(door: Door, shop: Shop) -> None:
    media = {f"MediaUrl{n}": f"https://api.twilio.com/m/{n}" for n in range(30)}
    types = {f"MediaContentType{n}": "image/png" for n in range(30)}
    assert door.post(door.form(NumMedia="30", **media, **types)).status_code == 200
    assert shop.one("SELECT jsonb_array_length(payload -> 'media') FROM conversation_messages") == 10


SENDERS = {"business-scoped-id": "whatsapp:SG.a1B2c3", "zero": "whatsapp:+0", "40-digits": "whatsapp:+" + "6" * 40}


@pytest.mark.parametrize("sender", SENDERS.values(), ids=SENDERS.keys())
def test_an_odd_sender_is_an_address_like_any_other(door: Door, shop: Shop, sender: str) -> None:
    assert door.post(door.form(From=sender)).status_code == 200
    assert shop.one("SELECT address FROM contacts ORDER BY id DESC LIMIT 1") == sender.removeprefix("whatsapp:")


@pytest.mark.parametrize("sender", ["whatsapp:", "sms:+6580000101", "whatsapp:+65 8000 0101", "whatsapp:<script>"])
def test_a_sender_that_is_no_address_is_refused(door: Door, shop: Shop, sender: str) -> None:
    assert door.post(door.form(From=sender)).status_code == 400
    assert recorded(shop) == 0


BODIES = {"empty": "", "spaces": "   ", "emoji": "👍🏽🍕", "1600": "x" * 1600}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_every_length_of_text_is_recorded(door: Door, shop: Shop, body: str) -> None:
    assert door.post(door.form(body)).status_code == 200
    assert shop.one("SELECT content FROM conversation_messages") == body


STRANGE = {
    "nul": ("a\x00b", "ab"),
    "rtl-override": ("\u202eabc", "\u202eabc"),
    "zero-width": ("k\u200bopi", "k\u200bopi"),
    "combining": ("e" + "\u0301" * 1000, None),
    "decomposed": ("cafe\u0301", "caf\u00e9"),
}


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE.keys())
def test_strange_text_is_stored_without_nul_and_composed(
    door: Door, shop: Shop, strange: tuple[str, str | None]
) -> None:
    body, stored = strange
    fields = {"ProfileName": body[:200], "ButtonPayload": body[:60], "Label": body, "MediaUrl0": body, "NumMedia": "1"}
    assert door.post(door.form(body, **fields)).status_code == 200
    content = str(shop.one("SELECT content FROM conversation_messages"))
    assert "\x00" not in content
    assert stored is None or content == stored


def test_bytes_that_are_no_utf8_do_no_harm(door: Door, shop: Shop) -> None:
    form = door.form("x")
    raw = urlencode(form).encode().replace(b"Body=x", b"Body=%ED%A0%80%FF")
    assert door.post(form, raw=raw).status_code in (200, 400, 403)


def test_a_button_of_somebody_else_or_typed_by_hand_is_recorded_as_a_press_without_authority(
    door: Door, shop: Shop
) -> None:
    assert door.post(door.form(ButtonText="Yes", ButtonPayload="q999:1")).status_code == 200
    assert shop.rows("SELECT kind, payload ->> 'data' FROM conversation_messages") == [("button", "q999:1")]


STATUSES = {
    "unknown-sid": ({}, 200),
    "hacked": ({"MessageStatus": "hacked"}, 200),
    "error-in-words": ({"ErrorCode": "no; DROP TABLE"}, 400),
    "sid-of-another-shape": ({"MessageSid": "SM1"}, 400),
}


@pytest.mark.parametrize("row", STATUSES.values(), ids=STATUSES.keys())
def test_a_receipt_for_nothing_of_ours_changes_nothing(door: Door, shop: Shop, row: tuple[dict[str, str], int]) -> None:
    changes, status = row
    form = twilio.build_status_form(door.config, twilio.new_sid(), PHONE, "delivered") | changes
    assert door.post(form, path=STATUS).status_code == status
    assert recorded(shop) == 0


def test_a_thousand_copies_over_sixteen_connections_are_one_message(shop: Shop, simulator: Running) -> None:
    form = twilio.build_form(simulator.simulator.config, PHONE, "100 x 10 inch pizza boxes")
    sent = simulator.simulator.from_whatsapp.send(form, copies=1000, connections=16)
    assert set(sent.statuses) == {200}
    assert recorded(shop) == 1


def test_the_same_id_with_another_body_keeps_the_first(door: Door, shop: Shop) -> None:
    form = door.form("5 cartons")
    assert door.post(form).status_code == 200
    assert door.post(form | {"Body": "500 cartons"}).status_code == 200
    assert shop.rows("SELECT content FROM conversation_messages") == [("5 cartons",)]


def test_a_webhook_is_answered_when_redis_is_away(runtime: Runtime, settings: Settings, shop: Shop) -> None:
    nowhere = create_app(_with(runtime, settings, redis_url=SecretStr("redis://127.0.0.1:1/0")))
    away = Door(nowhere.test_client(), settings)
    began = time.monotonic()
    assert [away.post(away.form()).status_code for _ in range(5)] == [200] * 5
    assert time.monotonic() - began < 3
    assert recorded(shop) == 5


def test_a_webhook_is_503_when_the_database_is_away(runtime: Runtime, settings: Settings, client: FlaskClient) -> None:
    url = "postgresql+psycopg2://tria:x@127.0.0.1:1/tria"
    lost = Door(create_app(_with(runtime, settings, database_url=url)).test_client(), settings)
    form = lost.form()
    began = time.monotonic()
    answer = lost.client.post(PATH, data=form, headers={"X-Twilio-Signature": lost.sign(form)})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert time.monotonic() - began < 3


def test_what_a_machine_writes_beyond_thirty_in_ten_seconds_waits_to_be_told_of(door: Door, shop: Shop) -> None:
    for number in range(35):
        assert door.post(door.form(f"{number} boxes")).status_code == 200
    states = shop.rows("SELECT state, reason, count(*) FROM conversation_messages GROUP BY 1, 2 ORDER BY 3 DESC")
    assert states == [("received", None, 30), ("received", "flood", 5)]
    other = door.form() | {"From": "whatsapp:+6580000150"}
    assert door.post(other).status_code == 200
    assert shop.one("SELECT state FROM conversation_messages ORDER BY id DESC LIMIT 1") == "received"


def _with(runtime: Runtime, settings: Settings, **changes: object) -> Runtime:
    return replace(runtime, settings=settings.model_copy(update=changes))
