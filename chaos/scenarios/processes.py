"""Rows 3 to 5, 19 to 27, 44: processes of ours are killed, stopped, asked to stop; one customer floods, one message is poison."""

from __future__ import annotations

import json
import signal
import time

from chaos.crash_sweep import waits
from chaos.report import percentiles
from chaos.scenarios.scenario import Scenario, Trial


def stopped_past_its_lease(trial: Trial) -> None:
    """A worker sleeps inside its job for longer than the lease; another does the work; the sleeper's writes are refused."""
    trial.house.close_all()
    trial.house.open(workers=0)
    trial.house.spawn("worker", fail="process.after_think:1:sleep", env={"FAIL_SLEEP_S": "24"})
    trial.customers.order(trial.house.phones(1)[0])
    trial.customers.wait()
    time.sleep(3)
    trial.house.spawn("worker")
    trial.settle(40)
    time.sleep(8)
    log = (trial.house.folder / "worker.log").read_text(errors="replace")
    trial.must("fenced" in log, "the sleeper was not fenced")


def everything_killed(trial: Trial) -> None:
    trial.customers.order_at_rate(trial.house.phones(40), 15, 3)
    for kind in ("worker", "sweeper", "web"):
        for process in trial.house.of(kind):
            process.kill()
    trial.risky += 8
    trial.customers.wait(60)
    with trial.timed("all processes back after"):
        trial.house.open(workers=1)


def asked_to_stop_under_load(trial: Trial) -> None:
    slowest = 0.0
    for _ in range(4):
        trial.customers.order_at_rate(trial.house.phones(60), 20, 2)
        leaving = trial.house.of("worker")
        for process in leaving:
            process.signal(signal.SIGTERM)
        began = time.monotonic()
        for process in leaving:
            trial.must(process.wait(20), "a worker did not end within 20 s of SIGTERM")
        slowest = max(slowest, time.monotonic() - began)
        trial.house.spawn("worker")
    trial.customers.wait(60)
    trial.note(f"SIGTERM to exit at most {slowest:.1f} s")


def poisoned_message(trial: Trial) -> None:
    """A conversation that raises each time is parked after five tries; the others do not wait."""
    trial.may_park = True
    trial.house.close_all()
    trial.house.open(workers=1)
    phone = trial.house.phones(1)[0]
    poisoned = trial.customers.order(phone)
    trial.customers.wait()
    trial.house.change(
        "UPDATE conversation_messages SET payload = '[]', kind = 'contact' WHERE provider_id = :sid", sid=poisoned.sid
    )
    trial.customers.order_at_rate(trial.house.phones(40)[1:], 10, 10)
    trial.customers.wait()
    trial.settle(60)
    trial.note("the others: " + percentiles(waits(trial.house)))


def job_without_end(trial: Trial) -> None:
    """A job that takes longer than its limit is stopped, tried again, and its neighbours are answered."""
    trial.house.close_all()
    trial.house.open(workers=1)
    trial.house.spawn("worker", fail="process.after_read:1:sleep", env={"FAIL_SLEEP_S": "300"})
    trial.customers.order_at_rate(trial.house.phones(30), 5, 6)
    trial.customers.wait()
    trial.settle(60)
    trial.note(percentiles(waits(trial.house)))


def flooding_customer(trial: Trial) -> None:
    """One phone writes a hundred times a second; 49 others order as always."""
    phones = trial.house.phones(50)
    from simulator import twilio

    config = trial.house.simulator.simulator.config
    for number in range(200):
        form = twilio.build_form(config, phones[49], f"hello {number}")
        trial.customers._pool.submit(trial.house.simulator.simulator.from_whatsapp.send, form)
        if number % 5 == 0:
            trial.customers.order(trial.customers.random.choice(phones[:49]))
        time.sleep(0.01)
    trial.customers.wait()
    trial.settle()
    notices = trial.house.one(
        "SELECT count(*) FROM conversation_messages WHERE content LIKE 'I could not read your last%'"
    )
    limited = trial.house.one("SELECT count(*) FROM conversation_messages WHERE reason = 'flood'")
    others = trial.house.rows(
        "SELECT extract(epoch FROM r.finished_at - m.created_at)::float8 FROM conversation_messages m JOIN conversation_messages r"
        " ON r.in_reply_to = m.id AND r.state = 'sent' JOIN conversations c ON c.id = m.conversation_id"
        " JOIN contacts k ON k.id = c.contact_id WHERE k.address <> :flooder", flooder=phones[49],
    )  # fmt: skip
    times = sorted(float(each) for (each,) in others)
    trial.must(notices == 1, f"{notices} notices instead of one")
    trial.must(bool(times) and times[len(times) * 95 // 100] <= 3, "the others waited for more than 3 s at p95")
    trial.note(f"{limited} messages limited, {notices} notice; the others {percentiles(times)}")


def replay_killed(trial: Trial) -> None:
    """The replay command dies between its steps; repeated, it ends as if it had not."""
    trial.may_park = True
    phones = trial.house.phones(9)
    for place in ("replay.after_close", "replay.before_commit", "replay.after_commit"):
        for phone in phones[:3]:
            said = trial.customers.order(phone)
            trial.customers.wait()
            _park(trial, said.sid)
        phones = phones[3:]
        arguments = {"CHAOS_ARGUMENTS": json.dumps(["replay", "--all-failed"])}
        dying = trial.house.spawn("command", fail=f"{place}:2:kill", env=arguments)
        trial.must(dying.wait(30), "the command did not end")
        again = trial.house.spawn("command", env=arguments)
        trial.must(again.wait(30), "the second command did not end")
    trial.settle()
    left = trial.house.one("SELECT count(*) FROM conversation_messages WHERE state = 'parked'")
    trial.must(left == 0, f"{left} messages are still parked")
    trial.note("9 failures, 3 kills, all replayed once")


def _park(trial: Trial, sid: str) -> None:
    """As if five workers had died over it. Its order and reply go; what the provider was sent of it stays there."""
    trial.house.drained(30)
    trial.risky += 1
    trial.house.change(
        "WITH m AS (UPDATE conversation_messages SET state = 'parked', reason = 'failed' WHERE provider_id = :sid RETURNING id),"
        " gone AS (DELETE FROM order_lines l USING orders o, m WHERE o.message_id = m.id AND l.order_id = o.id)"
        " INSERT INTO failures (kind, reference, message_id, error) SELECT 'process', id::text, id, 'chaos' FROM m",
        sid=sid,
    )
    trial.house.change(
        "DELETE FROM orders o USING conversation_messages m WHERE m.id = o.message_id AND m.provider_id = :sid", sid=sid
    )
    trial.house.change(
        "DELETE FROM conversation_messages r USING conversation_messages m WHERE r.in_reply_to = m.id AND m.provider_id = :sid",
        sid=sid,
    )


SCENARIOS = (
    Scenario("a worker sleeps past its lease and comes back", stopped_past_its_lease),
    Scenario("every process killed at once", everything_killed),
    Scenario("workers asked to stop under load, four times", asked_to_stop_under_load),
    Scenario("a poisoned message", poisoned_message),
    Scenario("a job without end", job_without_end),
    Scenario("one customer floods", flooding_customer),
    Scenario("the replay command is killed", replay_killed),
)
