"""Past messages are found by meaning in a copy without personal data, and a person who is forgotten leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from bot.errors import BadInputError
from bot.knowledge import memory
from bot.knowledge.chroma import Chroma
from bot.knowledge.embedders import local
from jobs.reads.message_search import Found, search
from jobs.upkeep.forget import forget
from tests.conftest import Shop
from tests.people import ORDER, PASIR_RIS, TAMPINES, World

PRIVATE = (
    "my number is +65 9123 4567, mail tan@example.com, NRIC S1234567D, card 4111 1111 1111 1111, the boxes were wet"
)


@pytest.fixture
def chroma(chroma_address: str) -> Iterator[Chroma]:
    client = Chroma(chroma_address)
    for name in client.names():
        client.drop(name)
    yield client
    client.close()


def found(shop: Shop, chroma: Chroma, words: str) -> list[Found]:
    with shop.runtime.engine.begin() as connection:
        return search(connection, chroma, local(), words, 3)


def test_a_message_is_found_by_what_it_means(shop: Shop, client: FlaskClient, chroma: Chroma) -> None:
    phone = World(shop, client).phone(PASIR_RIS)
    for words in (ORDER, PRIVATE, "thanks"):
        phone.say(words)
    first = found(shop, chroma, "complaint about soaked cartons")[0]
    assert "the boxes were wet" in first.text
    for personal in ("9123", "tan@example.com", "S1234567D", "4111 1111"):
        assert personal not in first.text.replace("****4567", "")
    marked = shop.rows(
        "SELECT embedding_id, pii_scrubbed FROM conversation_messages WHERE id = :id", id=first.message_id
    )
    assert marked == [(memory.embedding_id(first.message_id, local()), True)]
    assert "+65 9123 4567" in str(
        shop.one("SELECT content FROM conversation_messages WHERE id = :id", id=first.message_id)
    )


def test_who_is_forgotten_leaves_no_word_no_address_and_no_vector(
    shop: Shop, client: FlaskClient, chroma: Chroma
) -> None:
    world = World(shop, client)
    world.phone(PASIR_RIS).say(ORDER)
    world.phone(PASIR_RIS).say(PRIVATE)
    world.phone(TAMPINES).say("the lids of Tampines do not fit")
    found(shop, chroma, "anything")
    with shop.runtime.engine.begin() as connection:
        done = forget(connection, PASIR_RIS, actor="mei")
        assert memory.forget(chroma, done.vectors) == 0
    assert (done.left, done.contacts, done.orders_kept, len(done.vectors)) == (0, 1, 1, 2)
    assert shop.one("SELECT count(*) FROM contacts WHERE address = :phone", phone=PASIR_RIS) == 0
    assert shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 1
    assert [each.text for each in found(shop, chroma, "wet boxes")] == ["the lids of Tampines do not fit"]
    assert "Tampines" in str(shop.one("SELECT string_agg(content, ' ') FROM conversation_messages"))


def test_nobody_is_forgotten_by_mistake(shop: Shop) -> None:
    with shop.runtime.engine.begin() as connection, pytest.raises(BadInputError):
        forget(connection, "+6591110000", actor="mei")
