"""One run: orders at a steady rate, a worker host cut off in the middle, then a web host without power, and every order counted."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chaos.copies import copies_told
from chaos.customers import Customers, SentOrder
from chaos.hosts.machines import WEB, WORKERS, Machines, machines
from chaos.invariants import violations
from chaos.load.measure import Wait
from chaos.report import Part, percentiles

Say = Callable[[str], None]
SAMPLE_EVERY_S = 1.0
CALM_S, LOST_S = 15.0, 30.0
DRAINED_S = 120.0
ANSWERED_AT = (
    "SELECT m.provider_id, extract(epoch FROM max(r.finished_at))::float8 FROM conversation_messages m"
    " JOIN conversation_messages r ON r.in_reply_to = m.id AND r.state = 'sent' WHERE m.direction = 'inbound' GROUP BY m.id"
)
HELD = 10
WRITER_LOST = "a worker host has no power and held rows"
HELD_AT_MOST_S = 20.0
"""From a message to its reply, although the rows of its conversation were held by a machine that is gone."""


@dataclass
class Course:
    """When each stretch was (seconds since 1970), and the most connections that PostgreSQL saw of a process."""

    stretches: list[tuple[str, float, float]] = field(default_factory=list)
    connections: dict[tuple[str, str], int] = field(default_factory=dict)

    @contextlib.contextmanager
    def stretch(self, name: str) -> Iterator[None]:
        began = time.time()
        yield
        self.stretches.append((name, began, time.time()))


def run_hosts(cut_s: float, rate: float, seed: int, say: Say, keep: Path | None = None) -> Part:
    """`cut_s`: for so long one worker host is cut off. `rate`: messages a second."""
    with machines(seed=seed, keep=keep) as opened:
        opened.open()
        say(f"six machines; {rate:g} messages a second, seed {seed}")
        customers, course, over = Customers(opened.house, seed), Course(), threading.Event()
        traffic = threading.Thread(target=_traffic, args=(opened, customers, rate, over))
        watching = threading.Thread(target=_watch_connections, args=(opened, course, over))
        traffic.start()
        watching.start()
        try:
            _break_and_mend(opened, course, cut_s, say)
        finally:
            over.set()
            traffic.join()
            watching.join()
        customers.wait(180)
        drained = opened.house.drained(DRAINED_S)
        part = _part(opened, customers, course, drained)
        customers.close()
        return part


def _break_and_mend(opened: Machines, course: Course, cut_s: float, say: Say) -> None:
    with course.stretch("calm"):
        time.sleep(CALM_S)
    say(f"{WORKERS[0]} is cut off for {cut_s:.0f} s")
    opened.cut(WORKERS[0])
    with course.stretch("a worker host is cut off"):
        time.sleep(cut_s)
    opened.heal(WORKERS[0])
    say(f"{WORKERS[0]} is back")
    with course.stretch("it is back"):
        time.sleep(CALM_S)
    say(f"{WEB[0]} has no power for {LOST_S:.0f} s")
    opened.power_off(WEB[0])
    with course.stretch("a web host has no power"):
        time.sleep(LOST_S)
    opened.heal(WEB[0])
    opened.start(WEB[0], "web")
    opened.wait_until_ready(len(WEB))
    say(f"{WEB[0]} is back")
    _lose_a_writer(opened, course, say)
    with course.stretch("all are back"):
        time.sleep(CALM_S)


def _lose_a_writer(opened: Machines, course: Course, say: Say) -> None:
    """The rows that it held are free before anybody has to do something: PostgreSQL itself notices that it is gone."""
    lost = WORKERS[1]
    with opened.holding_rows(lost, opened.house.phones(HELD)):
        say(f"{lost} has no power for {LOST_S:.0f} s, in the middle of writing for {HELD} conversations")
        opened.power_off(lost)
        with course.stretch(WRITER_LOST):
            time.sleep(LOST_S)
        opened.heal(lost)
    for kind in ("worker", "sweeper"):
        opened.start(lost, kind)
    say(f"{lost} is back")


def _traffic(opened: Machines, customers: Customers, rate: float, over: threading.Event) -> None:
    while not over.is_set():
        customers.order_at_rate(opened.house.everybody(), rate, 1.0)


def _watch_connections(opened: Machines, course: Course, over: threading.Event) -> None:
    while not over.wait(SAMPLE_EVERY_S):
        for key, count in opened.connections().items():
            course.connections[key] = max(count, course.connections.get(key, 0))


def _part(opened: Machines, customers: Customers, course: Course, drained: float | None) -> Part:
    found = violations(opened.house, customers.said)
    refused = [each for each in customers.said if not each.accepted]
    found += [f"{len(refused)} messages were taken by no web host"] if refused else []
    found += [] if drained is not None else [f"I7 the backlog stayed for {DRAINED_S:.0f} s"]
    took = _waits(opened, customers.said)
    found += _held_too_long(course, took)
    part = Part("several machines", [*_stretches(course, took)], found)
    part.rows.append(
        (
            "messages",
            str(len(customers.said)),
            f"{len(refused)} refused for good, {_again(opened)} posts that had to be repeated",
        )
    )
    part.rows.append(
        ("orders", str(_orders(opened)), f"of all these messages; {len(found)} lost, twice or otherwise wrong")
    )
    part.rows += copies_told(opened.house)
    part.rows += _connections(opened, course)
    return part


def _waits(opened: Machines, said: Sequence[SentOrder]) -> list[Wait]:
    """From the first try of a message, also one that no web host could take, to the provider's acceptance of its reply."""
    sent_at = {each.sid: each.at for each in said}
    return [
        (sent_at[sid], float(answered) - sent_at[sid])
        for sid, answered in opened.house.rows(ANSWERED_AT)
        if sid in sent_at
    ]


def _again(opened: Machines) -> int:
    posts = opened.house.simulator.ledger.entries(operation="webhook")
    return sum(entry.status is None or entry.status >= 300 for entry in posts)


def _stretches(course: Course, took: Sequence[Wait]) -> Iterator[tuple[str, str, str]]:
    """Of the messages that were sent in that stretch."""
    for name, began, ended in course.stretches:
        within = [seconds for at, seconds in took if began <= at < ended]
        yield f"{name}, {ended - began:.0f} s", f"{len(within)} answered", percentiles(within)


def _held_too_long(course: Course, took: Sequence[Wait]) -> list[str]:
    (began, ended), *_ = ((began, ended) for name, began, ended in course.stretches if name == WRITER_LOST)
    longest = max((seconds for at, seconds in took if began <= at < ended), default=0.0)
    return [f"a message waited {longest:.0f} s for a machine that was gone"] if longest > HELD_AT_MOST_S else []


def _orders(opened: Machines) -> int:
    return int(opened.house.one("SELECT count(*) FROM orders WHERE status = 'placed' AND NOT is_synthetic"))


def _connections(opened: Machines, course: Course) -> Iterator[tuple[str, str, str]]:
    names = {host.machine.address: name for name, host in opened.hosts.items()}
    for (address, application), most in sorted(course.connections.items()):
        yield (
            f"connections of {application} on {names.get(address, address)}",
            str(most),
            "at most, PostgreSQL's own count",
        )
