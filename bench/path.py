"""From webhook to reply through real processes: how many a second, how long each, with one worker and two; and the stock design."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

import psutil
import redis
from rq import Queue

from bench.caller import Answers, call, webhooks
from bench.floor import TABLE
from bench.stock.worker import QUEUE
from bench.transaction import WORDS
from bot.settings import ROOT
from chaos.house import House, _python_environment
from embedded.ports import free_port
from simulator.faults import Fault, FaultKind

OPEN = "SELECT count(*) FROM conversation_messages WHERE state IN ('received', 'pending', 'sending', 'unknown')"
FINISHED = "SELECT count(*) FROM conversation_messages WHERE direction = 'inbound' AND state <> 'received'"
NOT_DONE = (
    "SELECT state, count(*) FROM conversation_messages WHERE direction = 'inbound' AND state NOT IN ('answered', 'merged')"
    " GROUP BY state"
)
ORDERED = (
    "SELECT k.address, sum(l.quantity) FROM orders o JOIN order_lines l ON l.order_id = o.id"
    " JOIN conversations c ON c.id = o.conversation_id JOIN contacts k ON k.id = c.contact_id"
    " WHERE o.status = 'placed' AND NOT o.is_synthetic GROUP BY k.address"
)
PAST_RECEIPT = (
    "SELECT extract(epoch FROM r.finished_at - m.created_at)::float8 * 1000 FROM conversation_messages r"
    " JOIN conversation_messages m ON m.id = r.in_reply_to WHERE r.state = 'sent'"
)
WAITED = (
    "SELECT extract(epoch FROM finished_at - :began)::float8 FROM conversation_messages"
    " WHERE direction = 'outbound' AND state = 'sent' ORDER BY 1"
)
PHONES = 2_000
"""So many that at 50 messages a second nobody writes faster than people do."""
REPLIED = "SELECT count(*) FROM conversation_messages WHERE direction = 'outbound' AND state = 'sent'"


def ack(house: House, port: int, count: int, first: int, *, phones: int = 0) -> Answers:
    """`count` webhooks as fast as they are answered, each of another phone from the `first` on, or of so many `phones` in turn."""
    known = house.phones(first + (phones or count))[first:]
    return call(port, webhooks(house.simulator.simulator.config, known, count, WORDS))


def floor_process(house: House) -> tuple[subprocess.Popen[bytes], int]:
    """The least Flask app under the same gunicorn settings, on a port of its own."""
    house.change(TABLE)
    port = free_port()
    environment = _python_environment(house.environment) | {"PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "bench.floor:create_app()"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    house.wait_for_web(port)
    return process, port


def drain_rate(house: House, orders: int, workers: int) -> float:
    """Orders a second from a backlog that was recorded while no worker ran, until the last reply is with the provider."""
    house.close_all()
    house.clean()
    house.open(workers=0, sweepers=0)
    answers = ack(house, house.web_port, orders, 0)
    if answers.bad:
        raise RuntimeError(f"{answers.bad} webhooks were not accepted")
    for _ in range(workers):
        house.spawn("worker")
    _wait_for_workers(house, workers)
    house.spawn("sweeper")
    first = _until(house, 1, 60)
    return (orders - 1) / max(0.001, _until(house, orders, 600) - first)


def slow_provider_rate(house: House, orders: int, one_way_s: float) -> tuple[float, float]:
    """As drain_rate with one worker, where every call to the provider takes so long each way: sends a second, and seconds from a
    message to its reply at p95, counted from the worker's start."""
    house.close_all()
    house.clean()
    house.open(workers=0, sweepers=0)
    ack(house, house.web_port, orders, 0)
    house.simulator.faults.add(Fault(FaultKind.DELAY, "twilio", "messages.create", count=None, delay_s=2 * one_way_s))
    try:
        house.spawn("worker")
        _wait_for_workers(house, 1)
        began = house.one("SELECT now()")
        house.spawn("sweeper")
        first = _until(house, 1, 60)
        rate = (orders - 1) / max(0.001, _until(house, orders, 600) - first)
    finally:
        house.simulator.faults.remove()
    waits = [float(each) for (each,) in house.rows(WAITED, began=began)]
    return rate, waits[len(waits) * 95 // 100]


def _wait_for_workers(house: House, workers: int) -> None:
    """Until they listen, so that their start is not measured."""
    client = redis.Redis.from_url(house.valkey.url)
    deadline = time.monotonic() + 30
    while client.scard("rq:workers") < workers and time.monotonic() < deadline:
        time.sleep(0.05)
    client.close()


def first_reply(house: House, burst_ms: int) -> tuple[float, float]:
    """Of a worker started anew as Procfile starts it: seconds until it says that it is ready, and milliseconds from the burst
    window's end to the provider's acceptance of its first reply."""
    house.close_all()
    house.clean()
    house.open(workers=0, sweepers=1)
    log = house.folder / "fresh-worker.log"
    environment = _python_environment(house.environment) | {"PYTHONUNBUFFERED": "1"}
    began = time.monotonic()
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "jobs.worker"], cwd=ROOT, env=environment, stdout=output,
            stderr=output,
        )  # fmt: skip
    try:
        while "worker started" not in log.read_text() and time.monotonic() - began < 60:
            time.sleep(0.01)
        ready_s = time.monotonic() - began
        ack(house, house.web_port, 1, 0)
        _until(house, 1, 60)
        return ready_s, float(house.one(PAST_RECEIPT)) - burst_ms
    finally:
        worker.terminate()
        worker.wait(20)


def record_backlog(house: House, messages: int) -> float:
    """Webhooks of all outlets in turn while no worker runs; messages accepted a second."""
    house.close_all()
    house.clean()
    house.open(workers=0, sweepers=0)
    answers = ack(house, house.web_port, messages, 0, phones=int(house.one("SELECT count(*) FROM outlets")))
    if answers.bad:
        raise RuntimeError(f"{answers.bad} webhooks were not accepted")
    return answers.per_s


def drain_backlog(house: House, messages: int) -> tuple[float, float, float]:
    """With one worker and one sweeper: seconds until every message is answered and every reply sent, and the worker's memory
    in MB after a tenth and at the end."""
    house.spawn("worker")
    _wait_for_workers(house, 1)
    house.spawn("sweeper")
    began, early = time.monotonic(), 0.0
    while left := int(house.one(OPEN)):
        if time.monotonic() - began > 1800:
            raise TimeoutError(f"{left} of {messages} are open after half an hour")
        if not early and int(house.one(FINISHED)) >= messages // 10:
            early = memory_mb(house, "worker")
        time.sleep(0.2)
    return time.monotonic() - began, early, memory_mb(house, "worker")


def lost_or_double(house: House, messages: int) -> list[str]:
    """Phones that ordered another sum than they asked for, messages that are not final, replies too many at the provider."""
    phones = int(house.one("SELECT count(*) FROM outlets"))
    found = [f"{count} messages are {state}" for state, count in house.rows(NOT_DONE)]
    ordered = {address: int(total) for address, total in house.rows(ORDERED)}
    for number, phone in enumerate(house.phones(phones)):
        asked = sum(100 + turn for turn in range(-(-(messages - number) // phones)))
        if ordered.get(phone, 0) != asked:
            found.append(f"{phone} asked for {asked} and {ordered.get(phone, 0)} are ordered")
    sent = sum(bool(entry.effect) for entry in house.simulator.ledger.entries(operation="messages.create"))
    replies = int(house.one(REPLIED))
    return found + ([f"{sent} messages at the provider for {replies} replies"] if sent != replies else [])


def _until(house: House, replies: int, seconds: float) -> float:
    """When so many replies were sent."""
    deadline = time.monotonic() + seconds
    while int(house.one(REPLIED)) < replies:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{house.one(REPLIED)} of {replies} replies after {seconds:.0f} s")
        time.sleep(0.05)
    return time.monotonic()


def latencies(house: House, per_s: float, seconds: float, burst_ms: int) -> tuple[list[float], Answers]:
    """Milliseconds from the burst window's end to the provider's acceptance of the reply, at a steady rate; and the acks."""
    answers = acks_at(house, per_s, seconds, workers=1)
    _until(house, len(answers.ms), 60)
    rows = house.rows(
        "SELECT extract(epoch FROM r.finished_at - m.created_at)::float8 * 1000 FROM conversation_messages r"
        " JOIN conversation_messages m ON m.id = r.in_reply_to WHERE r.state = 'sent' ORDER BY 1"
    )
    return [float(each) - burst_ms for (each,) in rows], answers


def acks_at(house: House, per_s: float, seconds: float, *, workers: int) -> Answers:
    """The webhook's answers at a steady rate, beside so many workers; each phone writes again after most others have."""
    house.close_all()
    house.clean()
    house.open(workers=workers, sweepers=workers)
    count = int(per_s * seconds)
    made = webhooks(house.simulator.simulator.config, house.phones(min(count, PHONES)), count, WORDS)
    return call(house.web_port, made, per_s=per_s, connections=16)


def stock_rate(house: House, orders: int) -> float:
    """The same backlog through the stock design, its rings already in the queue."""
    house.close_all()
    house.clean()
    house.open(workers=0, sweepers=0)
    ack(house, house.web_port, orders, 0)
    house.close_all()
    client = redis.Redis.from_url(house.valkey.url)
    client.flushall()
    queue = Queue(QUEUE, connection=client)
    for (message_id,) in house.rows("SELECT id FROM conversation_messages WHERE direction = 'inbound' ORDER BY id"):
        queue.enqueue("bench.stock.work.answer", int(message_id))
    worker = subprocess.Popen(
        [sys.executable, "-m", "bench.stock.worker"], cwd=ROOT, env=_python_environment(house.environment),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        first = _until(house, 1, 60)
        return (orders - 1) / max(0.001, _until(house, orders, 300) - first)
    finally:
        worker.terminate()
        worker.wait(20)
        client.close()


def memory_mb(house: House, kind: str) -> float:
    """Resident memory of the largest process of that kind."""
    sizes: list[int] = [0]
    for process in house.of(kind):
        family: Sequence[psutil.Process] = [
            psutil.Process(process.pid),
            *psutil.Process(process.pid).children(recursive=True),
        ]
        sizes += [each.memory_info().rss for each in family]
    return max(sizes) / 2**20
