"""The short version of `make chaos`: a few deaths at every place and a few faults, on real servers, in every run of the suite."""

from __future__ import annotations

import http.client
import os
import signal
import time
from collections.abc import Iterator

import pytest

from bot.errors import BadInputError
from chaos.crash_sweep import FAILPOINTS, places, plan
from chaos.customers import Customers
from chaos.house import House, house
from chaos.invariants import violations
from embedded.ports import free_port

YES_IS_GOOD_FOR_S = 0.5
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


def test_places_are_chosen_by_how_they_begin() -> None:
    assert places([]) == FAILPOINTS
    assert set(places(["token.", "contact."])) == {
        each for each in FAILPOINTS if each.split(".")[0] in ("token", "contact")
    }
    with pytest.raises(BadInputError, match="no such place"):
        places(["nowhere"])


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


def _is_ready(port: int) -> bool:
    return _status(port, "/api/v1/health/readiness") == 200


def _through_the_balancer(ports: list[int]) -> tuple[int, int | None]:
    """The first door that says it is ready, and what it then answers to a request. A yes is good for half a second, as long as
    balancers believe one: a machine that stood still for longer proves nothing, and is asked again."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for port in ports:
            asked = time.monotonic()
            if not _is_ready(port):
                continue
            answer = _status(port, "/version")
            if answer == 200 or time.monotonic() - asked < YES_IS_GOOD_FOR_S:
                return port, answer
    raise TimeoutError("no door was ready for a minute")


def test_a_balancer_loses_no_request_while_a_web_process_leaves(opened: House) -> None:
    opened.close_all()
    opened.clean()
    opened.open(workers=1)
    leaver, other = opened.of("web")[0], free_port()
    opened.spawn("web", env={"PORT": str(other)})
    opened.wait_for_web(other)
    doors = [opened.web_port, other]
    until = time.monotonic() + 30
    while not all(_is_ready(door) for door in doors) and time.monotonic() < until:
        time.sleep(0.05)
    answers = [_through_the_balancer(doors) for _ in range(20)]
    os.kill(leaver.pid, signal.SIGTERM)  # the parent alone, as whoever supervises it does
    while leaver.alive:
        answers.append(_through_the_balancer(doors))
    answers += [_through_the_balancer(doors) for _ in range(20)]
    assert [answer for _, answer in answers] == [200] * len(answers)
    assert {port for port, _ in answers} == set(doors)
    assert answers[-1][0] == other
