"""The soak: steady traffic with copies and reordering, and a nemesis that breaks something every few seconds; then quiet.

Length by argument. What it does is drawn from one seeded generator, and every fault is printed with its second.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.console import Console

from chaos.copies import copies_told
from chaos.crash_sweep import waits
from chaos.customers import Customers
from chaos.house import House, house
from chaos.invariants import violations
from chaos.report import Part, percentiles
from chaos.sizes import grown, growth, sizes
from simulator.faults import Fault, FaultKind

OUTLETS, TELEGRAM_USERS = 400, 100
DUPLICATES = 0.15
REORDERED = 0.10
FAULT_EVERY_S = (5.0, 15.0)
QUIET_S = 60.0
SETTLED_S = 60.0
WORKERS, SWEEPERS = 2, 1


@dataclass
class Nemesis:
    """Breaks one thing at a time and mends it again. `risky` counts deaths that may cost an extra copy."""

    house: House
    random: random.Random
    say: Callable[[str], None]
    done: Counter[str] = field(default_factory=Counter)
    risky: int = 0

    def __post_init__(self) -> None:
        self.faults: dict[str, Callable[[], None]] = {
            "worker killed": self._kill_worker,
            "sweeper killed": self._kill_sweeper,
            "web process killed": self._kill_web,
            "worker stopped and continued": self._stop_worker,
            "worker asked to stop": self._terminate_worker,
            "Redis killed": self._kill_redis,
            "Redis emptied": self._empty_redis,
            "Redis silent": self._silence_redis,
            "PostgreSQL connections cut": self._cut_postgres,
            "PostgreSQL restarted": self._restart_postgres,
            "provider refuses": self._provider(FaultKind.ERROR, status=503, count=10),
            "provider asks to wait": self._provider(FaultKind.ERROR, status=429, retry_after_s=2, count=10),
            "provider drops answers": self._provider(FaultKind.ACCEPT_THEN_DROP, count=5),
            "provider accepts and is silent": self._silent_provider,
            "provider's lists are silent": self._silent_lists,
            "provider refuses lists": self._refused_lists,
            "provider is 300 ms away": self._slow_provider,
            "provider cut off": self._cut_providers,
            "Telegram drops answers": self._telegram_drops,
            "Telegram accepts and is silent": self._silent_telegram,
            "Telegram is silent altogether": self._mute_telegram,
        }

    def strike(self) -> None:
        self.start_what_ended()
        name = self.random.choice(sorted(self.faults))
        self.say(name)
        self.done[name] += 1
        self.faults[name]()

    def start_what_ended(self) -> None:
        """As a supervisor would: a process that finds no database at its start ends with a sentence."""
        for kind, wanted in (("worker", WORKERS), ("sweeper", SWEEPERS), ("web", 1)):
            for _ in range(wanted - len(self.house.of(kind))):
                self.say(f"{kind} started again")
                self.house.spawn(kind)

    def _kill_worker(self) -> None:
        self._replace("worker", signal.SIGKILL)

    def _kill_sweeper(self) -> None:
        self._replace("sweeper", signal.SIGKILL)

    def _terminate_worker(self) -> None:
        victim = self.random.choice(self.house.of("worker"))
        victim.signal(signal.SIGTERM)
        if not victim.wait(20):
            self.say("a worker did not end within 20 s of SIGTERM")
            victim.kill()
        self.house.spawn("worker")

    def _replace(self, kind: str, number: int) -> None:
        victim = self.random.choice(self.house.of(kind))
        victim.signal(number)
        self.risky += kind == "worker"
        time.sleep(self.random.uniform(0.1, 1.5))
        self.house.spawn(kind)

    def _kill_web(self) -> None:
        """One of gunicorn's children; its master makes another."""
        for web in self.house.of("web"):
            children = psutil.Process(web.pid).children()
            if children:
                self.random.choice(children).kill()

    def _stop_worker(self) -> None:
        """Longer than its lease, so that it comes back to find its work done by another."""
        victim = self.random.choice(self.house.of("worker"))
        victim.signal(signal.SIGSTOP)
        self.risky += 1

        def go_on() -> None:
            victim.signal(signal.SIGCONT)

        threading.Timer(self.random.uniform(2, 27), go_on).start()

    def _kill_redis(self) -> None:
        self.house.valkey.kill()
        time.sleep(self.random.uniform(0.2, 3))
        self.house.valkey.start()

    def _empty_redis(self) -> None:
        import redis

        client = redis.Redis.from_url(self.house.valkey.url)
        client.flushall()
        client.close()

    def _silence_redis(self) -> None:
        self.house.redis.silent = True
        time.sleep(self.random.uniform(1, 6))
        self.house.redis.silent = False

    def _cut_postgres(self) -> None:
        self.house.pg.cut()

    def _restart_postgres(self) -> None:
        self.house.postgres.kill()
        time.sleep(self.random.uniform(0, 2))
        self.house.postgres.start()

    def _cut_providers(self) -> None:
        self.house.providers.cut()

    def _silent_provider(self) -> None:
        self._mishap(FaultKind.ACCEPT_THEN_STALL, "messages.create", count=40, delay_s=30)

    def _silent_lists(self) -> None:
        """Together with lost answers, which would otherwise have nothing to be looked up for."""
        self._mishap(FaultKind.ACCEPT_THEN_DROP, "messages.create", count=5)
        self._mishap(FaultKind.DELAY, "messages.list", count=5, delay_s=30)

    def _refused_lists(self) -> None:
        self._mishap(FaultKind.ACCEPT_THEN_DROP, "messages.create", count=5)
        self._mishap(FaultKind.ERROR, "messages.list", count=5, status=500)

    def _slow_provider(self) -> None:
        self._mishap(FaultKind.DELAY, "messages.create", count=200, delay_s=0.6)

    def _telegram_drops(self) -> None:
        self._mishap(FaultKind.ACCEPT_THEN_DROP, "sendMessage", "telegram", count=5)

    def _silent_telegram(self) -> None:
        self._mishap(FaultKind.ACCEPT_THEN_STALL, "sendMessage", "telegram", count=15, delay_s=30)

    def _mute_telegram(self) -> None:
        """It takes messages without an answer, and answers no question either."""
        self._mishap(FaultKind.DELAY, "getMe", "telegram", count=10, delay_s=30)
        self._silent_telegram()

    def _mishap(self, kind: FaultKind, operation: str, provider: str = "twilio", **fields: object) -> None:
        self.house.simulator.faults.add(Fault(kind, provider, operation, **fields))  # type: ignore[arg-type]

    def _provider(self, kind: FaultKind, **fields: object) -> Callable[[], None]:
        def strike() -> None:
            self.house.simulator.faults.add(Fault(kind, operation="messages.create", **fields))  # type: ignore[arg-type]

        return strike


def run_soak(
    seconds: float, rate: float, seed: int, console: Console, keep: Path | None = None, *, calm: bool = False
) -> Part:
    """One soak; a table of what was done to the house and what came of it. `calm` leaves the nemesis out: load alone."""
    faults = "no faults" if calm else f"a fault every {FAULT_EVERY_S[0]:.0f} to {FAULT_EVERY_S[1]:.0f} s"
    console.print(f"soak: {seconds:.0f} s at {rate:g}/s, {faults}, seed {seed}")
    with house(outlets=OUTLETS, telegram_users=TELEGRAM_USERS, burst_ms=300, seed=seed, keep=keep) as opened:
        return soak(opened, seconds, rate, seed, console, calm=calm)


def soak(opened: House, seconds: float, rate: float, seed: int, console: Console, *, calm: bool = False) -> Part:
    opened.open(workers=WORKERS, sweepers=SWEEPERS)
    fresh = sizes(opened)
    customers = Customers(opened, seed, duplicates=DUPLICATES)
    opened.simulator.faults.add(
        Fault(FaultKind.REORDER, provider="twilio", operation="webhook", count=None, probability=REORDERED)
    )
    began = time.monotonic()
    nemesis = Nemesis(
        opened, random.Random(seed), lambda words: console.print(f"{time.monotonic() - began:6.1f} s  {words}")
    )
    # The nemesis stays in this thread: a server it starts again would end with the thread that started it (embedded/tether.py).
    traffic = threading.Thread(target=customers.order_at_rate, args=(opened.everybody(), rate, seconds))
    traffic.start()
    # Nothing is broken at first: what a process loads and connects at its first work is no growth.
    traffic.join(min(SETTLED_S, seconds / 4))
    before = sizes(opened)
    while traffic.is_alive():
        traffic.join(nemesis.random.uniform(*FAULT_EVERY_S))
        if traffic.is_alive() and not calm:
            nemesis.strike()
    opened.simulator.faults.remove()
    customers.wait(120)
    drained = opened.drained(QUIET_S)
    time.sleep(1)
    found = violations(opened, customers.said, crashes_while_sending=nemesis.risky)
    after = sizes(opened)
    customers.close()
    accepted = sum(each.accepted for each in customers.said)
    rows = [(name, "done", str(count)) for name, count in sorted(nemesis.done.items())]
    rows += [
        ("messages", f"{len(customers.said)}", f"{accepted} accepted, seed {seed}, {seconds:.0f} s at {rate:g}/s"),
        ("backlog empty after", "never" if drained is None else f"{drained:.1f} s", f"allowed {QUIET_S:.0f} s"),
        ("message to reply", "", percentiles(waits(opened))),
        *copies_told(opened),
        *growth(fresh, before, after),
        ("violations", str(len(found)), ""),
    ]
    found += grown(before, after)
    return Part("soak", rows, found + ([] if drained is not None else ["I7 the backlog stayed"]))
