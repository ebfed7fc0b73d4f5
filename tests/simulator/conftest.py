"""A simulator on a free port, an app's stand-in that remembers what it was posted, and small HTTP helpers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from simulator.config import SimulatorConfig
from simulator.server import Running, start
from simulator.wire import Answer, HttpServer, Request


@dataclass
class ListeningApp:
    """What the providers believe is the app: keeps every request, answers as told."""

    status: int = 200
    requests: list[Request] = field(default_factory=list)
    refuse_first: int = 0

    def respond(self, request: Request) -> Answer:
        self.requests.append(request)
        if self.refuse_first:
            self.refuse_first -= 1
            return Answer(503)
        return Answer(self.status, b"<Response/>", "text/xml")

    @property
    def forms(self) -> list[dict[str, Any]]:
        return [request.fields for request in self.requests]


@pytest.fixture
def listener_and_url() -> Iterator[tuple[ListeningApp, str]]:
    listener = ListeningApp()
    server = HttpServer("127.0.0.1", 0, listener.respond)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield listener, server.url
    server.stop()
    thread.join()


@pytest.fixture
def listener(listener_and_url: tuple[ListeningApp, str]) -> ListeningApp:
    return listener_and_url[0]


@pytest.fixture
def config(listener_and_url: tuple[ListeningApp, str]) -> SimulatorConfig:
    return SimulatorConfig(
        public_url="https://orders.example.test",
        app_url=listener_and_url[1],
        telegram_retry_pause_s=0.01,
        statuses=("queued", "sent", "delivered", "read"),
    )


@pytest.fixture
def running(config: SimulatorConfig) -> Iterator[Running]:
    with start(config=config) as simulator:
        yield simulator


@pytest.fixture
def http(running: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.url, timeout=10, trust_env=False, verify=False) as client:
        yield client
