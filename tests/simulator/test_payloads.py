"""What the stand-ins post is what the providers' own libraries, and the app's own readers, understand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update
from twilio.request_validator import RequestValidator

from bot.channels.base import MessageKind
from bot.channels.telegram import read_update
from bot.channels.twilio import read_form
from bot.settings import load_settings
from simulator.config import SimulatorConfig
from simulator.telegram import build_update
from simulator.twilio import build_form, build_status_form, sign

CONFIG = SimulatorConfig()
SETTINGS = load_settings(
    _env_file=None,
    twilio_account_sid=CONFIG.twilio_account_sid,
    twilio_auth_token="a-token-of-a-test",
    twilio_whatsapp_from=CONFIG.twilio_whatsapp_from,
)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
PHONE = "+6580000101"

UPDATES: list[tuple[dict[str, Any], MessageKind]] = [
    ({"text": "2 ctn 10in box"}, MessageKind.TEXT),
    ({"contact": {"phone_number": PHONE, "user_id": 42}}, MessageKind.CONTACT),
    ({"callback_data": "yes:1", "pressed_message_id": 7}, MessageKind.BUTTON),
    ({"text": "3 ctn", "edit_of": 7}, MessageKind.EDIT),
    ({"photo": True, "caption": "this one"}, MessageKind.IMAGE),
    ({"voice": True}, MessageKind.VOICE),
    ({"document": "order.pdf"}, MessageKind.DOCUMENT),
    ({"sticker": "👍"}, MessageKind.STICKER),
    ({"location": (1.37, 103.95)}, MessageKind.LOCATION),
    ({"reaction": "❤", "reaction_to": 7}, MessageKind.REACTION),
    ({"text": "yes", "replied_to": 7}, MessageKind.TEXT),
]


@pytest.mark.parametrize(("content", "kind"), UPDATES, ids=[kind.value for _, kind in UPDATES])
def test_telegram_reads_every_kind_of_update(content: dict[str, Any], kind: MessageKind) -> None:
    update = build_update(42, **content)
    read = Update.de_json(update, None)
    assert read.update_id == update["update_id"]
    assert read.effective_user.id == 42
    incoming = read_update(update, "1000000000", NOW)
    assert (incoming.kind, incoming.address, incoming.ignored) == (kind, "42", None)


FORMS: list[tuple[dict[str, Any], MessageKind]] = [
    ({"body": "2 ctn 10in box"}, MessageKind.TEXT),
    ({"media": ["image/jpeg"]}, MessageKind.IMAGE),
    ({"media": ["audio/ogg"]}, MessageKind.VOICE),
    ({"media": ["application/pdf"]}, MessageKind.DOCUMENT),
    ({"button_text": "Yes", "button_payload": "yes:1"}, MessageKind.BUTTON),
    ({"list_id": "2", "list_title": "White"}, MessageKind.BUTTON),
    ({"latitude": "1.37", "longitude": "103.95"}, MessageKind.LOCATION),
    ({"extra": {"MessageType": "reaction"}}, MessageKind.REACTION),
]


@pytest.mark.parametrize(("content", "kind"), FORMS, ids=[f"{kind.value}-{i}" for i, (_, kind) in enumerate(FORMS)])
def test_the_app_reads_every_kind_of_form(content: dict[str, Any], kind: MessageKind) -> None:
    incoming = read_form(build_form(CONFIG, PHONE, **content), SETTINGS, NOW)
    assert (incoming.kind, incoming.address) == (kind, PHONE)


def test_sender_without_a_phone_has_a_scoped_id() -> None:
    form = build_form(CONFIG, "", "hi", bsuid="SG.1234abcd")
    assert (form["From"], form["ExternalUserId"], form["WaId"]) == ("whatsapp:SG.1234abcd", "SG.1234abcd", "")


def test_failed_status_carries_its_error_code() -> None:
    assert build_status_form(CONFIG, "SM1", PHONE, "undelivered", 63016)["ErrorCode"] == "63016"
    assert "ErrorCode" not in build_status_form(CONFIG, "SM1", PHONE, "delivered")


def test_update_ids_only_rise() -> None:
    ids = [build_update(42, "hi")["update_id"] for _ in range(5)]
    assert ids == sorted(set(ids))
    assert build_update(42, "hi", update_id=5)["update_id"] == 5


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=40), max_size=8))
def test_twilios_validator_accepts_every_signature(params: dict[str, str]) -> None:
    url = "https://orders.example.test/webhooks/twilio"
    try:
        signature = sign("token", url, params)
    except UnicodeEncodeError:
        return  # a lone surrogate can be in no HTTP form
    assert RequestValidator("token").validate(url, params, signature)
