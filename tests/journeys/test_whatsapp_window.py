"""WhatsApp's 24-hour window: what is said outside it waits, is seen, and goes out after the customer's next word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from bot.errors import PermanentError
from bot.runtime import Runtime
from jobs.handoff import takeover
from jobs.outbox import whatsapp_window
from jobs.outbox.send import send
from jobs.reads.escalations import held_replies
from simulator.server import Running
from tests.conftest import Shop
from tests.people import ORDER, World

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEMPLATE = "HX" + "0" * 32


@pytest.mark.parametrize(("hours", "held"), [(0, False), (23.99, False), (24, True), (1000, True)])
def test_free_text_is_held_from_the_twenty_fourth_hour_on(hours: float, held: bool) -> None:
    last = NOW - timedelta(hours=hours)
    if not held:
        whatsapp_window.check("whatsapp", None, last, NOW)
        return
    with pytest.raises(PermanentError) as refused:
        whatsapp_window.check("whatsapp", None, last, NOW)
    assert refused.value.code == "63016"


def test_who_never_wrote_has_no_window_and_templates_and_telegram_need_none() -> None:
    with pytest.raises(PermanentError):
        whatsapp_window.check("whatsapp", None, None, NOW)
    whatsapp_window.check("whatsapp", TEMPLATE, None, NOW)
    whatsapp_window.check("telegram", None, NOW - timedelta(days=30), NOW)


def answered_a_day_later(shop: Shop, client: FlaskClient, runtime: Runtime) -> int:
    """A person answers when the customer's last word is a day old; the row of the answer."""
    World(shop, client).phone().say("I want to talk to a person")
    for row in shop.rows("SELECT id FROM conversation_messages WHERE direction = 'outbound'"):
        send(runtime, int(str(row[0])), runtime.channels)
    with runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE contacts SET last_inbound_at = now() - interval '25 hours'")
        message_id = takeover.reply(connection, runtime.settings, 1, "Mei here, sorry for the wait.", actor="mei")
    runtime.redis.flushdb()
    send(runtime, message_id, runtime.channels)
    return message_id


def bodies(simulator: Running) -> list[str]:
    return [
        str(e.sent.get("Body") or e.sent.get("ContentSid"))
        for e in simulator.ledger.entries(operation="messages.create")
    ]


def test_a_late_reply_is_held_seen_and_sent_after_the_next_word(
    shop: Shop, client: FlaskClient, simulator: Running
) -> None:
    runtime = shop.runtime
    message_id = answered_a_day_later(shop, client, runtime)
    assert shop.rows("SELECT state, reason FROM conversation_messages WHERE id = :id", id=message_id) == [
        ("held", "63016")
    ]
    assert shop.one("SELECT count(*) FROM failures WHERE message_id = :id AND resolved_at IS NULL", id=message_id) == 1
    with runtime.engine.connect() as connection:
        assert [held.id for held in held_replies(connection)] == [message_id]
    assert len(bodies(simulator)) == 1
    World(shop, client).phone().say("hello?")
    runtime.redis.flushdb()
    send(runtime, message_id, runtime.channels)
    assert bodies(simulator)[-1] == "Mei here, sorry for the wait."
    assert shop.one("SELECT count(*) FROM failures WHERE resolved_at IS NULL") == 0


def test_a_template_asks_the_customer_to_write_once(shop: Shop, client: FlaskClient, simulator: Running) -> None:
    runtime = Runtime(shop.runtime.settings.model_copy(update={"twilio_content_sid_reopen": TEMPLATE}))
    try:
        answered_a_day_later(shop, client, runtime)
        with runtime.engine.begin() as connection:
            again = takeover.reply(connection, runtime.settings, 1, "One thing more.", actor="mei")
        nudge = int(str(shop.one("SELECT id FROM conversation_messages WHERE kind = 'template'")))
        for message_id in (nudge, again):
            runtime.redis.flushdb()
            send(runtime, message_id, runtime.channels)
        assert bodies(simulator)[1:] == [TEMPLATE]
        assert shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'held'") == 2
    finally:
        runtime.close()


def test_inside_the_window_nothing_is_held(shop: Shop, client: FlaskClient, simulator: Running) -> None:
    phone = World(shop, client).phone()
    phone.say(ORDER)
    send(shop.runtime, phone.last_id, shop.runtime.channels)
    assert shop.one("SELECT state FROM conversation_messages WHERE id = :id", id=phone.last_id) == "sent"
