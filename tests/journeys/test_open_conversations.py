"""One open conversation a contact and number: under races, at closing and opening, and for several numbers of ours."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from flask.testing import FlaskClient

from bot.channels.base import Incoming, MessageKind
from bot.runtime import Runtime
from handlers import create_app
from jobs.intake.record import record_once
from jobs.outbox.send import send
from jobs.process_conversation import process
from simulator.server import Running
from tests.conftest import Shop
from tests.people import ORDER, PASIR_RIS, STRANGER, WhatsApp, World

SECOND = "+6580000002"


def message(number: int, to: str = "+6580000001") -> Incoming:
    return Incoming(
        "whatsapp",
        f"SM{number:032x}",
        STRANGER,
        to,
        MessageKind.TEXT,
        f"message {number}",
        datetime.now(UTC),
        "Ali",
        {},
    )


def test_fifty_first_messages_at_once_open_one_conversation(shop: Shop) -> None:
    with ThreadPoolExecutor(10) as pool:
        recorded = list(
            pool.map(
                lambda n: record_once(shop.runtime.engine, message(n), fingerprint=str(n), window_ms=60_000), range(50)
            )
        )
    assert len({one.conversation_id for one in recorded}) == 1
    assert shop.one("SELECT count(*) FROM conversations WHERE closed_at IS NULL") == 1
    assert shop.one("SELECT count(*) FROM contacts WHERE address = :a", a=STRANGER) == 1
    assert shop.one("SELECT count(*) FROM conversation_messages") == 50


def test_session_ids_are_uuid4_and_differ(shop: Shop, client: FlaskClient) -> None:
    world = World(shop, client)
    for number in ("+6580000101", "+6580000108", "+6580000150"):
        world.phone(number).say("hi")
    ids = [str(row[0]) for row in shop.rows("SELECT session_id FROM conversations")]
    assert len(set(ids)) == 3
    assert {uuid.UUID(session).version for session in ids} == {4}
    assert [str(uuid.UUID(session)) for session in ids] == ids


def test_a_message_while_it_is_closed_is_settled_with_a_reason(shop: Shop, client: FlaskClient) -> None:
    world = World(shop, client)
    phone = world.phone()
    assert phone.post(phone.form(ORDER)) == 200
    world.unbind(PASIR_RIS)
    assert shop.rows("SELECT state, reason FROM conversation_messages") == [("ignored", "contact_unbound")]
    assert world.orders() == []


def test_each_number_of_ours_has_its_own_conversation_and_answers_from_itself(shop: Shop, simulator: Running) -> None:
    first = shop.runtime.settings.whatsapp_senders[0]
    settings = shop.runtime.settings.model_copy(update={"twilio_whatsapp_from": f"{first},{SECOND}"})
    runtime = Runtime(settings)
    try:
        client = create_app(runtime).test_client()
        phone = WhatsApp(shop, client)
        phone.say(ORDER)
        other = WhatsApp(shop, client, to=SECOND)
        other.say("50 pizza liner for next friday")
        assert shop.one("SELECT count(*) FROM conversations WHERE closed_at IS NULL") == 2
        for row in shop.rows("SELECT id FROM conversation_messages WHERE direction = 'outbound' ORDER BY id"):
            runtime.redis.flushdb()
            send(runtime, int(str(row[0])), runtime.channels)
        sent = [e.sent["From"] for e in simulator.ledger.entries(operation="messages.create")]
        assert sent == [f"whatsapp:{first}", f"whatsapp:{SECOND}"]
    finally:
        runtime.close()


def test_a_number_that_is_not_ours_is_refused(shop: Shop, client: FlaskClient) -> None:
    phone = WhatsApp(shop, client, to="+6580000003")
    assert phone.post(phone.form(ORDER)) == 403
    assert shop.one("SELECT count(*) FROM conversation_messages") == 0


def test_two_strangers_with_one_code_and_only_one_is_bound(shop: Shop, client: FlaskClient) -> None:
    world = World(shop, client)
    code = world.invite("AW-JWL")
    phones = [world.phone(f"+658000990{n}") for n in range(5)]
    for phone in phones:
        assert phone.post(phone.form(code)) == 200
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda n: process(shop.runtime, n), range(1, 6)))
    phones[0].work()
    assert shop.one("SELECT count(*) FROM contact_outlets WHERE bound_by = 'invitation'") == 1
