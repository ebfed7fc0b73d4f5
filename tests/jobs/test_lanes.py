"""Nobody waits for another's provider: a silent one fills its own lane, and the loop that reads and decides goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from bot.understanding.llm import GapFiller
from jobs import canary
from jobs.deliver import deliver
from jobs.lanes import Lanes, Size
from jobs.lease import LEASE_S
from jobs.outbox.senders import queue_in_lane
from jobs.process_conversation import drain, process
from jobs.upkeep.warm_up import warm_up
from simulator.adversary import Mode
from simulator.faults import Fault, FaultKind
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.ledger import change, say, write_reply

CHAT = "7001"
ORDER = "100 x 10 inch pizza boxes"
UNKNOWN = "5 ctn wobblers"
PHONES = [f"+65800001{number:02d}" for number in (1, 8, 15, 22)]


@pytest.fixture
def lanes(shop: Shop) -> Iterator[Lanes]:
    made = Lanes()
    warm_up(shop.runtime, made)
    shop.runtime.lanes = made
    yield made
    shop.runtime.lanes = None
    made.close()


@pytest.fixture
def filler(shop: Shop, simulator: Running) -> Iterator[GapFiller]:
    made = GapFiller(
        api_key="sk-simulated", base_url=f"{simulator.url}/v1", model="gpt-4.1-mini", daily_budget_usd=Decimal(5), budget_s=2.0
    )  # fmt: skip
    shop.runtime.gap_filler = made
    yield made
    shop.runtime.gap_filler = None
    made.close()


def until(shop: Shop, sql: str, value: object, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while (found := shop.one(sql)) != value:
        assert time.monotonic() < deadline, f"{found} instead of {value}: {sql}"
        time.sleep(0.02)


def sent(channel: str) -> str:
    return f"SELECT count(*) FROM conversation_messages WHERE channel = '{channel}' AND state = 'sent'"


def test_a_key_is_never_in_a_lane_twice_and_a_full_one_takes_nothing() -> None:
    lanes, go, done = Lanes({"x": Size(1, 2, "deliver")}), threading.Event(), []

    def work() -> None:
        go.wait(10)
        done.append(1)

    assert [lanes.take("x", key, work) for key in (1, 1, 2, 2, 3)] == [True, True, True, True, False]
    assert not lanes.take("y", 1, work)
    go.set()
    lanes.close()
    assert not lanes.take("x", 4, work)
    assert len(done) <= 2


def test_a_ring_for_a_late_reply_costs_milliseconds_while_the_provider_is_silent(
    shop: Shop, simulator: Running, lanes: Lanes
) -> None:
    simulator.faults.add(Fault(FaultKind.DELAY, "twilio", "messages.create", count=None, delay_s=1.5))
    ids = [write_reply(shop.runtime, address=f"+65800002{number:02d}") for number in range(5)]
    deliver(ids[0])  # plans are made
    began = time.monotonic()
    for message_id in ids:
        deliver(message_id)
    assert time.monotonic() - began < 0.5
    until(shop, sent("whatsapp"), 5)


def test_a_silent_twilio_does_not_keep_telegram_waiting(shop: Shop, simulator: Running, lanes: Lanes) -> None:
    simulator.faults.add(Fault(FaultKind.ACCEPT_THEN_STALL, "twilio", "messages.create", count=None, delay_s=5))
    for number in range(40):
        queue_in_lane(shop.runtime, "whatsapp", write_reply(shop.runtime, address=f"+65800003{number:02d}"))
    message_id = write_reply(shop.runtime, channel="telegram", address=CHAT)
    began = time.monotonic()
    queue_in_lane(shop.runtime, "telegram", message_id)
    until(shop, sent("telegram"), 1)
    assert time.monotonic() - began < 1
    assert shop.one(sent("whatsapp")) == 0


def test_many_sends_are_under_way_at_once(shop: Shop, simulator: Running, lanes: Lanes) -> None:
    simulator.faults.add(Fault(FaultKind.DELAY, "twilio", "messages.create", count=None, delay_s=0.6))
    ids = [write_reply(shop.runtime, address=f"+65800004{number:02d}") for number in range(60)]
    began = time.monotonic()
    for message_id in ids:
        queue_in_lane(shop.runtime, "whatsapp", message_id)
    until(shop, sent("whatsapp"), 60)
    assert time.monotonic() - began < 60 * 0.6 / 4, "more than four at a time"


def test_a_silent_language_model_keeps_only_its_own_messages_waiting(
    shop: Shop, simulator: Running, lanes: Lanes, filler: GapFiller
) -> None:
    simulator.openai.mode, filler.budget_s = Mode.STALL, 8.0
    asking = [say(shop.runtime, UNKNOWN, address=phone).conversation_id for phone in PHONES[:3]]
    answered = "SELECT count(*) FROM conversation_messages WHERE direction = 'inbound' AND state = 'answered'"
    assert [process(shop.runtime, conversation_id) for conversation_id in asking] == [None] * 3
    plain = say(shop.runtime, ORDER, address=PHONES[3])
    assert process(shop.runtime, plain.conversation_id) is not None
    assert shop.one(answered) == 1, "the others still wait"
    until(shop, answered, 4, filler.budget_s + 5)
    assert shop.one("SELECT count(*) FROM conversations WHERE lease_until IS NOT NULL") == 0


def test_what_finds_no_room_with_the_model_is_answered_by_the_rules_at_once(
    shop: Shop, simulator: Running, filler: GapFiller
) -> None:
    simulator.openai.mode = Mode.STALL
    canary.watch(shop.runtime)  # everything is loaded
    lanes = Lanes({"models": Size(1, 1, "process")})
    shop.runtime.lanes = lanes
    try:
        first, second = (say(shop.runtime, UNKNOWN, address=phone) for phone in PHONES[:2])
        assert process(shop.runtime, first.conversation_id) is None
        began = time.monotonic()
        assert process(shop.runtime, second.conversation_id) is not None
        assert time.monotonic() - began < 1
        assert (
            shop.one("SELECT context->'llm'->>'outcome' FROM conversation_messages WHERE context IS NOT NULL") == "busy"
        )
    finally:
        shop.runtime.lanes = None
        lanes.close()


def test_a_lease_is_kept_while_its_message_waits_for_the_model(
    shop: Shop, simulator: Running, lanes: Lanes, filler: GapFiller
) -> None:
    simulator.openai.mode = Mode.STALL
    held = say(shop.runtime, UNKNOWN).conversation_id
    assert process(shop.runtime, held) is None
    change(
        shop.runtime,
        "UPDATE conversations SET lease_until = now() + interval '0.1 s', due_at = now() + interval '0.1 s'",
    )
    for each in shop.runtime.renewals._held:
        each.since -= 2
    shop.runtime.renewals.renew(shop.runtime.engine)
    left = shop.one("SELECT extract(epoch FROM lease_until - now())::float8 FROM conversations")
    assert float(str(left)) > LEASE_S - 2
    assert shop.one("SELECT due_at = lease_until FROM conversations") is True
    assert drain(shop.runtime) == 0, "nobody else may have it meanwhile"


def test_a_message_that_came_meanwhile_is_still_seen_after_the_lease_was_renewed(
    shop: Shop, simulator: Running, lanes: Lanes, filler: GapFiller
) -> None:
    simulator.openai.mode = Mode.STALL
    held = say(shop.runtime, UNKNOWN).conversation_id
    process(shop.runtime, held)
    say(shop.runtime, "thanks")
    for each in shop.runtime.renewals._held:
        each.since -= 2
    shop.runtime.renewals.renew(shop.runtime.engine)
    assert shop.one("SELECT due_at <> lease_until FROM conversations") is True
    until(shop, "SELECT count(*) FROM conversations WHERE lease_until IS NULL AND due_at <= now()", 1)
