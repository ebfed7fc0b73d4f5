"""Clocks jump by an hour, ours and PostgreSQL's. Leases and alarms are in the database's time; who writes late is fenced."""

from __future__ import annotations

import time

from chaos.scenarios.scenario import Scenario, Trial
from simulator import telegram


def our_clocks_jump(trial: Trial) -> None:
    """Web, workers and sweeper each jump ahead, back and behind; nobody loses a lease and no reply is put off by an hour."""
    house = trial.house
    house.close_all()
    fenced = house.said("worker", "fenced")
    house.open(workers=2, env={"CHAOS_CLOCK_S": "2"})
    with trial.timed("clocks jumped by an hour every 2 s, for"):
        for round_ in range(4):
            for user in range(40):
                update = telegram.build_update(7_000 + user, f"hello {round_}")
                trial.customers._pool.submit(house.simulator.simulator.from_telegram.send, update)
            trial.traffic(10, 3)
    trial.settle()
    early = house.said("worker", "fenced") - fenced
    trial.must(early == 0, f"{early} leases were taken from a worker that lived")
    trial.note(f"{trial.accepted()} orders and 160 Telegram messages, {early} leases ended early")


def the_databases_clock_jumps(trial: Trial) -> None:
    """What a database set an hour ahead does to leases under way: they are over at once, and who held them is fenced."""
    house = trial.house
    house.close_all()
    house.open(workers=0)
    fenced = house.said("worker", "fenced")
    for _ in range(3):
        house.spawn("worker", fail="process.after_think:1:sleep", env={"FAIL_SLEEP_S": "5"})
    for phone in house.phones(3):
        trial.customers.order(phone)
    trial.customers.wait()
    deadline = time.monotonic() + 10
    while house.one("SELECT count(*) FROM conversations WHERE lease_until > now()") < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    moved = house.change(
        "UPDATE conversations SET lease_until = lease_until - interval '1 hour', due_at = due_at - interval '1 hour'"
        " WHERE lease_until IS NOT NULL"
    )
    house.spawn("worker")
    trial.settle()
    time.sleep(6)
    found = house.said("worker", "fenced") - fenced
    trial.must(moved == 3, f"{moved} leases were under way, not three")
    trial.must(found == moved, f"{found} of {moved} late writers were fenced")
    trial.note(f"{moved} leases ended by the jump, {found} late writers fenced")


SCENARIOS = (
    Scenario("the clocks of our processes jump", our_clocks_jump),
    Scenario("the database's clock jumps ahead", the_databases_clock_jumps),
)
