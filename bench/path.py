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

REPLIED = "SELECT count(*) FROM conversation_messages WHERE direction = 'outbound' AND state = 'sent'"


def ack(house: House, port: int, count: int, first: int) -> Answers:
    """`count` webhooks, each of another phone from the `first` on, as fast as they are answered."""
    phones = house.phones(first + count)[first:]
    return call(port, webhooks(house.simulator.simulator.config, phones, count, WORDS))


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


def _wait_for_workers(house: House, workers: int) -> None:
    """Until they listen, so that their start is not measured."""
    client = redis.Redis.from_url(house.valkey.url)
    deadline = time.monotonic() + 30
    while client.scard("rq:workers") < workers and time.monotonic() < deadline:
        time.sleep(0.05)
    client.close()


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
    house.close_all()
    house.clean()
    house.open(workers=1, sweepers=1)
    time.sleep(2)
    count = int(per_s * seconds)
    config = house.simulator.simulator.config
    answers = call(house.web_port, webhooks(config, house.phones(count), count, WORDS), per_s=per_s, connections=16)
    _until(house, count, 60)
    rows = house.rows(
        "SELECT extract(epoch FROM r.finished_at - m.created_at)::float8 * 1000 FROM conversation_messages r"
        " JOIN conversation_messages m ON m.id = r.in_reply_to WHERE r.state = 'sent' ORDER BY 1"
    )
    return [float(each) - burst_ms for (each,) in rows], answers


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
