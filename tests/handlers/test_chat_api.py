"""The JSON door: one request, one answer, one order however often it is sent."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import Shop

PASIR_RIS = "+6580000101"
ORDER = {"message": "I need 100 x 10 inch pizza boxes", "user_id": PASIR_RIS}


def post(client: FlaskClient, shop: Shop, body: object, *, key: str = "", path: str = "/api/chatbot") -> TestResponse:
    headers = {"Authorization": f"Bearer {shop.runtime.settings.api_token.get_secret_value()}"}
    return client.post(path, json=body, headers=headers | ({"Idempotency-Key": key} if key else {}))


def test_a_registered_sender_orders_and_reads_everything_in_the_answer(client: FlaskClient, shop: Shop) -> None:
    answer = post(client, shop, ORDER).get_json()
    assert set(answer) == {"reply", "session_id", "intent", "confidence", "language", "order", "timeline"}
    assert answer["intent"] == "order.create"
    assert answer["order"]["total"] == "30.52"
    assert answer["order"]["number"] in answer["reply"]
    kinds = [event["event"] for event in answer["timeline"]]
    assert kinds[:2] == ["received", "resolved"]
    assert kinds[-1] == "persisted"
    assert [event["at"] for event in answer["timeline"]] == sorted(event["at"] for event in answer["timeline"])


def test_the_outlet_may_be_named_by_its_code_and_by_nothing_else(client: FlaskClient, shop: Shop) -> None:
    post(client, shop, {"message": "100 x 10in box", "user_id": "till-7", "outlet_id": "CP-TP"})
    assert shop.one("SELECT o.code FROM orders q JOIN outlets o ON o.id = q.outlet_id") == "CP-TP"
    for name in ("Canadian Pizza Tampines", "%", "", "cp-tp"):
        assert post(client, shop, {"message": "hi", "user_id": "till-8", "outlet_id": name}).status_code == 400


def test_an_unknown_sender_gets_an_answer_and_no_order(client: FlaskClient, shop: Shop) -> None:
    answer = post(client, shop, ORDER | {"user_id": "somebody"})
    assert answer.status_code == 200
    assert "not registered" in answer.get_json()["reply"]
    assert shop.one("SELECT count(*) FROM orders") == 0


def test_the_same_key_gives_the_same_answer_and_no_second_order(client: FlaskClient, shop: Shop) -> None:
    first, second = (post(client, shop, ORDER, key="test-1763800000") for _ in range(2))
    assert first.get_json() == second.get_json()
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert shop.one("SELECT count(*) FROM orders") == 1


def test_the_same_key_with_another_body_is_refused(client: FlaskClient, shop: Shop) -> None:
    post(client, shop, ORDER, key="k")
    assert post(client, shop, ORDER | {"message": "200 x 10in box"}, key="k").status_code == 409
    assert shop.one("SELECT sum(quantity) FROM order_lines") == 100


def test_twenty_calls_at_once_with_one_key_place_one_order(app: Flask, shop: Shop) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(app.test_client(), shop, ORDER, key="once"), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert shop.one("SELECT count(*) FROM orders") == 1
    assert shop.one("SELECT sum(quantity) FROM order_lines") == 100


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"user_id": PASIR_RIS}, 422),
        ({"message": "hi"}, 422),
        ({"message": 5, "user_id": PASIR_RIS}, 422),
        ({"message": "hi", "user_id": PASIR_RIS, "price": 0}, 422),
        ([], 422),
        (None, 422),
    ],
    ids=["no message", "no user", "message a number", "an unknown key", "a list", "null"],
)
def test_a_request_that_is_not_valid_says_so(client: FlaskClient, shop: Shop, body: object, status: int) -> None:
    assert post(client, shop, body).status_code == status


def test_an_empty_message_is_answered_politely_and_orders_nothing(client: FlaskClient, shop: Shop) -> None:
    answer = post(client, shop, ORDER | {"message": "   "})
    assert answer.status_code == 200
    assert answer.get_json()["reply"]
    assert shop.one("SELECT count(*) FROM orders") == 0


def test_a_key_that_is_too_long_is_refused(client: FlaskClient, shop: Shop) -> None:
    assert post(client, shop, ORDER, key="k" * 256).status_code == 400


def test_without_the_token_nobody_is_served(client: FlaskClient, shop: Shop) -> None:
    assert client.post("/api/chatbot", json=ORDER).status_code == 401
    assert client.post("/api/chatbot", json=ORDER, headers={"Authorization": "Bearer no"}).status_code == 401
    assert shop.one("SELECT count(*) FROM conversation_messages") == 0


def test_the_stream_ends_with_the_answer_and_its_parts_make_the_reply(client: FlaskClient, shop: Shop) -> None:
    text = post(client, shop, ORDER, path="/api/chatbot/stream").get_data(as_text=True)
    events = [block.split("\n", 1) for block in text.strip().split("\n\n")]
    names = [name.removeprefix("event: ") for name, _ in events]
    data = [json.loads(body.removeprefix("data: ")) for _, body in events]
    assert (names[0], names[-1]) == ("accepted", "done")
    assert "".join(part["text"] for name, part in zip(names, data, strict=True) if name == "reply") == data[-1]["reply"]
    assert shop.one("SELECT count(*) FROM orders") == 1
