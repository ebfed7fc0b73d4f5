"""What the JSON door does with what no honest program sends, with too much of it, and with sessions and choices."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.conftest import Shop
from tests.handlers.test_chat_api import ORDER, PASIR_RIS, post

PATHS = pytest.mark.parametrize("path", ["/api/chatbot", "/api/chatbot/stream"])


def raw(client: FlaskClient, shop: Shop, body: bytes, path: str = "/api/chatbot") -> TestResponse:
    headers = {"Authorization": f"Bearer {shop.runtime.settings.api_token.get_secret_value()}"}
    return client.post(path, data=body, headers=headers, content_type="application/json")


def quoted(**fields: str) -> bytes:
    return json.dumps({"message": "hi", "user_id": PASIR_RIS} | fields).encode()


@PATHS
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 5_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"message":' * 20_000,
        b'{"message": "hi", "user_id": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"message": "hi", "message": "ho", "user_id": "x"}',
        b'{"message": NaN, "user_id": "x"}',
        b"\xff\xfe{}",
        quoted(user_id="+65\x0080000101"),
        quoted(user_id="\x00"),
        quoted(user_id=" "),
        quoted(user_id="a\nb"),
        quoted(outlet_id="CP-PR\x00"),
        quoted(session_id="\x00"),
        quoted(message="100 x 10in box\x00"),
        quoted().replace(b'"hi"', b'"\\ud800"'),
    ],
    ids=lambda body: re.sub(r"[^\w{\[:]", "", body[:20].decode("latin-1")) + str(len(body)),
)
def test_what_cannot_be_read_or_stored_is_refused_in_words(
    client: FlaskClient, shop: Shop, path: str, body: bytes
) -> None:
    answer = raw(client, shop, body, path)
    assert answer.status_code in (400, 422), answer.get_data(as_text=True)
    assert shop.one("SELECT count(*) FROM conversation_messages") == 0
    assert shop.one("SELECT count(*) FROM contacts WHERE channel = 'api'") == 0


@pytest.mark.parametrize("address", ["/api/chatbot?q=%00", "/health?x=a%00b", "/version?%00=1", "/simulator/orders.json?channel=whatsapp&address=%00", "/metrics%00"])  # fmt: skip
def test_a_nul_in_an_address_is_refused(client: FlaskClient, shop: Shop, address: str) -> None:
    assert client.get(address).status_code == 400


@PATHS
def test_a_body_that_breaks_off_is_refused(client: FlaskClient, shop: Shop, path: str) -> None:
    """gunicorn hands over what came when the connection closed early."""
    body = quoted(message="100 x 10in box")
    answer = client.post(
        path, data=body, content_type="application/json",
        headers={"Authorization": f"Bearer {shop.runtime.settings.api_token.get_secret_value()}"},
        environ_overrides={"CONTENT_LENGTH": str(len(body) + 7), "wsgi.input_terminated": True},
    )  # fmt: skip
    assert answer.status_code == 400
    assert "shorter than its Content-Length" in answer.get_json()["error"]["message"]
    assert shop.one("SELECT count(*) FROM conversation_messages") == 0


def test_a_webhook_that_breaks_off_is_refused_too(client: FlaskClient, shop: Shop) -> None:
    answer = client.post(
        "/webhooks/twilio", data=b"Body=100+box", content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": "9000", "wsgi.input_terminated": True},
    )  # fmt: skip
    assert answer.status_code == 400


def test_errors_are_in_our_words_and_name_no_class(client: FlaskClient, shop: Shop) -> None:
    for body in (b"[]", b"null", b"5", b'{"message": 5}', b'{"message": "x", "user_id": {"a": 1}, "price": 0}'):
        answer = raw(client, shop, body)
        words = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert not re.search(r"Chatbot|Request|pydantic|instance|Value error|__", words), words
    fields = {each["field"]: each["problem"] for each in raw(client, shop, b'{"message": 5, "price": 0}').get_json()["error"]["fields"]}  # fmt: skip
    assert fields == {"message": "must be text", "user_id": "is missing", "price": "is not a field of this request"}


def test_the_stream_refuses_an_unknown_outlet_before_it_begins(client: FlaskClient, shop: Shop) -> None:
    answer = post(client, shop, ORDER | {"outlet_id": "NO-SUCH"}, path="/api/chatbot/stream")
    assert (answer.status_code, answer.get_json()["error"]["message"]) == (400, "outlet_id is not an outlet of ours")


def test_a_stream_that_fails_under_way_says_so_as_an_event(client: FlaskClient, shop: Shop) -> None:
    post(client, shop, ORDER, key="k", path="/api/chatbot/stream").get_data()
    answer = post(client, shop, ORDER | {"message": "another"}, key="k", path="/api/chatbot/stream")
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).strip().splitlines()[-2:] == [
        "event: error",
        'data: {"code": "key_reused", "message": "This Idempotency-Key was used for another request."}',
    ]


@PATHS
def test_the_eleventh_message_is_refused_with_a_time_and_can_be_sent_again(
    client: FlaskClient, shop: Shop, path: str
) -> None:
    for number in range(10):
        assert post(client, shop, ORDER | {"message": f"hello {number}"}).status_code == 200
    refused = post(client, shop, ORDER, key="eleven", path=path)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert refused.get_json()["error"]["code"] == "too_fast"
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE direction = 'inbound'") == 10
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE conversation_messages SET created_at = created_at - interval '11 s'"))
    assert post(client, shop, ORDER, key="eleven").get_json()["order"]["total"] == "30.52"


def test_a_repetition_is_answered_however_many_there_were(client: FlaskClient, shop: Shop) -> None:
    first = post(client, shop, ORDER, key="first").get_json()
    for number in range(9):
        post(client, shop, ORDER | {"message": f"hello {number}"})
    assert post(client, shop, ORDER, key="first").get_json() == first


def test_one_users_flood_is_nobody_elses(client: FlaskClient, shop: Shop) -> None:
    for number in range(11):
        post(client, shop, {"message": f"hello {number}", "user_id": "till-1", "outlet_id": "CP-TP"})
    assert post(client, shop, ORDER).status_code == 200


@pytest.mark.parametrize("words", ["I want to talk to a person", "the boxes were all broken, very angry"])
def test_no_answer_is_ever_empty_also_while_a_person_is_in_charge(client: FlaskClient, shop: Shop, words: str) -> None:
    for message in (words, "hello?", "100 x 10in box"):
        answer = post(client, shop, ORDER | {"message": message})
        assert (answer.status_code, bool(answer.get_json()["reply"].strip())) == (200, True)


def test_choices_are_listed_and_a_number_chooses(client: FlaskClient, shop: Shop) -> None:
    answer = post(client, shop, ORDER | {"message": "2 ctn box"}).get_json()
    assert len(answer["choices"]) > 1
    for choice in answer["choices"]:
        assert f"{choice['number']}. {choice['label']}" in answer["reply"]
    assert answer["order"] is None
    chosen = post(client, shop, ORDER | {"message": "1"}).get_json()
    assert len(chosen["order"]["lines"]) == 1


@pytest.fixture
def session(client: FlaskClient, shop: Shop) -> str:
    return str(post(client, shop, ORDER).get_json()["session_id"])


def test_a_session_goes_on_by_its_id_or_without_one(client: FlaskClient, shop: Shop, session: str) -> None:
    for body in ({"session_id": session}, {}, {"session_id": None}):
        assert post(client, shop, ORDER | {"message": "hello"} | body).get_json()["session_id"] == session


@PATHS
def test_a_session_that_is_not_the_users_open_one_is_refused_and_not_replaced(
    client: FlaskClient, shop: Shop, session: str, path: str
) -> None:
    before = shop.one("SELECT count(*) FROM conversation_messages")
    for body in (
        ORDER | {"session_id": str(uuid.uuid4())},
        ORDER | {"session_id": "anything"},
        {"message": "hi", "user_id": "till-9", "outlet_id": "CP-TP", "session_id": session},
    ):
        answer = post(client, shop, body, path=path)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "unknown_session")
    assert shop.one("SELECT count(*) FROM conversation_messages") == before
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE conversations SET closed_at = now()"))
    assert post(client, shop, ORDER | {"session_id": session}, path=path).status_code == 404


def test_an_empty_key_is_no_key(client: FlaskClient, shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.runtime.settings.api_token.get_secret_value()}", "Idempotency-Key": ""}
    assert client.post("/api/chatbot", json=ORDER, headers=headers).status_code == 400


def test_another_kind_of_body_is_refused(app: Flask, shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.runtime.settings.api_token.get_secret_value()}"}
    answer = app.test_client().post("/api/chatbot", data="message=hi", headers=headers, content_type="text/plain")
    assert answer.status_code == 415
