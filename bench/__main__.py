"""`python -m bench`: the hot path's speed in one run, each figure beside what this machine allows or the obvious design does.

A figure alone says how fast the machine is; the ratios say how good the design is. Exit 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from bench import pages, path, transaction
from bench.caller import Answers
from bot.runtime import Runtime
from bot.telemetry import configure_logging
from chaos.house import House, house

ROUNDS = 5
BURST_MS = 300
ONE_WAY_S, SLOW_GOAL = 0.3, 25
PAGE_MS, SEARCH_MS = 150, 100
BACKLOG_OUTLETS = 2_000
"""So many that none of them writes faster than anyone types."""


@dataclass
class Figures:
    """Rows of (what, figure, beside what, ratio, goal, met)."""

    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    missed: int = 0

    def add(
        self, what: str, figure: str, beside: str = "", ratio: str = "", goal: str = "", met: bool | None = None
    ) -> None:
        self.missed += met is False
        mark = "" if met is None else (" ok" if met else " MISSED")
        self.rows.append((what, figure, beside, ratio, goal + mark))


def measure_ack(opened: House, figures: Figures, count: int) -> None:
    """Our door and its floor take turns, so that a busy machine is busy for both."""
    opened.close_all()
    opened.clean()
    opened.spawn("web")
    opened.wait_for_web()
    process, port = path.floor_process(opened)
    ours, floor = Answers(), Answers()
    try:
        path.ack(opened, opened.web_port, count, 0)  # from now on these phones are known and every plan is made
        path.ack(opened, port, count, 0)
        for _ in range(ROUNDS):
            for target, total in ((opened.web_port, ours), (port, floor)):
                answers = path.ack(opened, target, count, 0)
                total.ms += answers.ms
                total.bad += answers.bad
                total.seconds += answers.seconds
    finally:
        process.terminate()
        process.wait(20)
    ratio = ours.per_s / floor.per_s
    figures.add(
        "webhook acknowledged", f"{ours.per_s:.0f}/s, p50 {ours.percentile(50):.1f} ms, p99 {ours.percentile(99):.1f} ms",
        f"Flask + signature + INSERT {floor.per_s:.0f}/s", f"{ratio:.2f}", ">= 0.8", ratio >= 0.8 and not ours.bad,
    )  # fmt: skip
    figures.add("memory of a web process", f"{path.memory_mb(opened, 'web'):.0f} MB")


def measure_transaction(opened: House, figures: Figures, seconds: int) -> float:
    """The SQL of one order by pgbench and by us, one after the other in one process."""
    os.environ.update(opened.environment)
    opened.close_all()
    opened.clean()
    runtime = Runtime(opened.settings)
    try:
        captured = transaction.capture(opened, runtime)
        phones = opened.phones(int(opened.one("SELECT count(*) FROM outlets")))
        own = transaction.own_rate(opened, runtime, phones, seconds)
        bench = transaction.pgbench(opened, runtime, captured, seconds)
    finally:
        runtime.close()
    figures.add(
        "statements of an order", f"{captured.inside} in its transaction, {len(captured.statements)} from webhook to sent",
        goal="<= 12", met=captured.inside <= 12,
    )  # fmt: skip
    figures.add(
        "order in one process, no provider", f"{own:.0f}/s", f"pgbench, same SQL {bench:.0f}/s", f"{own / bench:.2f}"
    )
    return bench


def measure_path(opened: House, figures: Figures, orders: int, pgbench: float) -> None:
    stock = path.stock_rate(opened, max(50, orders // 10))
    one = path.drain_rate(opened, orders, 1)
    memory = path.memory_mb(opened, "worker")
    two = path.drain_rate(opened, orders, 2)
    figures.add(
        "webhook to sent, one worker",
        f"{one:.0f} orders/s",
        f"stock design {stock:.1f}/s",
        f"{one / stock:.1f}",
        ">= 5",
        one >= 5 * stock,
    )
    best = max(one, two)
    figures.add(
        "webhook to sent, best",
        f"{best:.0f} orders/s",
        f"pgbench {pgbench:.0f}/s",
        f"{best / pgbench:.2f}",
        ">= 0.25",
        best >= 0.25 * pgbench,
    )
    figures.add("two workers instead of one", f"{two:.0f} orders/s", f"one {one:.0f}/s", f"{two / one:.2f}")
    figures.add("memory of a worker", f"{memory:.0f} MB", f"after {orders} orders")


def measure_slow_provider(opened: House, figures: Figures, orders: int) -> None:
    """One worker and a provider that is 300 ms away."""
    near = path.drain_rate(opened, orders, 1)
    rate, p95 = path.slow_provider_rate(opened, orders, ONE_WAY_S)
    figures.add(
        f"slow provider, {ONE_WAY_S * 1000:.0f} ms each way", f"{rate:.0f} sends/s", f"at once {near:.0f}/s; {orders} waiting, p95 {p95:.1f} s", f"{rate / near:.2f}",
        goal=f">= {SLOW_GOAL}/s", met=rate >= SLOW_GOAL,
    )  # fmt: skip


def measure_latency(opened: House, figures: Figures, per_s: float, seconds: float) -> None:
    past, acks = path.latencies(opened, per_s, seconds, BURST_MS)
    p50, p95 = past[len(past) // 2], past[len(past) * 95 // 100]
    figures.add(
        f"reply past the burst window at {per_s:g}/s",
        f"p50 {p50:.0f} ms, p95 {p95:.0f} ms",
        goal="p95 <= 300 ms",
        met=p95 <= 300,
    )
    idle = path.acks_at(opened, per_s, seconds, workers=0)
    for beside, answers in (("", acks), (", no worker running", idle)):
        p99 = answers.percentile(99)
        figures.add(
            f"webhook at {per_s:g}/s{beside}", f"p50 {answers.percentile(50):.1f} ms, p99 {p99:.1f} ms, {answers.bad} not 2xx",
            f"{len(answers.ms)} messages", goal="p99 <= 150 ms", met=p99 <= 150 and not answers.bad,
        )  # fmt: skip


def measure_backlog(opened: House, figures: Figures, messages: int) -> None:
    """Everything a night without workers left, answered by one."""
    recorded = path.record_backlog(opened, messages)
    seconds, early, late = path.drain_backlog(opened, messages)
    wrong = path.lost_or_double(opened, messages)
    replies = int(opened.one(path.REPLIED))
    outlets = int(opened.one("SELECT count(*) FROM outlets"))
    figures.add("backlog recorded", f"{messages} messages of {outlets} outlets", f"{recorded:.0f}/s")
    figures.add(
        "backlog drained by one worker",
        f"{messages / seconds:.0f} messages/s, {replies / seconds:.0f} replies/s",
        f"{seconds:.0f} s",
    )
    figures.add("lost or double", str(len(wrong)), "; ".join(wrong[:3]), goal="0", met=not wrong)
    figures.add(
        "memory of the worker", f"{early:.0f} MB after a tenth, {late:.0f} MB at the end", goal="<= 20 MB more",
        met=late - early <= 20,
    )  # fmt: skip


def measure_first_reply(opened: House, figures: Figures) -> None:
    """What the first customer after a restart waits for; five restarts."""
    found = [path.first_reply(opened, BURST_MS) for _ in range(ROUNDS)]
    ready, past = sorted(seconds for seconds, _ in found), sorted(ms for _, ms in found)
    figures.add(
        "first reply of a fresh worker past the burst window", f"median {past[ROUNDS // 2]:.0f} ms, worst {past[-1]:.0f} ms",
        f"ready after {ready[ROUNDS // 2]:.1f} s", goal="<= 1000 ms", met=past[ROUNDS // 2] <= 1000,
    )  # fmt: skip


def measure_pages(opened: House, figures: Figures) -> None:
    """Each page of the console with 10,000 orders and products and 5,000 conversations; the product search likewise."""
    floor, found = pages.measure(opened, ROUNDS)
    for each in found:
        goal = SEARCH_MS if each.address == pages.SEARCH else PAGE_MS
        figures.add(
            each.address, f"median {each.median:.0f} ms, worst {max(each.ms):.0f} ms",
            f"least page {floor.median:.1f} ms", f"{each.median / floor.median:.1f}", f"<= {goal} ms", each.median <= goal,
        )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Times the hot path. Example: python -m bench --orders 1000"
    )
    parser.add_argument(
        "--orders", type=int, default=600, help="backlog for the throughput figures (default 600; 10000 takes minutes)"
    )
    parser.add_argument("--seconds", type=int, default=10, help="length of the timed parts (default 10)")
    parser.add_argument("--rate", type=float, default=20.0, help="orders a second for the latency (default 20)")
    parser.add_argument(
        "--only",
        choices=("ack", "transaction", "path", "slow", "latency", "first", "pages", "backlog"),
        help="one part alone",
    )
    parser.add_argument(
        "--backlog",
        type=int,
        default=10_000,
        help="messages of the backlog part, which runs only when it is asked for (default 10000)",
    )
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped
    figures, console = Figures(), Console(highlight=False)
    outlets = max(chosen.orders, min(int(chosen.rate * chosen.seconds), path.PHONES), 600)
    if chosen.only == "backlog":
        outlets = max(outlets, BACKLOG_OUTLETS)
    with house(outlets=outlets, burst_ms=BURST_MS, seed=1, proxied=False) as opened:
        configure_logging(opened.settings, stream="stderr")
        logging.getLogger().setLevel(logging.WARNING)
        pgbench = 0.0
        if chosen.only in (None, "ack"):
            measure_ack(opened, figures, 400)
        if chosen.only in (None, "transaction", "path"):
            pgbench = measure_transaction(opened, figures, chosen.seconds)
        if chosen.only in (None, "path"):
            measure_path(opened, figures, chosen.orders, pgbench)
        if chosen.only in (None, "slow"):
            measure_slow_provider(opened, figures, min(chosen.orders, 300))
        if chosen.only in (None, "latency"):
            measure_latency(opened, figures, chosen.rate, chosen.seconds)
        if chosen.only in (None, "first"):
            measure_first_reply(opened, figures)
        if chosen.only in (None, "pages"):
            measure_pages(opened, figures)
        if chosen.only == "backlog":
            measure_backlog(opened, figures, chosen.backlog)
    table = Table("what", "figure", "beside", "ratio", "goal", title="hot path", title_justify="left")
    for row in figures.rows:
        table.add_row(*row)
    console.print(table)
    return 1 if figures.missed else 0


if __name__ == "__main__":
    sys.exit(main())
