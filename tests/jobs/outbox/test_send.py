"""A reply leaves once, in order, and every refusal of a provider is understood. Faults are the simulator's, over real HTTP."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import text

from bot.channels import provider_loop
from bot.channels.base import Outgoing, Receipt
from jobs import sweep
from jobs.intake.record import record_receipt
from jobs.outbox import send as sending
from models.database import make_engine
from models.receipt import Delivery
from simulator.faults import Fault, FaultKind
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.ledger import change, due_now, write_reply

CHAT = "7001"


def send(shop: Shop, message_id: int) -> None:
    sending.send(shop.runtime, message_id, shop.runtime.channels)


def state(shop: Shop, message_id: int) -> object:
    return shop.one("SELECT state FROM conversation_messages WHERE id = :id", id=message_id)


def effects(simulator: Running, provider: str = "twilio") -> int:
    operation = {"twilio": "messages.create", "telegram": "sendMessage"}[provider]
    return sum(e.effect is not None for e in simulator.ledger.entries(provider=provider, operation=operation))


def calls(simulator: Running, operation: str = "messages.create") -> int:
    return len(simulator.ledger.entries(kind="call", operation=operation))


def fault(simulator: Running, kind: FaultKind, **fields: object) -> None:
    simulator.faults.add(Fault(kind, operation=str(fields.pop("operation", "messages.create")), **fields))  # type: ignore[arg-type]


def test_a_pending_reply_is_sent_once_however_often_it_is_rung_for(shop: Shop, simulator: Running) -> None:
    message_id = write_reply(shop.runtime)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: sending.send(shop.runtime, message_id, shop.runtime.channels), range(8)))
    send(shop, message_id)
    assert (effects(simulator), state(shop, message_id)) == (1, "sent")


def test_429_with_retry_after_waits_as_long_as_asked(shop: Shop, simulator: Running) -> None:
    fault(simulator, FaultKind.ERROR, status=429, retry_after_s=7)
    message_id = write_reply(shop.runtime)
    send(shop, message_id)
    wait = shop.one(
        "SELECT extract(epoch FROM due_at - now())::float8 FROM conversation_messages WHERE id = :id", id=message_id
    )
    assert (state(shop, message_id), 6 < float(str(wait)) < 8) == ("pending", True)
    send(shop, message_id)
    assert calls(simulator) == 1, "not before its time"
    due_now(shop.runtime)
    send(shop, message_id)
    assert (effects(simulator), state(shop, message_id)) == (1, "sent")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (FaultKind.ERROR, {"status": 500}),
        (FaultKind.ERROR, {"status": 503}),
        (FaultKind.CUT, {}),
        (FaultKind.ACCEPT_THEN_DROP, {}),
        (FaultKind.ACCEPT_THEN_STALL, {"delay_s": 3.5}),
    ],
    ids=["500", "503", "cut", "accept-then-drop", "accept-then-stall"],
)
def test_a_lost_answer_is_looked_up_before_anything_is_sent_again(
    shop: Shop, simulator: Running, kind: FaultKind, fields: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(simulator, kind, **fields)
    message_id = write_reply(shop.runtime, "Order placed")
    with monkeypatch.context() as patience:
        patience.setattr(provider_loop, "WHOLE_S", 3.0)
        send(shop, message_id)
    assert state(shop, message_id) == "unknown"
    due_now(shop.runtime)
    send(shop, message_id)
    assert (effects(simulator), state(shop, message_id)) == (1, "sent")
    assert calls(simulator, "messages.list") == 1


def test_an_earlier_reply_with_the_same_words_is_not_taken_for_the_lost_one(shop: Shop, simulator: Running) -> None:
    first = write_reply(shop.runtime, "OK")
    send(shop, first)
    fault(simulator, FaultKind.CUT)
    second = write_reply(shop.runtime, "OK")
    change(
        shop.runtime,
        "UPDATE conversation_messages SET created_at = now() - interval '1 minute' WHERE id = :id",
        id=second,
    )
    send(shop, second)
    due_now(shop.runtime)
    send(shop, second)
    assert (effects(simulator), state(shop, second)) == (2, "sent")


@pytest.mark.parametrize("code", [63003, 63024, 21610])
def test_a_permanent_refusal_is_one_call_and_one_failure(shop: Shop, simulator: Running, code: int) -> None:
    fault(simulator, FaultKind.ERROR, status=400, code=code)
    message_id = write_reply(shop.runtime)
    send(shop, message_id)
    due_now(shop.runtime)
    send(shop, message_id)
    assert (calls(simulator), state(shop, message_id)) == (1, "dead")
    assert shop.rows("SELECT kind, message_id FROM failures") == [("deliver", message_id)]
    opted_out = shop.one("SELECT count(*) FROM contacts WHERE unreachable_at IS NOT NULL")
    assert opted_out == (1 if code == 21610 else 0)


def test_a_closed_window_holds_the_reply(shop: Shop, simulator: Running) -> None:
    fault(simulator, FaultKind.ERROR, status=400, code=63016)
    message_id = write_reply(shop.runtime)
    send(shop, message_id)
    assert (calls(simulator), state(shop, message_id)) == (1, "held")


def test_telegram_retry_after_is_kept_and_a_blocked_bot_is_final(shop: Shop, simulator: Running) -> None:
    fault(simulator, FaultKind.ERROR, operation="sendMessage", status=429, retry_after_s=7)
    message_id = write_reply(shop.runtime, channel="telegram", address=CHAT)
    send(shop, message_id)
    assert (
        shop.one("SELECT due_at > now() + interval '5 s' FROM conversation_messages WHERE id = :id", id=message_id)
        is True
    )
    fault(simulator, FaultKind.ERROR, operation="sendMessage", status=403)
    due_now(shop.runtime)
    send(shop, message_id)
    assert state(shop, message_id) == "dead"
    assert shop.one("SELECT unreachable_at IS NOT NULL FROM contacts WHERE address = :chat", chat=CHAT) is True


def test_message_ids_of_two_telegram_chats_may_be_equal(shop: Shop, simulator: Running) -> None:
    first, second = (write_reply(shop.runtime, channel="telegram", address=chat) for chat in ("7001", "7002"))
    send(shop, first)
    change(shop.runtime, "UPDATE conversation_messages SET provider_id = '7002:1' WHERE id = :id", id=first)
    send(shop, second)
    assert state(shop, second) == "sent"
    ids = {
        str(row[0]).split(":")[-2]
        for row in shop.rows("SELECT provider_id FROM conversation_messages WHERE state = 'sent'")
    }
    assert ids == {"7002"}


def test_replies_of_one_conversation_leave_in_order_also_past_a_failing_one(shop: Shop, simulator: Running) -> None:
    ids = [write_reply(shop.runtime, f"part {number}") for number in range(5)]
    fault(simulator, FaultKind.CUT)
    for message_id in reversed(ids):
        send(shop, message_id)
    due_now(shop.runtime)
    send(shop, ids[0])
    sent = [e.sent["Body"] for e in simulator.ledger.entries(operation="messages.create") if e.effect]
    assert sent == [f"part {number}" for number in range(5)]


def test_a_try_that_was_given_up_may_still_report_its_success(shop: Shop, simulator: Running) -> None:
    message_id = write_reply(shop.runtime)
    fault(simulator, FaultKind.ACCEPT_THEN_DROP)
    send(shop, message_id)
    change(
        shop.runtime,
        "UPDATE conversation_messages SET attempt_id = 'another', state = 'pending' WHERE id = :id",
        id=message_id,
    )
    due_now(shop.runtime)
    send(shop, message_id)
    assert state(shop, message_id) == "sent"


class _CutOff:
    """Sends, and every connection to PostgreSQL is gone by the time the provider answers."""

    name, max_length, can_look_up = "telegram", 4096, False

    def __init__(self, url: str) -> None:
        self.sent, self._url = 0, url

    def send(self, message: Outgoing) -> str:
        self.sent += 1
        engine = make_engine(self._url, application="operator")
        with engine.connect() as connection:
            connection.execute(text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()"
            ))  # fmt: skip
        engine.dispose()
        return f"{message.to}:{self.sent}"

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None:
        return None


def test_what_the_provider_said_is_written_down_though_postgresql_was_gone_for_a_moment(shop: Shop) -> None:
    message_id = write_reply(shop.runtime, address=CHAT, channel="telegram")
    channel = _CutOff(shop.runtime.settings.database_url)
    sending.send(shop.runtime, message_id, {"telegram": channel})
    shop.runtime.engine.dispose()  # the other kind of connection is cut off as well
    assert (channel.sent, state(shop, message_id)) == (1, "sent")


def test_a_sender_that_died_is_followed_up_when_its_time_is_over(shop: Shop, simulator: Running) -> None:
    message_id = write_reply(shop.runtime, state="sending")
    shop.runtime.redis.flushdb()
    assert sweep.run_once(shop.runtime)["deliver"] == 1
    shop.work()
    assert (effects(simulator), state(shop, message_id)) == (1, "sent")


def test_what_fails_twelve_times_is_dead_and_in_the_failures(shop: Shop, simulator: Running) -> None:
    fault(simulator, FaultKind.ERROR, status=429, count=None)
    message_id = write_reply(shop.runtime)
    for _ in range(14):
        due_now(shop.runtime)
        send(shop, message_id)
    assert (calls(simulator), state(shop, message_id)) == (12, "dead")


def test_waiting_for_our_own_rate_is_no_try(shop: Shop, simulator: Running) -> None:
    ids = [write_reply(shop.runtime, f"{n}", channel="telegram", address=CHAT) for n in range(4)]
    send(shop, ids[0])
    assert [state(shop, message_id) for message_id in ids] == ["sent", "sent", "sent", "pending"]
    waiting = "SELECT attempts, due_at > now() FROM conversation_messages WHERE id = :id"
    assert shop.rows(waiting, id=ids[3]) == [(0, True)]
    assert not [key for key in shop.runtime.redis.scan_iter() if CHAT.encode() in key], "nobody's address is in Redis"


@pytest.mark.parametrize("seed", range(5))
def test_five_hundred_receipts_in_any_order_end_as_the_highest(shop: Shop, seed: int) -> None:
    shuffled = [(f"SM{n:03d}", status) for n in range(100) for status in Delivery]
    random.Random(seed).shuffle(shuffled)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: record_receipt(shop.runtime.engine, "whatsapp", Receipt(*each)), shuffled))
    assert shop.rows("SELECT status, count(*) FROM delivery_receipts GROUP BY status") == [("read", 100)]
