"""What a single death costs: one process or server is killed at a time in steady traffic, and started again as a supervisor would.

Counted from the kill until the last message recorded up to the moment when everything ran again has its reply with the
provider. One worker, so that nobody else can step in.
"""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from chaos.copies import copies_told
from chaos.customers import Customers
from chaos.house import House, house
from chaos.invariants import violations
from chaos.report import Part, percentiles

OUTLETS, TELEGRAM_USERS = 400, 100
RATE_PER_S = 12.0
AGAIN_S = 1.0
"""After so long a supervisor has noticed the death and started another."""
GOAL_P95_S, GOAL_MAX_S = 15.0, 30.0
CALM_S = (1.0, 3.0)

OPEN = """
SELECT count(*) FROM conversation_messages m LEFT JOIN conversation_messages r ON r.in_reply_to = m.id
WHERE m.direction = 'inbound' AND m.created_at <= :until
  AND (m.state = 'received' OR r.state IN ('pending', 'sending', 'unknown'))
"""
LAST = """
SELECT extract(epoch FROM max(r.finished_at) - :at)::float8 FROM conversation_messages m
JOIN conversation_messages r ON r.in_reply_to = m.id AND r.state = 'sent'
WHERE m.direction = 'inbound' AND m.created_at <= :until
"""


def run_recovery(kills: int, seed: int, console: Console, keep: Path | None = None) -> Part:
    """So many kills, each kind in turn."""
    console.print(f"recovery: {kills} kills at {RATE_PER_S:g}/s, seed {seed}")
    with house(outlets=OUTLETS, telegram_users=TELEGRAM_USERS, seed=seed, keep=keep) as opened:
        return recovery(opened, kills, seed, console.print)


def recovery(opened: House, kills: int, seed: int, say: Callable[[str], None]) -> Part:
    opened.open(workers=1, sweepers=1)
    customers, chooser, over = Customers(opened, seed), random.Random(seed), threading.Event()
    traffic = threading.Thread(target=_traffic, args=(opened, customers, over))
    traffic.start()
    taken: dict[str, list[float]] = defaultdict(list)
    try:
        for number in range(kills):
            time.sleep(chooser.uniform(*CALM_S))
            name = list(KINDS)[number % len(KINDS)]
            taken[name].append(_one(opened, KINDS[name]))
            say(f"{name} killed: {taken[name][-1]:.1f} s")
    finally:
        over.set()
        traffic.join()
    customers.wait(120)
    drained = opened.drained(60)
    found = violations(opened, customers.said, crashes_while_sending=len(taken["worker"]))
    customers.close()
    part = _part(taken, len(customers.said), found + ([] if drained is not None else ["I7 the backlog stayed"]), seed)
    part.rows += copies_told(opened)
    return part


def _traffic(opened: House, customers: Customers, over: threading.Event) -> None:
    while not over.is_set():
        customers.order_at_rate(opened.everybody(), RATE_PER_S, 1.0)


def _one(opened: House, kill: Callable[[House], Callable[[], object]]) -> float:
    """Seconds from this kill to the last answer that it delayed."""
    at = opened.one("SELECT now()")
    start = kill(opened)
    time.sleep(AGAIN_S)
    start()
    until = opened.one("SELECT now()")
    deadline = time.monotonic() + 3 * GOAL_MAX_S
    while opened.one(OPEN, until=until) and time.monotonic() < deadline:
        time.sleep(0.1)
    return max(0.0, float(opened.one(LAST, at=at, until=until) or 0.0))


def _process(kind: str) -> Callable[[House], Callable[[], object]]:
    def kill(opened: House) -> Callable[[], object]:
        for process in opened.of(kind):
            process.kill()
        return lambda: _started(opened, kind)

    return kill


def _started(opened: House, kind: str) -> None:
    """What the provider posted again while the web was away counts too."""
    opened.spawn(kind)
    opened.wait_for_web()
    time.sleep(AGAIN_S)


def _server(name: str) -> Callable[[House], Callable[[], object]]:
    def kill(opened: House) -> Callable[[], object]:
        server: Any = getattr(opened, name)
        server.kill()
        return lambda: server.start()

    return kill


KINDS: dict[str, Callable[[House], Callable[[], object]]] = {
    "worker": _process("worker"),
    "web": _process("web"),
    "sweeper": _process("sweeper"),
    "Redis": _server("valkey"),
    "PostgreSQL": _server("postgres"),
}


def _part(taken: dict[str, list[float]], messages: int, found: list[str], seed: int) -> Part:
    every = sorted(seconds for each in taken.values() for seconds in each)
    p95 = every[min(len(every) - 1, len(every) * 95 // 100)]
    if p95 > GOAL_P95_S or every[-1] > GOAL_MAX_S:
        found = [*found, f"recovery took {p95:.1f} s at p95 and {every[-1]:.1f} s at most"]
    rows = [(f"{name} killed", f"{len(each)} times", percentiles(each)) for name, each in taken.items()]
    rows.append(("all", f"{len(every)} kills, seed {seed}", percentiles(every)))
    rows.append(("messages", str(messages), f"{len(found)} violations"))
    return Part("recovery from a single kill", rows, found)
