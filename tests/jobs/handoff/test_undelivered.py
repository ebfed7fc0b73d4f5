"""A provider takes a reply and reports later that it could not be delivered: the row, the list, the ledger and a person know."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from bot.channels.base import Receipt
from jobs.handoff import undelivered
from jobs.intake.record import record_receipt
from jobs.outbox.send import send
from jobs.reads.ledger import verify_ledger
from simulator.server import Running
from tests.conftest import Shop
from tests.people import ORDER, PASIR_RIS, World

REPLY = "direction = 'outbound' AND kind = 'text'"


@pytest.fixture
def world(shop: Shop, client: FlaskClient, simulator: Running) -> World:
    return World(shop, client)


def deliver(shop: Shop) -> None:
    for row in shop.rows(
        "SELECT id FROM conversation_messages WHERE direction = 'outbound' AND state = 'pending' ORDER BY id"
    ):
        send(shop.runtime, int(str(row[0])), shop.runtime.channels)


def report(shop: Shop, status: str, error: str | None = None) -> None:
    sid = shop.one(f"SELECT provider_id FROM conversation_messages WHERE {REPLY} ORDER BY id LIMIT 1")
    record_receipt(shop.runtime.engine, "whatsapp", Receipt(str(sid), status, error))


def ordered(world: World) -> Shop:
    world.phone().say(ORDER)
    deliver(world.shop)
    return world.shop


@pytest.mark.parametrize("code", ["63005", "30005", "63024", None])
def test_a_failed_receipt_makes_a_failure_with_its_code_a_task_and_a_truthful_ledger(
    world: World, code: str | None
) -> None:
    shop = ordered(world)
    report(shop, "failed", code)
    assert undelivered.take_up(shop.runtime) == 1
    assert undelivered.take_up(shop.runtime) == 0
    shown = code or "undelivered"
    assert shop.rows(f"SELECT state, reason FROM conversation_messages WHERE {REPLY}") == [("dead", shown)]
    assert shown in str(shop.one("SELECT error FROM failures WHERE kind = 'deliver' AND resolved_at IS NULL"))
    assert shop.rows("SELECT reason, priority FROM escalations") == [(f"reply not delivered ({shown})", "high")]
    assert shop.one("SELECT owner FROM conversations") == "bot"
    with shop.runtime.engine.connect() as connection:
        ledger = verify_ledger(connection, None)
    assert (ledger["ok"], ledger["final"]["handed_over"], ledger["final"]["answered"]) == (True, 1, 0)


def test_an_address_where_nothing_arrives_is_marked_until_it_writes_again(world: World) -> None:
    shop = ordered(world)
    report(shop, "failed", "63003")
    undelivered.take_up(shop.runtime)
    assert shop.one("SELECT unreachable_at IS NOT NULL FROM contacts WHERE address = :a", a=PASIR_RIS) is True
    world.phone().say("hello?")
    assert shop.one("SELECT unreachable_at FROM contacts WHERE address = :a", a=PASIR_RIS) is None


def test_a_window_that_closed_under_way_holds_the_reply_until_the_next_word(world: World) -> None:
    shop = ordered(world)
    report(shop, "failed", "63016")
    undelivered.take_up(shop.runtime)
    assert shop.rows(f"SELECT state, reason FROM conversation_messages WHERE {REPLY}") == [("held", "63016")]
    world.phone().say("hi, did you get it?")
    deliver(shop)
    assert shop.one(f"SELECT count(*) FROM conversation_messages WHERE {REPLY} AND state = 'sent'") == 2


def test_another_contact_of_the_outlet_gets_the_words_and_one_of_another_outlet_does_not(world: World) -> None:
    chat = world.chat(501)
    chat.share_contact(PASIR_RIS)
    other = world.chat(502)
    other.share_contact("+6580000108")
    shop = world.shop
    deliver(shop)
    world.phone().say(ORDER)
    deliver(shop)
    sid = shop.one(
        f"SELECT provider_id FROM conversation_messages WHERE {REPLY} AND channel = 'whatsapp' ORDER BY id DESC LIMIT 1"
    )
    record_receipt(shop.runtime.engine, "whatsapp", Receipt(str(sid), "failed", "63024"))
    before = chat.last_id, other.last_id
    undelivered.take_up(shop.runtime)
    heard = chat.heard(after=before[0])
    assert "could not be delivered" in heard[0]
    assert "is placed" in heard[0]
    assert PASIR_RIS not in heard[0]
    assert other.heard(after=before[1]) == []


def test_a_receipt_that_overtakes_our_own_record_is_taken_up_after_it(world: World) -> None:
    shop = ordered(world)
    with shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE conversation_messages SET state = 'sending', finished_at = NULL WHERE {REPLY}"
        )
    report(shop, "failed", "30008")
    assert undelivered.take_up(shop.runtime) == 0
    with shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE conversation_messages SET state = 'sent', finished_at = now() WHERE {REPLY}"
        )
    assert undelivered.take_up(shop.runtime) == 1


def test_delivered_after_all_takes_the_failure_back(world: World) -> None:
    shop = ordered(world)
    report(shop, "failed", "30008")
    undelivered.take_up(shop.runtime)
    report(shop, "delivered")
    undelivered.take_up(shop.runtime)
    assert shop.rows(f"SELECT state, reason, error FROM conversation_messages WHERE {REPLY}") == [("sent", None, None)]
    assert shop.one("SELECT resolution FROM failures WHERE kind = 'deliver'") == "delivered after all"
    assert shop.one("SELECT state FROM conversation_messages WHERE direction = 'inbound'") == "answered"
