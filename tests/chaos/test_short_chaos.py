"""The short version of `make chaos`: a few deaths at every place and a few faults, on real servers, in every run of the suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chaos.crash_sweep import FAILPOINTS, plan
from chaos.customers import Customers
from chaos.house import House, house
from chaos.invariants import violations

PLACES = ("apply.after_order", "process.after_commit", "deliver.after_send")


@pytest.fixture(scope="module")
def opened() -> Iterator[House]:
    with house(outlets=20, seed=1) as made:
        yield made


def test_there_are_at_least_twenty_named_places_to_die_at() -> None:
    assert len(FAILPOINTS) >= 20
    assert len(set(FAILPOINTS)) == len(FAILPOINTS)


def test_a_plan_is_the_same_for_the_same_seed() -> None:
    assert plan(3, 7) == plan(3, 7)
    assert plan(3, 7) != plan(3, 8)
    assert len(plan(25, 1)) == 25 * len(FAILPOINTS)


def test_workers_that_die_in_the_middle_lose_nothing_and_double_nothing(opened: House) -> None:
    opened.open(workers=0)
    customers = Customers(opened, seed=1)
    victims = [opened.spawn("worker", fail=f"{place}:1:kill") for place in PLACES]
    for victim in victims:
        for phone in opened.phones(3):
            customers.order(phone)
        customers.wait()
        victim.wait(10)
    opened.spawn("worker")
    assert opened.drained(60) is not None
    assert violations(opened, customers.said, crashes_while_sending=1) == []
    customers.close()


def test_redis_killed_in_the_middle_costs_seconds(opened: House) -> None:
    opened.close_all()
    opened.clean()
    opened.open(workers=1)
    customers = Customers(opened, seed=2)
    for phone in opened.phones(10):
        customers.order(phone)
    opened.valkey.kill()
    for phone in opened.phones(20)[10:]:
        customers.order(phone)
    customers.wait()
    assert all(each.accepted for each in customers.said)
    opened.valkey.start()
    assert opened.drained(60) is not None
    assert violations(opened, customers.said) == []
    customers.close()
