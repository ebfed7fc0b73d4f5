"""The timeline of an order: each event at the moment it happened, and the truth about the reply."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from bot.channels.base import Receipt
from jobs.handoff import undelivered
from jobs.intake.record import record_receipt
from jobs.outbox.send import send
from jobs.process_conversation import process
from jobs.reads.orders import read_timeline
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.ledger import change, say
from tests.people import ORDER, World


def timeline(shop: Shop) -> list[dict[str, object]]:
    with shop.runtime.engine.connect() as connection:
        return read_timeline(connection, str(shop.one("SELECT number FROM orders ORDER BY id LIMIT 1")))


def kinds(shop: Shop) -> list[object]:
    return [event["kind"] for event in timeline(shop)]


def at(event: dict[str, object]) -> datetime:
    return datetime.fromisoformat(str(event["at"]))


def deliver(shop: Shop) -> None:
    for row in shop.rows("SELECT id FROM conversation_messages WHERE state = 'pending' ORDER BY id"):
        send(shop.runtime, int(str(row[0])), shop.runtime.channels)


def report(shop: Shop, status: str, error: str | None = None) -> None:
    sid = shop.one("SELECT provider_id FROM conversation_messages WHERE direction = 'outbound' ORDER BY id LIMIT 1")
    record_receipt(shop.runtime.engine, "whatsapp", Receipt(str(sid), status, error))


def test_a_message_that_waited_was_received_when_it_came(shop: Shop) -> None:
    conversation_id = say(shop.runtime, ORDER).conversation_id
    change(shop.runtime, "UPDATE conversation_messages SET created_at = now() - interval '3 s'")
    came = shop.one("SELECT created_at FROM conversation_messages")
    process(shop.runtime, conversation_id)
    received, *later = timeline(shop)
    assert (received["kind"], at(received)) == ("received", came)
    assert (at(later[0]) - at(received)).total_seconds() >= 3
    assert [at(event) for event in later] == sorted(at(event) for event in later)


def test_each_message_of_a_burst_was_received_at_its_own_moment(shop: Shop) -> None:
    for part in ("100 x", "10 inch", "pizza boxes"):
        conversation_id = say(shop.runtime, part, window_ms=1000).conversation_id
    change(shop.runtime, "UPDATE conversations SET due_at = now()")
    process(shop.runtime, conversation_id)
    received = [event for event in timeline(shop) if event["kind"] == "received"]
    assert [event["message_id"] for event in received] == [1, 2, 3]
    assert len({at(event) for event in received}) == 3


@pytest.fixture
def sent(shop: Shop, client: FlaskClient, simulator: Running) -> Shop:
    World(shop, client).phone().say(ORDER)
    deliver(shop)
    return shop


def test_a_reply_that_the_provider_could_not_deliver_is_told_as_such(sent: Shop) -> None:
    left = timeline(sent)[-1]
    report(sent, "failed", "63024")
    undelivered.take_up(sent.runtime)
    *_, replied, last = timeline(sent)
    assert replied == left
    assert (last["kind"], last["detail"]) == ("undelivered", {"reason": "63024"})
    assert at(last) > at(replied)


def test_a_reply_that_was_read_ends_the_timeline(sent: Shop) -> None:
    assert kinds(sent)[-1] == "replied"
    report(sent, "read")
    assert kinds(sent)[-2:] == ["replied", "read"]


def test_a_reply_that_never_left_is_not_called_replied(shop: Shop, client: FlaskClient) -> None:
    World(shop, client).phone().say(ORDER)
    change(
        shop.runtime,
        "UPDATE conversation_messages SET state = 'dead', reason = 'ceiling', finished_at = now() WHERE direction = 'outbound'",
    )
    assert "replied" not in kinds(shop)
    assert timeline(shop)[-1]["detail"] == {"state": "dead", "reason": "ceiling"}
