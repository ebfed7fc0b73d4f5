"""The team's inbox as JSON: what the console shows, for other programs."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.conftest import Shop
from tests.people import ORDER, PASIR_RIS, TAMPINES, World
from tests.statements import counted

MANY = text("""
WITH k AS (INSERT INTO contacts (channel, address) SELECT 'whatsapp', '+6591' || lpad(n::text, 6, '0') FROM generate_series(1, :many) n
           RETURNING id),
     c AS (INSERT INTO conversations (contact_id, channel, business_address) SELECT id, 'whatsapp', '+6560000001' FROM k
           RETURNING id, session_id)
INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, role, kind, content, state, said_at)
SELECT c.id, c.session_id, 'inbound', 'whatsapp', 'user', 'text', 'hello ' || n, 'answered', now() FROM c, generate_series(1, 4) n
""")


@pytest.fixture
def world(shop: Shop, client: FlaskClient) -> World:
    return World(shop, client)


def ask(client: FlaskClient, shop: Shop, path: str, *, status: int = 200, post: bool = False) -> Any:
    token = shop.runtime.settings.api_token.get_secret_value()
    call = client.post if post else client.get
    answer = call(f"/api/v1/messages/{path}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == status, answer.text
    return answer.get_json()


def test_nobody_reads_it_without_the_token(client: FlaskClient, shop: Shop) -> None:
    for path in ("threads/", "threads/1", "unread", "notifications"):
        assert client.get(f"/api/v1/messages/{path}").status_code == 401
    assert client.post("/api/v1/messages/threads/1/read", headers={"Authorization": "Bearer x"}).status_code == 401


def test_threads_show_the_last_message_who_takes_part_and_what_is_unread(
    client: FlaskClient, shop: Shop, world: World
) -> None:
    world.phone().say("hello")
    world.phone(TAMPINES).say("I want to talk to a person")
    second, first = ask(client, shop, "threads/")["threads"]
    assert (first["address"], first["outlet_names"], first["unread"]) == (PASIR_RIS, "Canadian Pizza Pasir Ris", 1)
    assert first["last_role"] == "assistant"
    assert (second["owner"], second["reason"]) == ("person", "asked for a person")
    assert second["waiting_since"]
    assert [each["id"] for each in ask(client, shop, "threads/?view=waiting")["threads"]] == [second["id"]]


def test_a_thread_is_read_once_for_everybody(client: FlaskClient, shop: Shop, world: World) -> None:
    phone = world.phone()
    phone.say("hello")
    phone.say("are you there?")
    assert ask(client, shop, "unread") == {"messages": 2, "threads": 1}
    for _ in range(2):
        assert ask(client, shop, "threads/1/read", post=True) == {"thread_id": 1, "unread": 0}
    assert ask(client, shop, "unread") == {"messages": 0, "threads": 0}
    phone.say("one more thing")
    assert ask(client, shop, "unread") == {"messages": 1, "threads": 1}
    ask(client, shop, "threads/7/read", status=404, post=True)


def test_messages_of_a_thread_come_in_order_and_its_view_is_audited(
    client: FlaskClient, shop: Shop, world: World
) -> None:
    world.phone().say(ORDER)
    page = ask(client, shop, "threads/1")
    first = page["messages"][0]
    assert (first["direction"], first["content"]) == ("inbound", ORDER)
    assert page["messages"][-1]["role"] == "assistant"
    assert shop.rows("SELECT actor, subject FROM audit WHERE action = 'viewed'") == [("api", "conversation:1")]
    ask(client, shop, "threads/9", status=404)
    ask(client, shop, "threads/?page=-1", status=400)
    ask(client, shop, "threads/?limit=1000000000", status=400)


def test_notifications_are_the_new_ones_only(client: FlaskClient, shop: Shop, world: World) -> None:
    world.phone().say("hello")
    first = ask(client, shop, "notifications?after=0")
    assert [note["content"] for note in first["notifications"]] == ["hello"]
    assert ask(client, shop, f"notifications?after={first['cursor']}")["notifications"] == []
    world.phone(TAMPINES).say("good morning")
    fresh = ask(client, shop, f"notifications?after={first['cursor']}")
    assert [note["content"] for note in fresh["notifications"]] == ["good morning"]


def test_the_list_takes_as_many_statements_for_two_hundred_threads_as_for_twenty(
    client: FlaskClient, shop: Shop
) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(MANY, {"many": 1000})
        connection.execute(text("ANALYZE"))
    sent: dict[int, int] = {}
    for limit in (20, 200):
        with counted() as statements:
            assert len(ask(client, shop, f"threads/?limit={limit}")["threads"]) == limit
        sent[limit] = len(statements)
    assert sent[20] == sent[200] <= 4
    began = time.perf_counter()
    ask(client, shop, "threads/?limit=20")
    assert time.perf_counter() - began < 2  # a guard against a plan that reads everything; `make bench` has the figure
