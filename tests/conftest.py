"""One PostgreSQL, one Valkey, one simulator and one app for the whole suite; every test finds them empty.

The jobs find their runtime as in production: through the environment, which is set here before anything reads it.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from sqlalchemy import text
from werkzeug.serving import make_server

from bot.knowledge.server import of_one_command
from bot.runtime import Runtime, get_runtime
from bot.settings import Settings, get_settings
from bot.telemetry import configure_logging
from embedded.ports import free_port
from handlers import create_app
from jobs.worker import make_worker
from models import schema
from simulator.config import SimulatorConfig
from simulator.server import Running, start
from tests.browser import page as page
from tests.levels import pytest_addoption as pytest_addoption
from tests.levels import pytest_collection_modifyitems as pytest_collection_modifyitems
from tests.servers import postgres_server, redis_server
from tests.tables import DemoRows, empty

if TYPE_CHECKING:
    from tests.till import MakeTill, Till

# How long an example takes tells how busy the machine is, not whether the property holds; `make bench` measures.
hypothesis_settings.register_profile("tria", deadline=None)
hypothesis_settings.load_profile("tria")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of its time a test waits for servers and processes of its own."""
    return (os.cpu_count() or 1) + 1


gc.disable()  # while seven thousand tests are collected, all of which stay; on again before the first of them runs


def pytest_collection_finish() -> None:
    """What was collected and imported is never garbage: looking through it time and again cost every test something."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres_server() as server:
        yield server.url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


@pytest.fixture(scope="session")
def chroma_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chroma server, for the tests that ask for one."""
    with of_one_command(tmp_path_factory.mktemp("chroma")) as address:
        yield address


@pytest.fixture(scope="session")
def settings(postgres_url: str, redis_url: str) -> Iterator[Settings]:
    app_port, simulator_port = free_port(), free_port()
    environment = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": postgres_url,
        "REDIS_URL": redis_url,
        "PORT": str(app_port),
        "SIMULATOR_URL": f"http://127.0.0.1:{simulator_port}",
        "BURST_WINDOW_MS": "0",
        "ORDER_CUTOFF": "23:59",
    }
    before = dict(os.environ)
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    os.environ.update(environment)
    get_settings.cache_clear()
    settings = get_settings()
    configure_logging(settings)
    schema.upgrade(settings.database_url)
    yield settings
    get_runtime().close()
    get_runtime.cache_clear()
    get_settings.cache_clear()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def shared_runtime(settings: Settings) -> Runtime:
    return get_runtime()


@pytest.fixture(scope="session")
def shared_app(shared_runtime: Runtime) -> Flask:
    return create_app(shared_runtime)


@pytest.fixture(scope="session")
def app_url(shared_app: Flask, settings: Settings) -> Iterator[str]:
    server = make_server("127.0.0.1", settings.port, shared_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{settings.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def shared_simulator(settings: Settings, app_url: str) -> Iterator[Running]:
    port = int(settings.simulator_url.rsplit(":", 1)[1])
    config = SimulatorConfig.from_settings(settings, port=port)
    with start(config=config) as running:
        yield running


@pytest.fixture
def runtime(shared_runtime: Runtime) -> Runtime:
    """The process's runtime on an empty, migrated database and an empty Redis, whatever the test before did."""
    empty(shared_runtime.engine)
    shared_runtime.redis.flushdb()
    return shared_runtime


@pytest.fixture
def app(shared_app: Flask, runtime: Runtime) -> Flask:
    return shared_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def simulator(shared_simulator: Running, runtime: Runtime) -> Iterator[Running]:
    shared_simulator.reset()
    yield shared_simulator
    shared_simulator.reset()


@dataclass(frozen=True)
class Shop:
    """The demo catalog and outlets in the database, and a worker to call."""

    runtime: Runtime

    def work(self) -> None:
        """Runs the real worker until the queue is empty."""
        make_worker(self.runtime).work(burst=True, logging_level=None)

    def rows(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        with self.runtime.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql), values)]

    def one(self, sql: str, **values: object) -> object:
        return self.rows(sql, **values)[0][0]


@pytest.fixture(scope="session")
def demo_rows(shared_runtime: Runtime) -> DemoRows:
    return DemoRows(shared_runtime.engine)


@pytest.fixture
def shop(demo_rows: DemoRows, runtime: Runtime) -> Shop:
    """Twenty-five outlets, sixty-eight products, nothing ordered yet."""
    demo_rows.fill(runtime)
    return Shop(runtime)


@pytest.fixture
def make_till(shop: Shop, client: FlaskClient, simulator: Running) -> Iterator[MakeTill]:
    """Opens shops that invoice in the simulator's Xero, each with settings of its own."""
    from tests.till import tills

    yield from tills(shop, client, simulator)


@pytest.fixture
def till(make_till: MakeTill) -> Till:
    return make_till()
