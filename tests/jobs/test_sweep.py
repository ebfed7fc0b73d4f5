"""Whatever the queue loses, doubles or reorders, PostgreSQL's clock brings every row back."""

from __future__ import annotations

from jobs import queues, sweep
from jobs.process_conversation import drain
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.ledger import change, say, write_reply

ORDER = "100 x 10 inch pizza boxes"
QUEUE = f"rq:queue:{queues.QUEUE}"


def waiting(shop: Shop) -> int:
    return int(shop.runtime.redis.llen(QUEUE))


def test_the_end_of_a_burst_rings_once(shop: Shop) -> None:
    say(shop.runtime, ORDER, window_ms=1000)
    assert sweep.run_once(shop.runtime)["process"] == 0
    change(shop.runtime, "UPDATE conversations SET due_at = now()")
    assert [sweep.run_once(shop.runtime)["process"] for _ in range(3)] == [1, 0, 0]


def test_three_quick_messages_become_one_reading(shop: Shop, simulator: Running) -> None:
    for part in ("100 x", "10 inch", "pizza boxes"):
        say(shop.runtime, part, window_ms=1000)
    change(shop.runtime, "UPDATE conversations SET due_at = now()")
    sweep.run_once(shop.runtime)
    shop.work()
    states = shop.rows(
        "SELECT state, count(*) FROM conversation_messages WHERE direction = 'inbound' GROUP BY 1 ORDER BY 1"
    )
    assert states == [("answered", 1), ("merged", 2)]


def test_a_ring_that_was_lost_is_repeated_after_ten_seconds(shop: Shop) -> None:
    say(shop.runtime, ORDER)
    assert sweep.run_once(shop.runtime)["process"] == 1
    shop.runtime.redis.flushdb()
    change(shop.runtime, "UPDATE conversations SET rung_at = now() - interval '11 s'")
    assert sweep.run_once(shop.runtime)["process"] == 1


def test_a_conversation_under_work_is_not_rung_for_until_its_lease_ran_out(shop: Shop) -> None:
    say(shop.runtime, ORDER)
    change(shop.runtime, "UPDATE conversations SET attempts = 1, lease_until = now() + interval '20 s', due_at = now()")
    assert sweep.run_once(shop.runtime)["process"] == 0
    change(shop.runtime, "UPDATE conversations SET lease_until = now()")
    assert sweep.run_once(shop.runtime)["process"] == 1


def test_the_same_ring_eight_times_has_one_effect(shop: Shop, simulator: Running) -> None:
    conversation_id = say(shop.runtime, ORDER).conversation_id
    queues.ring_all(shop.runtime, queues.Bell.PROCESS, [conversation_id] * 8)
    shop.work()
    assert shop.one("SELECT count(*) FROM orders") == 1
    assert len(simulator.ledger.entries(operation="messages.create")) == 1


def test_a_full_queue_is_not_filled_further(shop: Shop) -> None:
    for number in range(80):
        say(shop.runtime, ORDER, address=f"+65700{number:05d}")
    assert sweep.run_once(shop.runtime)["process"] == queues.MAX_WAITING
    assert sweep.run_once(shop.runtime)["process"] == 0


def test_nothing_is_marked_as_rung_while_redis_is_away(shop: Shop) -> None:
    say(shop.runtime, ORDER)
    shop.runtime.redis.connection_pool.disconnect()
    real = shop.runtime.__dict__.pop("redis")
    shop.runtime.__dict__["redis"] = type(real)(
        port=1, socket_connect_timeout=0.2, retry=real.connection_pool.connection_kwargs["retry"]
    )
    try:
        assert sweep.run_once(shop.runtime)["process"] == 0
    finally:
        shop.runtime.__dict__.pop("redis").close()
        shop.runtime.__dict__["redis"] = real
        queues.forget_silence(shop.runtime)
    assert shop.one("SELECT rung_at FROM conversations") is None


def test_a_drain_answers_a_backlog_without_a_ring_for_each(shop: Shop, simulator: Running) -> None:
    for number in range(10):
        say(shop.runtime, ORDER, address=f"+65800001{number:02d}")
    assert drain(shop.runtime, seconds=30) == 10, "each once"
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'received'") == 0


def test_a_reply_nobody_was_rung_for_is_found(shop: Shop, simulator: Running) -> None:
    write_reply(shop.runtime)
    change(shop.runtime, "UPDATE conversations SET due_at = NULL")
    assert sweep.run_once(shop.runtime)["deliver"] == 1
    shop.work()
    assert len(simulator.ledger.entries(operation="messages.create")) == 1
