"""How much one more worker brings: a backlog of the same size is worked off by one, two and four of them, on two machines."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from chaos.customers import Customers
from chaos.hosts.machines import WORKERS, Machines, machines
from chaos.invariants import violations
from chaos.report import Part

COUNTS = (1, 2, 4)
ROUNDS = 2
"""Messages of each address; the first of them waits the longest."""
DRAINED_S = 180.0
STARTED_S = 30.0


def run_grow(seed: int, say: Callable[[str], None], keep: Path | None = None) -> Part:
    part = Part("one more worker")
    with machines(seed=seed, keep=keep) as opened:
        opened.open()
        _stop_workers(opened)
        opened.house.clean()
        for count in COUNTS:
            customers = Customers(opened.house, seed)
            part.rows += [_taken(opened, customers), _worked_off(opened, count, part)]
            part.violations += violations(opened.house, customers.said)
            customers.close()
            _stop_workers(opened)
            opened.house.clean()
            say(f"{count} workers: {part.rows[-1][1]}")
    return part


def _taken(opened: Machines, customers: Customers) -> tuple[str, str, str]:
    """With no worker at work: what two web hosts record, by senders who wait for their answers."""
    began = time.monotonic()
    for _ in range(ROUNDS):
        for address in opened.house.everybody():
            customers.order(address)
        customers.wait()
    rate = len(customers.said) / (time.monotonic() - began)
    return "taken by two web hosts", f"{rate:.0f} messages/s", f"{len(customers.said)} messages, none being worked on"


def _worked_off(opened: Machines, count: int, part: Part) -> tuple[str, str, str]:
    """The clock runs from the first reply, so that no start of a process is in it."""
    messages = opened.house.one("SELECT count(*) FROM conversation_messages WHERE direction = 'inbound'")
    for number in range(count):
        opened.start(WORKERS[number % len(WORKERS)], "worker")
    if opened.house.drained(DRAINED_S) is None:
        part.violations.append(f"{count} workers did not end in {DRAINED_S:.0f} s")
    seconds, replies = opened.house.rows(
        "SELECT extract(epoch FROM max(finished_at) - min(finished_at))::float8, count(*)"
        " FROM conversation_messages WHERE direction = 'outbound' AND state = 'sent'"
    )[0]
    most = max((each for (_, name), each in opened.connections().items() if name == "tria-worker"), default=0)
    rate = replies / seconds if seconds else 0.0
    figures = f"{messages} messages, {replies} replies in {seconds:.1f} s; {most} connections on one host"
    return f"worked off by {count} workers", f"{rate:.0f} replies/s", figures


def _stop_workers(opened: Machines) -> None:
    for host in opened.hosts.values():
        for process in [each for each in host.processes if each.name == "worker"]:
            process.kill()
            process.wait(5)
            host.processes.remove(process)
