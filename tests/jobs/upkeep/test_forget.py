"""Past messages are found by meaning in a copy without personal data, and a person who is forgotten leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient

from bot.channels.base import Receipt
from bot.errors import BadInputError
from bot.knowledge import memory
from bot.knowledge.chroma import Chroma
from bot.knowledge.embedders import HashingEmbedder, local
from bot.runtime import Runtime
from jobs.handoff import notify, team_notes, undelivered
from jobs.intake.record import record_receipt
from jobs.reads.message_search import Found, search
from jobs.upkeep import forgotten
from jobs.upkeep.forget import Forgotten, forget
from models import Base
from tests.conftest import Shop
from tests.people import JEWEL, ORDER, PASIR_RIS, STRANGER, TAMPINES, World

if TYPE_CHECKING:
    from bot.knowledge.embedders import Vectors

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
    return search(shop.runtime.engine, chroma, local(), words, 3)


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
    assert (done.left, done.contacts, done.orders_kept, len(done.vectors)) == ({}, 1, 1, 2)
    assert shop.one("SELECT count(*) FROM contacts WHERE address = :phone", phone=PASIR_RIS) == 0
    assert shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 1
    assert [each.text for each in found(shop, chroma, "wet boxes")] == ["the lids of Tampines do not fit"]
    assert "Tampines" in str(shop.one("SELECT string_agg(content, ' ') FROM conversation_messages"))


NAME, WORDS, NOTE = "Rosalind Quek", "the zinnia boxes were soaked", "Rosalind always calls on Mondays"
COLLEAGUE = "+6580000199"


def forgets(shop: Shop, address: str) -> Forgotten:
    with shop.runtime.engine.begin() as connection:
        return forget(connection, address, actor="mei")


def everywhere(shop: Shop, words: str) -> list[str]:
    """The tables of which a row holds these words in any column."""
    names = [table.name for table in Base.metadata.sorted_tables]
    return [
        name
        for name in names
        if shop.one(f"SELECT count(*) FROM {name} t WHERE position(lower(:words) IN lower(t::text)) > 0", words=words)
    ]


def known_to_many(shop: Shop, client: FlaskClient) -> World:
    """A customer whose words are with the team, a colleague, a manager and a chat of their own, and in their orders."""
    world = World(shop, client)
    world.bind(COLLEAGUE, "CP-PR")
    world.phone(COLLEAGUE).say("hi")
    world.bind(JEWEL, "CP-PR", manager=True)
    world.phone(JEWEL).say("hi")
    phone = world.phone(PASIR_RIS)
    phone.say("2 ctn 10in box, leave at zinnia gate", profile_name=NAME)
    phone.say("yes")
    phone.say("add 2 pkt liner, leave at zinnia gate")
    chat = world.chat(70_000_017)
    chat.share_contact(PASIR_RIS)
    record_receipt(shop.runtime.engine, "whatsapp", Receipt(phone.sent(), "failed", "63024"))
    undelivered.take_up(shop.runtime)
    phone.say(WORDS, profile_name=NAME)
    hearing = Runtime(shop.runtime.settings.model_copy(update={"escalation_notify": "123456"}))
    notify.tell(hearing)
    hearing.close()
    with shop.runtime.engine.begin() as connection:
        conversation = shop.one(
            "SELECT id FROM conversations c WHERE contact_id = (SELECT id FROM contacts WHERE address = :a)",
            a=PASIR_RIS,
        )
        team_notes.write_note(connection, int(str(conversation)), NOTE, by="mei")
    world.phone(TAMPINES).say(f"my sister is at {PASIR_RIS}, call her")
    return world


def test_nobody_else_keeps_a_copy_of_what_a_forgotten_person_said(shop: Shop, client: FlaskClient) -> None:
    known_to_many(shop, client)
    for words in (NAME, "zinnia", "Mondays", PASIR_RIS, "70000017", "****0101"):
        assert everywhere(shop, words), f"nothing to forget: {words}"
    done = forgets(shop, PASIR_RIS)
    assert (done.left, done.contacts) == ({}, 2)
    for words in (NAME, "Rosalind", "zinnia", "Mondays", PASIR_RIS, PASIR_RIS.lstrip("+"), "70000017"):
        assert everywhere(shop, words) == [], words
    assert shop.one("SELECT content FROM conversation_messages WHERE content LIKE 'my sister%'") == (
        "my sister is at +65****0101, call her"
    )


def test_the_proof_names_each_column_in_which_something_is_left(shop: Shop, client: FlaskClient) -> None:
    known_to_many(shop, client)
    contact = shop.one("SELECT id FROM contacts WHERE address = :address", address=PASIR_RIS)
    with shop.runtime.engine.connect() as connection:
        left = forgotten.left(connection, {"contacts": [int(str(contact))]}, [PASIR_RIS])
    assert {
        "contacts.address", "contacts.display_name", "conversation_messages.content", "conversation_messages.payload",
        "conversation_messages.context", "notes.content", "escalations.reason", "orders.notes",
    } <= set(left)  # fmt: skip
    assert forgotten.STAYS & set(left) == set()


def test_what_may_stay_is_named_by_columns_that_are_there() -> None:
    names = {
        f"{table.name}.{each.name}" for table in Base.metadata.sorted_tables for each in forgotten.text_columns(table)
    }
    assert forgotten.STAYS - names == set()


def test_what_was_not_sent_to_a_forgotten_person_is_not_sent_any_more(shop: Shop, client: FlaskClient) -> None:
    world = World(shop, client)
    world.bind(JEWEL, "AW-JWL", manager=True)
    world.phone(JEWEL).say("hi")
    world.phone(STRANGER).say("This is A&W Jewel, zinnia speaking", profile_name=NAME)
    assert NAME in world.phone(JEWEL).heard()[-1]
    assert forgets(shop, STRANGER).left == {}
    assert shop.rows("SELECT state FROM conversation_messages WHERE content = '' AND due_at IS NOT NULL") == []
    assert everywhere(shop, NAME) == []
    assert world.phone(STRANGER).say("hello again")


class Meanwhile(HashingEmbedder):
    """Does something while texts are embedded."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self._work = work

    def embed(self, texts: Sequence[str]) -> Vectors:
        self._work()
        return super().embed(texts)


def test_no_transaction_waits_while_texts_are_embedded(shop: Shop, client: FlaskClient, chroma: Chroma) -> None:
    World(shop, client).phone(PASIR_RIS).say(PRIVATE)
    idle = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    seen: list[object] = []
    search(shop.runtime.engine, chroma, Meanwhile(lambda: seen.append(shop.one(idle))), "wet boxes", 3)
    assert set(seen) == {0}


def test_who_is_forgotten_while_texts_are_embedded_leaves_no_vector_either(
    shop: Shop, client: FlaskClient, chroma: Chroma
) -> None:
    World(shop, client).phone(PASIR_RIS).say(PRIVATE)
    forgotten_once: list[Forgotten] = []

    def forget_now() -> None:
        if not forgotten_once:
            forgotten_once.append(forgets(shop, PASIR_RIS))

    embedder = Meanwhile(forget_now)
    assert search(shop.runtime.engine, chroma, embedder, "wet boxes", 3) == []
    assert chroma.records(memory.collection_of(embedder), [memory.embedding_id(1, embedder)]) == []


def test_nobody_is_forgotten_by_mistake(shop: Shop) -> None:
    with shop.runtime.engine.begin() as connection, pytest.raises(BadInputError):
        forget(connection, "+6591110000", actor="mei")
