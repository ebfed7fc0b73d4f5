"""A conversation without a word for a day has ended, unless something waits in it; the next message opens a new one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from jobs.access import idle_conversations
from jobs.intake.record import record_once
from tests.conftest import Shop
from tests.jobs.ledger import change, incoming
from tests.people import ORDER, PASIR_RIS, WhatsApp, World

AGO = "now() - interval '25 hours'"


@pytest.fixture
def phone(world: World) -> WhatsApp:
    return world.phone()


def a_day_later(shop: Shop) -> int:
    """Everything happened a day earlier than it did; then the sweeper looks."""
    change(shop.runtime, f"UPDATE conversations SET opened_at = {AGO}")
    change(
        shop.runtime,
        f"UPDATE conversation_messages SET created_at = {AGO}, state = CASE state WHEN 'pending' THEN 'sent' ELSE state END,"
        " provider_id = COALESCE(provider_id, (90000000 + id)::text), due_at = NULL",
    )
    change(shop.runtime, "DELETE FROM heartbeats WHERE name = 'sessions'")
    return idle_conversations.end_idle(shop.runtime)


def open_sessions(shop: Shop) -> list[object]:
    return [row[0] for row in shop.rows("SELECT session_id FROM conversations WHERE closed_at IS NULL")]


def test_after_a_day_the_next_message_has_a_session_of_its_own(phone: WhatsApp, shop: Shop) -> None:
    phone.say(ORDER)
    (first,) = open_sessions(shop)
    assert a_day_later(shop) == 1
    assert open_sessions(shop) == []
    phone.say("hi")
    (second,) = open_sessions(shop)
    assert first != second
    assert shop.one("SELECT count(DISTINCT contact_id) FROM conversations") == 1


def test_an_order_of_the_session_before_is_changed_in_the_new_one(phone: WhatsApp, shop: Shop) -> None:
    phone.say(f"{ORDER} for next friday")
    a_day_later(shop)
    assert "is changed" in phone.say("make it 200")[0]
    assert shop.rows("SELECT quantity::int FROM order_lines") == [(200,)]


def test_a_reply_of_the_session_before_can_be_quoted(phone: WhatsApp, shop: Shop) -> None:
    phone.say(f"{ORDER} for next friday")
    quoted = phone.sent()
    phone.say("50 pizza liner for next monday")
    a_day_later(shop)
    assert "is cancelled" in phone.say("cancel this", replied_to=quoted)[0]
    assert shop.rows("SELECT status FROM orders ORDER BY id") == [("cancelled",), ("placed",)]


def test_the_language_goes_on_and_the_outlet_is_asked_anew(world: World, shop: Shop) -> None:
    world.bind(PASIR_RIS, "CP-TP")
    phone = world.phone()
    phone.say("你好")
    phone.say("10寸披萨盒5箱")
    phone.say("1")
    a_day_later(shop)
    assert "哪" in phone.say("2 pkt liner")[0]


@pytest.mark.parametrize(
    "waits",
    [
        "UPDATE conversation_messages SET state = 'held' WHERE direction = 'outbound'",
        "UPDATE conversations SET owner = 'person'",
        "UPDATE conversations SET due_at = now()",
        "UPDATE orders SET status = 'awaiting_approval'",
        "INSERT INTO escalations (conversation_id, reason) SELECT id, 'complaint' FROM conversations",
        "UPDATE contacts SET is_synthetic = true",
    ],
)
def test_it_goes_on_while_anything_waits_in_it(phone: WhatsApp, shop: Shop, waits: str) -> None:
    phone.say(ORDER)
    phone.sent()
    change(shop.runtime, waits)
    assert a_day_later(shop) == 0


def test_an_open_question_keeps_it_open(phone: WhatsApp, shop: Shop) -> None:
    phone.say("3 ctn 12 inch box")
    assert a_day_later(shop) == 0
    assert "is placed" in phone.say("white")[0]


def test_it_is_looked_for_once_in_a_while_whichever_sweeper_looks(phone: WhatsApp, shop: Shop) -> None:
    phone.say("hi")
    assert a_day_later(shop) == 1
    phone.say("hi")
    change(shop.runtime, f"UPDATE conversations SET opened_at = {AGO}, due_at = NULL")
    change(shop.runtime, f"UPDATE conversation_messages SET created_at = {AGO}")
    assert idle_conversations.end_idle(shop.runtime) == 0


def test_messages_that_come_as_it_ends_lose_nothing(phone: WhatsApp, shop: Shop) -> None:
    phone.say("hi")
    phone.sent()
    change(shop.runtime, f"UPDATE conversations SET opened_at = {AGO}")
    change(shop.runtime, f"UPDATE conversation_messages SET created_at = {AGO}")
    change(shop.runtime, "DELETE FROM heartbeats WHERE name = 'sessions'")

    def act(number: int) -> object:
        if number == 3:
            return idle_conversations.end_idle(shop.runtime)
        return record_once(
            shop.runtime.engine, incoming("hi", sid=f"SM{number:032d}"), fingerprint=str(number), window_ms=60_000
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(8)))
    assert len(open_sessions(shop)) == 1
    stranded = "SELECT count(*) FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.state = 'received' AND c.closed_at IS NOT NULL"
    assert shop.one(stranded) == 0
