"""Failed work is done again by id: once, by whoever is first, with a reason for everybody else; and history is read again."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from rq.job import Job

from bot.errors import BadInputError, PermanentError
from bot.runtime import Runtime
from jobs import failures, queues, sweep
from jobs.lease import claim
from jobs.outbox.send import send
from jobs.process_conversation import process
from jobs.replay.failed_work import failed_since, replay
from jobs.replay.past_orders import read_again
from jobs.replay.rq_failures import reconcile
from jobs.upkeep.smoke import smoke
from models.database import autocommit
from models.failure_kind import FailureKind
from simulator.faults import Fault, FaultKind
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.ledger import change, say, write_reply

ORDER = "100 pcs Pizza Box 10 inch Brown Kraft"


def park(runtime: Runtime, address: str = "+6580000101") -> int:
    """A message whose worker died five times; the id of its failure."""
    conversation_id = say(runtime, ORDER, address=address).conversation_id
    change(runtime, "UPDATE conversations SET attempts = 5 WHERE id = :id", id=conversation_id)
    assert process(runtime, conversation_id) is None
    return failed_since(runtime, None)[-1]


def test_a_poisoned_message_is_parked_with_a_task_a_failure_and_a_word(shop: Shop) -> None:
    park(shop.runtime)
    assert shop.rows("SELECT state, reason FROM conversation_messages ORDER BY id") == [
        ("parked", "failed"),
        ("pending", None),
    ]
    assert shop.one("SELECT count(*) FROM escalations") == 1
    assert shop.rows("SELECT kind, resolved_at FROM failures") == [("process", None)]


def test_only_the_poisoned_message_is_parked_and_the_next_is_answered(shop: Shop, simulator: Running) -> None:
    conversation_id = say(shop.runtime, "poison").conversation_id
    say(shop.runtime, ORDER)
    change(shop.runtime, "UPDATE conversations SET attempts = 5")
    process(shop.runtime, conversation_id)
    process(shop.runtime, conversation_id)
    states = shop.rows("SELECT state FROM conversation_messages WHERE direction = 'inbound' ORDER BY id")
    assert states[0] == ("parked",)
    assert states[1] != ("received",)


def test_a_replayed_message_is_answered_and_its_reply_is_not_taken_for_the_apology(
    shop: Shop, simulator: Running
) -> None:
    failure_id = park(shop.runtime)
    done = replay(shop.runtime, [failure_id], "ops")
    assert [each.done for each in done] == [True]
    shop.work()
    sweep.run_once(shop.runtime)
    shop.work()
    assert shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 1
    sent = [str(e.sent["Body"]) for e in simulator.ledger.entries(operation="messages.create")]
    assert len(sent) == 2
    assert "100 pcs" in sent[1]
    assert shop.rows("SELECT actor, action, subject FROM audit WHERE action = 'replay'") == [
        ("ops", "replay", f"failures:{failure_id}")
    ]


def test_finished_work_is_refused_with_its_reason(shop: Shop, simulator: Running) -> None:
    failure_id = park(shop.runtime)
    replay(shop.runtime, [failure_id], "ops")
    shop.work()
    again = replay(shop.runtime, [failure_id], "ops")
    assert [(each.done, each.reason) for each in again] == [(False, "settled already: replayed by ops")]
    message_id = shop.one("SELECT min(id) FROM conversation_messages")
    with shop.runtime.engine.begin() as connection:
        failures.note(connection, FailureKind.PROCESS, int(str(message_id)), PermanentError("late"))
    other = replay(shop.runtime, failed_since(shop.runtime, None), "ops")
    assert [(each.done, each.reason) for each in other] == [(False, f"message {message_id} is finished: answered")]
    assert shop.one("SELECT count(*) FROM orders") == 1


def test_two_operators_replaying_the_same_failures_at_once_change_nothing_twice(shop: Shop) -> None:
    ids = [park(shop.runtime, address=f"+6580001{number:03d}") for number in range(30)]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda name: replay(shop.runtime, ids, name), ("ann", "ben")))
    done = [each.failure_id for result in results for each in result if each.done]
    assert sorted(done) == sorted(ids)
    assert shop.one("SELECT count(*) FROM audit WHERE action = 'replay'") == len(ids)


def test_a_dry_run_changes_nothing(shop: Shop) -> None:
    failure_id = park(shop.runtime)
    assert [each.reason for each in replay(shop.runtime, [failure_id], "ops", dry_run=True)] == ["would be done again"]
    assert shop.one("SELECT state FROM conversation_messages ORDER BY id LIMIT 1") == "parked"


def test_an_id_that_never_was_is_bad_usage(shop: Shop) -> None:
    with pytest.raises(BadInputError, match="999"):
        replay(shop.runtime, [999], "ops")


def test_a_dead_reply_is_looked_up_and_sent_again(shop: Shop, simulator: Running) -> None:
    simulator.faults.add(Fault(FaultKind.ERROR, operation="messages.create", status=400, code=63003))
    message_id = write_reply(shop.runtime)
    send(shop.runtime, message_id, shop.runtime.channels)
    assert [each.done for each in replay(shop.runtime, failed_since(shop.runtime, None), "ops")] == [True]
    send(shop.runtime, message_id, shop.runtime.channels)
    assert shop.one("SELECT state FROM conversation_messages WHERE id = :id", id=message_id) == "sent"


def test_the_command_says_what_it_did_and_refuses_bad_usage(app: Flask, shop: Shop) -> None:
    runner = app.test_cli_runner()
    failure_id = park(shop.runtime)
    listed = json.loads(runner.invoke(args=["failed", "list", "--json"]).stdout)
    assert set(listed[0]) == {"id", "kind", "message_id", "error", "attempts", "first_failed_at", "last_failed_at"}
    assert runner.invoke(args=["failed", "show", str(failure_id)]).exit_code == 0
    assert runner.invoke(args=["replay"]).exit_code == 2
    assert runner.invoke(args=["replay", "999"]).exit_code == 2
    assert runner.invoke(args=["replay", str(failure_id), "--dry-run"]).exit_code == 0
    assert json.loads(runner.invoke(args=["replay", str(failure_id), "--json"]).stdout)[0]["done"] is True
    assert runner.invoke(args=["replay", str(failure_id)]).exit_code == 1
    assert runner.invoke(args=["replay", "--all-failed", "--since", "2030-01-01"]).exit_code == 0
    assert runner.invoke(args=["replay", "diff"]).exit_code == 0


def test_history_read_again_shows_only_what_changed(shop: Shop, simulator: Running) -> None:
    assert process(shop.runtime, say(shop.runtime, ORDER).conversation_id) is not None
    with shop.runtime.engine.connect() as connection:
        assert read_again(shop.runtime, connection, since=None, most=10) == (1, [])
    change(
        shop.runtime,
        "UPDATE conversation_messages SET context = jsonb_set(context, '{lines,0,1}', '\"40\"') WHERE context IS NOT NULL",
    )
    with shop.runtime.engine.connect() as connection:
        read, found = read_again(shop.runtime, connection, since=None, most=10)
    line = found[0].lines[0]
    assert (read, line.sku, str(line.before), str(line.after), str(line.money)) == (1, "PB10-K", "40", "100", "16.80")


def test_a_job_that_is_not_ours_costs_no_worker_and_becomes_a_failure(shop: Shop, simulator: Running) -> None:
    target = queues.queue(shop.runtime.redis)
    target.enqueue_call("os.system", args=("true",))
    target.enqueue_call("jobs.no_such_job.run", args=(1,))
    shop.runtime.redis.hset(
        "rq:job:pickled",
        mapping={"data": b"\x80\x04\x95", "created_at": "2026-11-22T00:00:00.000000Z", "status": "queued"},
    )
    shop.runtime.redis.rpush(target.key, "pickled", "no-such-job")
    queues.ring(shop.runtime, queues.Bell.PROCESS, say(shop.runtime, ORDER).conversation_id)
    shop.work()
    shop.work()
    assert shop.one("SELECT count(*) FROM orders") == 1
    assert reconcile(shop.runtime) >= 2
    assert shop.rows("SELECT kind, count(*) FROM failures GROUP BY kind") == [("job", 2)]
    assert reconcile(shop.runtime) == 0


def test_a_failed_job_of_ours_is_forgotten_by_rq_and_its_row_woken(shop: Shop) -> None:
    conversation_id = say(shop.runtime, ORDER).conversation_id
    change(shop.runtime, "UPDATE conversations SET due_at = NULL")
    target = queues.queue(shop.runtime.redis)
    job = target.enqueue_call(queues.Bell.PROCESS.value, args=(conversation_id,))
    target.remove(job)
    from rq.registry import FailedJobRegistry

    FailedJobRegistry(queue=target).add(job, exc_string="the worker died")
    assert reconcile(shop.runtime) == 1
    assert not Job.exists(job.id, connection=shop.runtime.redis)
    assert shop.one("SELECT due_at IS NOT NULL FROM conversations") is True


def test_a_lease_that_is_held_is_not_disturbed_by_a_replay(shop: Shop) -> None:
    failure_id = park(shop.runtime)
    conversation_id = say(shop.runtime, ORDER).conversation_id
    with autocommit(shop.runtime.engine) as connection:
        held = claim(connection, conversation_id)
    assert held is not None
    assert [each.done for each in replay(shop.runtime, [failure_id], "ops")] == [True]
    assert shop.rows("SELECT lease_token, due_at < lease_until FROM conversations") == [(held.token, True)]


def test_smoke_without_a_worker_fails_and_leaves_nothing(shop: Shop) -> None:
    before = shop.one("SELECT count(*) FROM outlets")
    result = smoke(shop.runtime, 2, timeout_s=0.2)
    assert (result.ok, result.verified, len(result.problems)) == (False, 0, 2)
    assert shop.one("SELECT count(*) FROM outlets") == before
    assert shop.one("SELECT count(*) FROM contacts WHERE is_synthetic") == 0


def test_smoke_with_a_worker_verifies_the_order_path_and_leaves_nothing(shop: Shop) -> None:
    import threading

    stop = threading.Event()

    def work() -> None:
        from jobs.process_conversation import drain

        while not stop.wait(0.02):
            drain(shop.runtime)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        result = smoke(shop.runtime, 5, timeout_s=30)
    finally:
        stop.set()
        worker.join()
    assert (result.ok, result.verified, result.problems) == (True, 5, [])
    assert shop.one("SELECT count(*) FROM orders") == 0
