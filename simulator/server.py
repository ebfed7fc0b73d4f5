"""The server: answers the providers' paths and the control door on one port.

with simulator.server.start() as running:          # in a thread, on a free port
    client = SomeClient(base_url=running.url)
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from simulator.chats import Chats
from simulator.config import SimulatorConfig
from simulator.control import PREFIX, Control
from simulator.faults import FaultBook
from simulator.ledger import Ledger
from simulator.openai_api import OpenAIApi
from simulator.simulation import Simulator, build
from simulator.wire import Answer, HttpServer, Request
from simulator.xero_api import XeroApi


@dataclass
class Running:
    """A simulator listening on `url`, in a thread of this process."""

    simulator: Simulator
    server: HttpServer
    thread: threading.Thread

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def ledger(self) -> Ledger:
        return self.simulator.ledger

    @property
    def openai(self) -> OpenAIApi:
        return self.simulator.openai

    @property
    def xero(self) -> XeroApi:
        return self.simulator.xero

    @property
    def faults(self) -> FaultBook:
        return self.simulator.faults

    def reset(self) -> None:
        self.simulator.reset()

    def stop(self) -> None:
        self.simulator.office.stop()
        self.server.stop()
        self.thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(
    port: int = 0, config: SimulatorConfig | None = None, *, seed: int = 0, journal: Path | None = None
) -> Running:
    """Listen on `port` (0: a free one) of the configured host and answer until `stop`."""
    config = config or SimulatorConfig()
    simulator = build(config, seed, journal)
    server = HttpServer(config.host, port or config.port, _respond(simulator))
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="simulator", daemon=True
    )
    thread.start()
    return Running(simulator, server, thread)


def _respond(simulator: Simulator) -> Callable[[Request], Answer]:
    control = Control(simulator, Chats(simulator.ledger))

    def respond(request: Request) -> Answer:
        return control.respond(request) if request.path.startswith(PREFIX) else simulator.respond(request)

    return respond
