"""A process closes what it began in the opposite order and leaves nothing behind: no thread, no connection, no word of a lost task."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.runtime import Runtime
from bot.settings import ROOT
from embedded.ports import free_port
from jobs.upkeep.closing import Closing
from jobs.upkeep.pulse import Pulse
from tests.conftest import Shop

CLOSED = {
    "worker": ["overdue watch", "lanes", "pulse", "connections"],
    "sweeper": ["certificate watch", "connections"],
}
MODULES = {"worker": "jobs.worker", "sweeper": "jobs.sweep"}


def test_steps_are_closed_in_the_opposite_order_also_when_a_later_one_fails() -> None:
    done: list[str] = []
    closing = Closing()
    with pytest.raises(ZeroDivisionError):
        begin_and_fail(closing, done)
    assert done == closing.closed == ["second", "first"]


def begin_and_fail(closing: Closing, done: list[str]) -> None:
    with closing:
        closing.at_the_end("first", lambda: done.append("first"))
        closing.at_the_end("second", lambda: done.append("second"))
        raise ZeroDivisionError


def test_a_step_that_cannot_be_closed_keeps_no_other_open() -> None:
    done: list[str] = []
    closing = Closing()

    def broken() -> None:
        raise ZeroDivisionError

    closing.at_the_end("first", lambda: done.append("first"))
    closing.at_the_end("second", broken)
    with pytest.raises(ZeroDivisionError):
        closing.close()
    assert done == ["first"]


def test_a_pulse_that_never_began_can_be_closed(runtime: Runtime) -> None:
    pulse = Pulse(runtime)
    pulse.close()
    assert not pulse.is_alive()


@contextmanager
def process(kind: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", MODULES[kind]]
    with subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:  # fmt: skip
        try:
            yield started
        finally:
            started.kill()


def line_of(started: subprocess.Popen[str], event: str) -> dict[str, Any]:
    """Its first line of that event; fails with what it said when it ended without one."""
    assert started.stdout is not None
    said = []
    for line in started.stdout:
        said.append(line)
        found: dict[str, Any] = json.loads(line)
        if found["event"] == event:
            return found
    raise AssertionError("".join(said) + (started.stderr.read() if started.stderr else ""))


def connections(shop: Shop, kind: str) -> object:
    return shop.one("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name", name=f"tria-{kind}")


@pytest.mark.parametrize("kind", MODULES)
def test_a_process_that_is_asked_to_stop_closes_in_order_and_leaves_nothing(shop: Shop, kind: str) -> None:
    with process(kind) as started:
        line_of(started, f"{kind} started")
        assert connections(shop, kind)
        started.send_signal(signal.SIGTERM)
        stopped = line_of(started, f"{kind} stopped")
        _, errors = started.communicate(timeout=60)
    assert stopped["closed"] == CLOSED[kind]
    assert started.returncode == 0
    assert errors == ""  # neither a traceback nor a task that was destroyed
    assert connections(shop, kind) == 0


def test_the_first_sign_of_life_comes_after_the_last_step_of_the_warm_up(shop: Shop) -> None:
    """Readiness looks at that sign, so it says nothing of a worker before its own synthetic order has gone the whole way."""
    with process("worker") as started:
        line_of(started, "worker started")
        assert shop.one("SELECT detail ->> 'ok' FROM heartbeats WHERE name LIKE 'canary%'") == "true"
        earlier = (
            "SELECT count(*) FROM heartbeats w JOIN heartbeats c ON c.name LIKE 'canary%' AND w.beat_at < c.beat_at"
        )
        assert shop.one(f"{earlier} WHERE w.name LIKE 'worker%'") == 0


def test_a_web_process_that_is_asked_to_stop_closes_what_its_requests_opened(shop: Shop) -> None:
    """First readiness, then the door, then the processes that answered, each with its connections; the parent ends last."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "handlers:create_app()"]
    environment = os.environ | {"PORT": str(port)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:  # fmt: skip
        try:
            assert readiness_of(port, started) in (200, 503)
            assert connections(shop, "web")
            started.send_signal(signal.SIGTERM)
            said, errors = started.communicate(timeout=60)
        finally:
            started.kill()
    stopped = [json.loads(line) for line in said.splitlines() if '"web process stopped"' in line]
    assert [each["closed"] for each in stopped] == [["connections"]] * 2
    assert started.returncode == 0, errors
    assert "Traceback" not in errors
    assert connections(shop, "web") == 0


def readiness_of(port: int, started: subprocess.Popen[str]) -> int:
    """Once it listens; what it answers needs PostgreSQL."""
    until = time.monotonic() + 60
    while started.poll() is None and time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/api/v1/health/readiness")
            return connection.getresponse().status
        except OSError:  # not yet
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError("the web process did not listen")
