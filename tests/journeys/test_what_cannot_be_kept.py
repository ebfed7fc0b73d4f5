"""When what was thought cannot be written down: nothing is half kept, the customer's message is not lost, and it is tried again."""

from __future__ import annotations

import pytest

from bot.errors import Fenced
from jobs import lease, queues
from jobs.process_conversation import process, think, write
from jobs.turn import retries
from jobs.turn.situation import read_situation
from tests.conftest import Shop
from tests.jobs.ledger import change, say
from tests.people import ORDER

REFUSE = """
CREATE FUNCTION refuse_order() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER refuse_order BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refuse_order();
"""
ALLOW = "DROP TRIGGER IF EXISTS refuse_order ON orders; DROP FUNCTION IF EXISTS refuse_order();"
STATE = "SELECT state FROM conversation_messages WHERE direction = 'inbound'"


@pytest.fixture
def refusing(shop: Shop) -> Shop:
    """PostgreSQL takes no order."""
    change(shop.runtime, REFUSE)
    return shop


def allow(shop: Shop) -> None:
    change(shop.runtime, ALLOW)
    change(shop.runtime, "UPDATE conversations SET due_at = now()")


def test_an_order_that_cannot_be_saved_is_a_failure_with_a_next_try_and_then_an_order(refusing: Shop) -> None:
    shop = refusing
    try:
        conversation_id = say(shop.runtime, ORDER).conversation_id
        assert process(shop.runtime, conversation_id) is None
        assert shop.rows(STATE) == [("received",)]
        assert shop.one("SELECT count(*) FROM conversation_messages WHERE direction = 'outbound'") == 0
        assert shop.rows("SELECT kind, attempts FROM failures WHERE resolved_at IS NULL") == [("process", 1)]
        assert shop.one("SELECT due_at > now() AND lease_until IS NULL FROM conversations") is True
    finally:
        allow(shop)
    assert process(shop.runtime, conversation_id) is not None
    assert shop.rows(STATE) == [("answered",)]
    assert shop.rows("SELECT status FROM orders") == [("placed",)]
    assert shop.one("SELECT resolution FROM failures") == "answered"


def test_after_its_last_try_it_is_parked_with_a_task_and_the_customer_is_told(refusing: Shop) -> None:
    shop = refusing
    try:
        conversation_id = say(shop.runtime, ORDER).conversation_id
        for _ in range(retries.MAX_ATTEMPTS):
            process(shop.runtime, conversation_id)
            change(shop.runtime, "UPDATE conversations SET due_at = now() WHERE due_at IS NOT NULL")
    finally:
        allow(shop)
    assert shop.rows(STATE) == [("parked",)]
    assert shop.one("SELECT count(*) FROM escalations WHERE reason = 'parked work'") == 1
    assert "went wrong on our side" in str(
        shop.one("SELECT content FROM conversation_messages WHERE direction = 'outbound'")
    )


def test_a_conversation_that_is_not_there_is_nothing_to_do(shop: Shop) -> None:
    assert process(shop.runtime, 999_999) is None
    assert shop.one("SELECT count(*) FROM failures") == 0


def test_one_that_is_closed_meanwhile_is_fenced_and_writes_nothing(shop: Shop) -> None:
    conversation_id = say(shop.runtime, ORDER).conversation_id
    with shop.runtime.engine.begin() as connection:
        held = lease.claim(connection, conversation_id)
    assert held is not None
    with shop.runtime.engine.connect() as connection:
        said, situation = read_situation(shop.runtime, connection, held)
    assert said is not None
    change(shop.runtime, "UPDATE conversations SET closed_at = now(), lease_token = lease_token + 1")
    thought = think(shop.runtime, held, said, situation)
    with pytest.raises(Fenced), shop.runtime.engine.begin() as connection:
        write(shop.runtime, connection, held, thought)
    assert shop.one("SELECT count(*) FROM orders") == 0


def test_without_redis_the_order_is_kept_all_the_same(shop: Shop) -> None:
    real = shop.runtime.__dict__.pop("redis")
    shop.runtime.__dict__["redis"] = type(real)(port=1, socket_connect_timeout=0.2)
    try:
        assert process(shop.runtime, say(shop.runtime, ORDER).conversation_id) is not None
    finally:
        shop.runtime.__dict__.pop("redis").close()
        shop.runtime.__dict__["redis"] = real
        queues.forget_silence(shop.runtime)
    assert shop.rows("SELECT status FROM orders") == [("placed",)]
