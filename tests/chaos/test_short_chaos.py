"""The short version of `make chaos`: a few deaths at every place and a few faults, on real servers, in every run of the suite."""

from __future__ import annotations

import http.client
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from chaos.crash_sweep import FAILPOINTS, plan
from chaos.customers import Customers
from chaos.house import House, house
from chaos.invariants import violations
from embedded.ports import free_port

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


def _status(port: int, path: str, timeout_s: float = 5.0) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


class Balancer:
    """Asks each door whether it is ready, ten times a second, and takes a late answer for a no, as balancers do."""

    def __init__(self, *ports: int) -> None:
        self.ready = dict.fromkeys(ports, False)
        self.done = threading.Event()
        for port in ports:
            threading.Thread(target=self._ask, args=(port,), daemon=True).start()

    def _ask(self, port: int) -> None:
        while not self.done.wait(0.1):
            self.ready[port] = _status(port, "/api/v1/health/readiness", 0.5) == 200

    def send(self) -> int | None:
        """One request to a door that is ready; to the last when none is."""
        port = next((port for port, ready in self.ready.items() if ready), max(self.ready, key=list(self.ready).index))
        return _status(port, "/version")


def test_a_balancer_loses_no_request_while_a_web_process_leaves(opened: House) -> None:
    opened.close_all()
    opened.clean()
    opened.open(workers=1)
    leaver, other = opened.of("web")[0], free_port()
    opened.spawn("web", env={"PORT": str(other)})
    opened.wait_for_web(other)
    balancer = Balancer(opened.web_port, other)
    until = time.monotonic() + 30
    while not all(balancer.ready.values()) and time.monotonic() < until:
        time.sleep(0.05)
    answers = []
    for number in range(200):
        if number == 20:
            os.kill(leaver.pid, signal.SIGTERM)  # the parent alone, as whoever supervises it does
        answers.append(balancer.send())
        time.sleep(0.02)
    balancer.done.set()
    assert leaver.wait(20)
    assert not balancer.ready[opened.web_port]
    assert set(answers) == {200}
