"""Bad input at Telegram's door: each is refused or ignored in words, and nothing of it is logged."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.settings import Settings
from simulator import telegram
from tests.conftest import Shop

PATH = "/webhooks/telegram"
USER = 7_001
SECRETS = re.compile(r"Traceback|File \"|simulator-telegram|psycopg2|sqlalchemy", re.IGNORECASE)


class Door:
    def __init__(self, client: FlaskClient, settings: Settings) -> None:
        self.client = client
        self.secret = settings.telegram_webhook_secret.get_secret_value()

    def post(
        self, update: Any, *, headers: list[tuple[str, str]] | None = None, raw: bytes | None = None
    ) -> TestResponse:
        given = [(telegram.SECRET_HEADER, self.secret)] if headers is None else headers
        body = json.dumps(update).encode() if raw is None else raw
        answer = self.client.post(PATH, data=body, content_type="application/json", headers=given)
        assert answer.status_code < 500
        assert not SECRETS.search(answer.get_data(as_text=True))
        return answer


@pytest.fixture
def door(client: FlaskClient, settings: Settings) -> Door:
    return Door(client, settings)


def rows(shop: Shop) -> list[tuple[object, ...]]:
    return shop.rows("SELECT kind, state, reason FROM conversation_messages ORDER BY id")


def test_a_message_with_the_secret_is_recorded(door: Door, shop: Shop) -> None:
    assert door.post(telegram.build_update(USER, "2 cartons")).status_code == 200
    assert shop.rows("SELECT content, state FROM conversation_messages") == [("2 cartons", "received")]


NAME = telegram.SECRET_HEADER
HEADERS = {
    "none": [],
    "wrong": [(NAME, "wrong")],
    "empty": [(NAME, "")],
    "near-miss": [(NAME, "simulator-telegram-secreT")],
    "two": [(NAME, "simulator-telegram-secret"), (NAME, "simulator-telegram-secret")],
}


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
def test_without_the_one_right_secret_nothing_is_written(
    door: Door, shop: Shop, headers: list[tuple[str, str]]
) -> None:
    assert door.post(telegram.build_update(USER, "x"), headers=headers).status_code == 403
    assert rows(shop) == []


BODIES = {
    "not-json": b"hello", "empty": b"", "null": b"null", "list": b"[]", "deep": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "nan": b'{"update_id": NaN}', "long-integer": b'{"update_id": ' + b"9" * 5000 + b"}",
    "key-twice": b'{"update_id": 1, "update_id": 2}', "bad-utf8": b'{"update_id": "\xff"}', "bom": b"\xef\xbb\xbf{}",
}  # fmt: skip


@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_no_update_is_refused_and_after_three_times_kept_aside(
    door: Door, shop: Shop, raw: bytes
) -> None:
    statuses = [door.post(None, raw=raw).status_code for _ in range(5)]
    assert statuses == [400, 400, 400, 200, 200]
    assert shop.rows("SELECT kind, attempts FROM failures") == [("webhook", 5)]
    assert rows(shop) == []


IDS: dict[str, Any] = {"missing": None, "string": "7", "negative": -1, "too-big": 2**63, "float": 1.5, "true": True}


@pytest.mark.parametrize("update_id", IDS.values(), ids=IDS.keys())
def test_an_update_id_that_is_none_is_refused(door: Door, shop: Shop, update_id: Any) -> None:
    update = telegram.build_update(USER, "x") | {"update_id": update_id}
    assert door.post(update).status_code == 400
    assert rows(shop) == []


def test_a_repeated_id_is_one_message_and_ids_may_jump_down(door: Door, shop: Shop) -> None:
    for update_id in (10**9, 10**9, 5):
        assert door.post(telegram.build_update(USER, "2 cartons", update_id=update_id)).status_code == 200
    bot = shop.runtime.settings.telegram_bot_token.get_secret_value().partition(":")[0]
    found = shop.rows("SELECT provider_id FROM conversation_messages ORDER BY id")
    assert found == [(f"{bot}:1000000000",), (f"{bot}:5",)]


@pytest.mark.parametrize("kind", ["channel_post", "poll", "my_chat_member", "inline_query", "something_new"])
def test_kinds_of_update_that_are_no_message_are_taken_and_ignored(door: Door, shop: Shop, kind: str) -> None:
    assert door.post({"update_id": 77, kind: {"id": 1}}).status_code == 200
    assert rows(shop) == [("unsupported", "ignored", "update_kind")]


def test_an_edit_is_a_message_of_its_own_kind(door: Door, shop: Shop) -> None:
    assert door.post(telegram.build_update(USER, "3 cartons", edit_of=5)).status_code == 200
    assert rows(shop) == [("edit", "received", None)]


def _changed(**changes: Any) -> dict[str, Any]:
    update = telegram.build_update(USER, "2 cartons")
    update["message"] |= changes
    return update


NOT_ORDERS: dict[str, tuple[dict[str, Any], str]] = {
    "no-sender": (_changed(**{"from": None}), "from_bot"),
    "a-bot": (_changed(**{"from": {"id": 9, "is_bot": True, "first_name": "b"}}), "from_bot"),
    "group": (_changed(chat={"id": -5, "type": "group"}), "not_private"),
    "via-bot": (_changed(via_bot={"id": 9, "is_bot": True, "first_name": "b"}), "from_bot"),
}


@pytest.mark.parametrize("row", NOT_ORDERS.values(), ids=NOT_ORDERS.keys())
def test_a_message_that_no_customer_wrote_to_us_is_never_an_order(
    door: Door, shop: Shop, row: tuple[dict[str, Any], str]
) -> None:
    update, reason = row
    assert door.post(update).status_code == 200
    assert rows(shop) == [("text", "ignored", reason)]


def test_a_forwarded_message_is_marked(door: Door, shop: Shop) -> None:
    assert door.post(_changed(forward_origin={"type": "user"})).status_code == 200
    assert shop.one("SELECT payload ->> 'forwarded' FROM conversation_messages") == "true"


CONTACTS = {
    "somebody-else": {"phone_number": "+6580000101", "user_id": USER + 1},
    "no-user-id": {"phone_number": "+6580000101"},
    "letters": {"phone_number": "+65-9123-HELP", "user_id": USER},
    "nul": {"phone_number": "\x00+6580000101", "user_id": USER + 1},
}


@pytest.mark.parametrize("contact", CONTACTS.values(), ids=CONTACTS.keys())
def test_a_contact_that_is_not_the_senders_own_is_recorded_and_binds_nothing(
    door: Door, shop: Shop, contact: dict[str, Any]
) -> None:
    assert door.post(telegram.build_update(USER, contact=contact)).status_code == 200
    assert (
        shop.one(
            "SELECT count(*) FROM contact_outlets b JOIN contacts k ON k.id = b.contact_id AND k.channel = 'telegram'"
        )
        == 0
    )


def test_callback_data_over_64_bytes_presses_nothing(door: Door, shop: Shop) -> None:
    assert door.post(telegram.build_update(USER, callback_data="x" * 65)).status_code == 200
    assert rows(shop) == [("unsupported", "ignored", "malformed")]


ODD: dict[str, dict[str, Any]] = {
    "reaction-count": {
        "message_reaction": {"chat": {"id": 1, "type": "private"}, "date": "soon", "new_reaction": "👍"}
    },
    "edit-without-chat": {"edited_message": {"message_id": 4, "date": 1}},
    "press-without-sender": {"callback_query": {"id": "1", "data": "q1:1"}},
    "message-is-a-list": {"message": [1, 2]},
}


@pytest.mark.parametrize("kind", ODD.values(), ids=ODD.keys())
def test_a_known_kind_in_a_form_that_nobody_knows_is_taken_once_and_shown_to_operators(
    door: Door, shop: Shop, kind: dict[str, Any]
) -> None:
    """Telegram repeats whatever gets another answer, and holds back what comes after it."""
    assert door.post({"update_id": 91} | kind).status_code == 200
    assert rows(shop) == [("unsupported", "ignored", "malformed")]
    assert shop.rows("SELECT kind, attempts FROM failures") == [("webhook", 1)]


SERVICE: dict[str, dict[str, Any]] = {
    "boost": {"boost_added": {"boost_count": 1}},
    "allowed": {"write_access_allowed": {"from_request": True}},
    "video-chat": {"video_chat_started": {}},
    "pinned": {
        "pinned_message": {"message_id": 3, "date": 1, "chat": {"id": USER, "type": "private"}, "text": "2 ctn liner"}
    },
    "to-come": {"something_of_next_year": {"text": "2 ctn liner"}},
}


@pytest.mark.parametrize("content", SERVICE.values(), ids=SERVICE.keys())
def test_telegrams_own_notes_in_a_chat_are_ignored_with_a_reason(
    door: Door, shop: Shop, content: dict[str, Any]
) -> None:
    update = telegram.build_update(USER) | {}
    update["message"] |= content
    assert door.post(update).status_code == 200
    assert rows(shop) == [("unsupported", "ignored", "service_message")]


def test_each_step_of_a_live_location_is_ignored_and_its_beginning_is_not(door: Door, shop: Shop) -> None:
    door.post(telegram.build_update(USER, location=(1.30, 103.80)))
    for step in range(3):
        assert door.post(telegram.build_update(USER, location=(1.31 + step, 103.80), edit_of=7)).status_code == 200
    assert rows(shop) == [("location", "received", None), *[("edit", "ignored", "edit_without_words")] * 3]


def test_a_dice_is_content_and_not_a_note(door: Door, shop: Shop) -> None:
    update = telegram.build_update(USER)
    update["message"]["dice"] = {"emoji": "🎲", "value": 3}
    assert door.post(update).status_code == 200
    assert rows(shop) == [("unsupported", "received", None)]


def test_twenty_deliveries_of_one_press_are_one_message_each_acknowledged_in_the_answer(door: Door, shop: Shop) -> None:
    press = telegram.build_update(USER, callback_data="q1:1")
    answers = [door.post(press) for _ in range(20)]
    assert {answer.get_json()["method"] for answer in answers} == {"answerCallbackQuery"}
    assert rows(shop) == [("button", "received", None)]


def test_ids_of_52_bits_are_kept_exactly(door: Door, shop: Shop) -> None:
    user = 2**52 - 1
    assert door.post(telegram.build_update(user, "2 cartons", update_id=2**62)).status_code == 200
    assert shop.rows("SELECT address FROM contacts WHERE channel = 'telegram'") == [(str(user),)]


def test_a_file_is_recorded_without_its_name_or_path(door: Door, shop: Shop) -> None:
    assert door.post(telegram.build_update(USER, document="../../etc/passwd")).status_code == 200
    assert rows(shop) == [("document", "received", None)]
    assert "passwd" not in str(shop.one("SELECT payload FROM conversation_messages"))


@pytest.mark.parametrize("text", ["a\x00b", "\ud800x", "👍\x00"])
def test_strange_characters_are_stored_without_what_postgresql_cannot_hold(door: Door, shop: Shop, text: str) -> None:
    update = telegram.build_update(USER, text, first_name="N\x00am\ud800e", replied_to=3)
    assert door.post(update).status_code == 200
    press = telegram.build_update(USER, callback_data="q1:1", first_name="N\x00\ud800")
    press["callback_query"]["id"] = "7\x00\ud800"
    assert door.post(press).status_code == 200
    stored = shop.rows("SELECT content, payload::text FROM conversation_messages")
    assert len(stored) == 2
    assert not any("\x00" in str(part) or "\\u0000" in str(part) for row in stored for part in row)
