"""Rows 6 to 10: Redis dies, forgets, falls silent, refuses. It is a doorbell; customers must not notice more than seconds."""

from __future__ import annotations

import time

import redis

from chaos.scenarios.scenario import Scenario, Trial


def _client(trial: Trial) -> redis.Redis:
    return redis.Redis.from_url(trial.house.valkey.url)


def down_at_webhooks(trial: Trial) -> None:
    trial.house.valkey.kill()
    trial.traffic(20, 5)
    trial.must(trial.accepted() == len(trial.customers.said), "a webhook was not answered with 2xx")
    trial.note(f"{trial.accepted()} of {len(trial.customers.said)} accepted without Redis")
    trial.house.valkey.start()


def killed_under_load(trial: Trial) -> None:
    trial.traffic(20, 2)
    trial.house.valkey.kill()
    trial.traffic(20, 2)
    trial.house.valkey.start()
    trial.traffic(20, 2)


def forgets_everything(trial: Trial) -> None:
    for _ in range(4):
        trial.traffic(20, 1)
        client = _client(trial)
        client.flushall()
        client.close()


def never_comes_back(trial: Trial) -> None:
    """Without Redis at all, the workers' own look at the clock answers."""
    trial.house.valkey.kill()
    trial.traffic(5, 3)
    drained = trial.house.drained(40)
    trial.must(drained is not None, "nobody was answered without Redis")
    trial.note(f"answered without Redis after {drained or 0:.1f} s")
    trial.house.valkey.start()


def silent(trial: Trial) -> None:
    trial.house.redis.silent = True
    began = time.monotonic()
    trial.traffic(20, 5)
    entries = trial.house.simulator.ledger.entries(kind="webhook", operation="webhook")
    times = sorted(entry.took_ms for entry in entries)
    p99 = times[len(times) * 99 // 100] if times else 0.0
    trial.must(p99 <= 1000, f"webhooks took {p99:.0f} ms at p99 while Redis was silent")
    trial.note(f"webhook p99 {p99:.0f} ms during {time.monotonic() - began:.0f} s of silence")
    trial.house.redis.silent = False


def read_only_or_full(trial: Trial) -> None:
    client = _client(trial)
    before = {process.pid for process in trial.house.of("worker")}
    client.config_set("min-replicas-to-write", 1)
    trial.traffic(10, 3)
    client.config_set("min-replicas-to-write", 0)
    client.config_set("maxmemory", 1)
    trial.traffic(10, 3)
    client.config_set("maxmemory", 0)
    client.close()
    trial.must(before == {process.pid for process in trial.house.of("worker")}, "the worker ended")
    trial.must(trial.accepted() == len(trial.customers.said), "a webhook was not answered with 2xx")


SCENARIOS = (
    Scenario("Redis is down at webhooks", down_at_webhooks, quick=True),
    Scenario("Redis killed under load", killed_under_load),
    Scenario("Redis forgets everything", forgets_everything),
    Scenario("Redis never comes back", never_comes_back),
    Scenario("Redis silent", silent),
    Scenario("Redis read-only, then full", read_only_or_full),
)
