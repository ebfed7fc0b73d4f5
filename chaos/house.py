"""The whole house for one run: PostgreSQL, Valkey, the simulator, proxies between them, web, workers and sweeper as processes."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from bot.identity.outlets_csv import OutletRow
from bot.metrics_folder import VARIABLE as METRICS_FOLDER
from bot.settings import ROOT, Settings, load_settings
from chaos.proxy import Proxy
from embedded.ports import free_port
from embedded.postgres import PostgresServer
from embedded.valkey import ValkeyServer
from jobs.access.binding import bind, contact_of, outlet_of
from jobs.imports.outlets import import_outlets
from simulator.config import SimulatorConfig
from simulator.server import Running, start

SECRET = "chaos-canary-secret-7f3a9c"
READY_S = 30.0
LEDGERS = (
    "conversation_messages", "conversations", "orders", "order_lines", "order_events", "escalations", "failures",
    "delivery_receipts", "audit", "audit_seals", "heartbeats", "invoices", "accounting_links", "accounting_connection",
)  # fmt: skip
INVOICING = {"XERO_CLIENT_ID": "simulator", "INVOICE_WHEN": "placed"}
"""The environment of processes that invoice in the simulator; others do not."""
FIRST_CHAT = 7_310_000_000


@dataclass
class Process:
    """One process of ours, in a session of its own; `kill` also reaches what it forked."""

    name: str
    pid: int
    ended: float | None = None

    @property
    def alive(self) -> bool:
        try:
            return psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def signal(self, number: int) -> None:
        """To the process and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)

    def wait(self, seconds: float) -> bool:
        """Whether it ended in that time."""
        deadline = time.monotonic() + seconds
        while self.alive and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.alive


@dataclass
class House:
    """`postgres` and `valkey` are reached by our processes through `pg` and `redis`, the simulator through `providers`; in a
    house that is not proxied, directly."""

    folder: Path
    postgres: PostgresServer
    valkey: ValkeyServer
    simulator: Running
    pg: Proxy
    redis: Proxy
    providers: Proxy
    environment: dict[str, str]
    settings: Settings
    engine: Engine
    zygote: subprocess.Popen[str]
    outlets: int = 0
    """Each with a phone of its own."""
    telegram_users: int = 0
    """Each with an outlet of its own beside those."""
    processes: list[Process] = field(default_factory=list)

    @property
    def web_port(self) -> int:
        return self.settings.port

    def spawn(
        self,
        kind: str,
        *,
        fail: str = "",
        env: Mapping[str, str] | None = None,
        by: subprocess.Popen[str] | None = None,
    ) -> Process:
        """A process of that kind (zygote.RUNS), with failpoints armed in it; on another machine `by` the zygote of that one."""
        zygote = by or self.zygote
        asked = {
            "run": kind,
            "env": self.environment | {"FAIL": fail} | dict(env or {}),
            "log": str(self.folder / f"{kind}.log"),
        }
        if zygote.stdin is None or zygote.stdout is None:
            raise RuntimeError("the zygote has no pipes")
        zygote.stdin.write(json.dumps(asked) + "\n")
        zygote.stdin.flush()
        process = Process(kind, int(json.loads(zygote.stdout.readline())["pid"]))
        self.processes.append(process)
        return process

    def of(self, kind: str) -> list[Process]:
        return [each for each in self.processes if each.name == kind and each.alive]

    def open(self, *, workers: int = 1, sweepers: int = 1, env: Mapping[str, str] | None = None) -> None:
        """Web, workers and sweepers, and waits until the web answers."""
        before = self.said("worker", "worker started")
        self.spawn("web", env=env)
        for _ in range(workers):
            self.spawn("worker", env=env)
        for _ in range(sweepers):
            self.spawn("sweeper", env=env)
        self.wait_for_web()
        self.wait_for_words("worker", "worker started", before + workers)

    def wait_for_words(self, kind: str, words: str, count: int) -> None:
        """Until these words stand that often in the log of that kind, or the time in which processes start is over."""
        deadline = time.monotonic() + READY_S
        while self.said(kind, words) < count and time.monotonic() < deadline:
            time.sleep(0.05)

    def said(self, kind: str, words: str) -> int:
        """How often these words stand in the log of that kind."""
        log = self.folder / f"{kind}.log"
        return log.read_text(encoding="utf-8", errors="replace").count(words) if log.exists() else 0

    def wait_for_web(self, port: int = 0) -> None:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            with contextlib.closing(
                http.client.HTTPConnection("127.0.0.1", port or self.web_port, timeout=2)
            ) as connection:
                try:
                    connection.request("GET", "/health")
                    if connection.getresponse().status == 200:
                        return
                except (OSError, http.client.HTTPException):  # not listening yet
                    time.sleep(0.05)
        raise TimeoutError(f"the web process does not answer; see {self.folder}")

    def close_all(self) -> None:
        """SIGTERM to every process of ours, SIGKILL to whoever stays."""
        for process in self.processes:
            process.signal(signal.SIGCONT)
            process.signal(signal.SIGTERM)
        for process in self.processes:
            if not process.wait(20):
                process.kill()
                process.wait(5)
        self.processes.clear()

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql), values)]

    def one(self, sql: str, **values: Any) -> Any:
        return self.rows(sql, **values)[0][0]

    def change(self, sql: str, **values: Any) -> int:
        with self.engine.begin() as connection:
            return int(connection.execute(text(sql), values).rowcount)

    def backlog(self) -> int:
        """Messages without an answer and replies not sent."""
        return int(
            self.one(
                "SELECT count(*) FROM conversation_messages WHERE state IN ('received', 'pending', 'sending', 'unknown')"
            )
        )

    def drained(self, seconds: float) -> float | None:
        """Seconds until the backlog was 0, None when it was not in that time."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            with contextlib.suppress(Exception):  # the database may be coming back: that is what we wait for
                if self.backlog() == 0:
                    return time.monotonic() - began
            time.sleep(0.2)
        return None

    def invoiced(self, seconds: float) -> bool:
        """Whether every invoice was brought up to its order in that time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not self.one("SELECT count(*) FROM invoices WHERE state NOT IN ('sent', 'gone')"):
                return True
            time.sleep(0.5)
        return False

    def clean(self) -> None:
        """Empties the ledgers between scenarios; catalog, outlets and their contacts stay."""
        self.providers.heal()
        self.pg.heal()
        self.redis.heal()
        self.empty(LEDGERS)
        self.simulator.reset()

    def empty(self, tables: Iterable[str]) -> None:
        """No row is left in them, also not in those that refuse every change: triggers do not fire for a replica."""
        self.change(
            f"SET LOCAL session_replication_role = replica; TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"
        )

    def phones(self, count: int) -> list[str]:
        """Addresses of that many outlets, each its own."""
        return [f"+659{number:07d}" for number in range(count)]

    def chats(self) -> list[str]:
        """Addresses of all Telegram users."""
        return [str(FIRST_CHAT + number) for number in range(self.telegram_users)]

    def everybody(self) -> list[str]:
        """All who order, by whichever channel."""
        return self.phones(self.outlets) + self.chats()


@contextlib.contextmanager
def house(
    *, outlets: int = 200, telegram_users: int = 0, burst_ms: int = 100, seed: int = 0, keep: Path | None = None,
    proxied: bool = True, counted: bool = False,
) -> Iterator[House]:  # fmt: skip
    """Everything started and migrated, nothing of ours running yet. `keep` is where the logs are left.

    The proxies run in the caller's process: who measures goes without them (`proxied`), who breaks things needs them. Who
    scrapes wants the processes to count in one folder, as in production (`counted`).
    """
    folder = Path(tempfile.mkdtemp(prefix="tria-chaos-"))
    folder.chmod(0o755)
    with contextlib.ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        if keep is not None:
            undo.callback(keep_logs, folder, keep)
        postgres = undo.enter_context(PostgresServer(folder / "postgres"))
        valkey = undo.enter_context(ValkeyServer(folder / "valkey"))
        pg, redis = Proxy(postgres.port), Proxy(valkey.port)
        port, simulator_port = free_port(), free_port()
        providers = Proxy(simulator_port)
        for proxy in (pg, redis, providers):
            undo.callback(proxy.close)
        pg_port, redis_port, providers_port = (
            (pg.port, redis.port, providers.port) if proxied else (postgres.port, valkey.port, simulator_port)
        )
        environment = environment_of(
            postgres.url.replace(f":{postgres.port}/", f":{pg_port}/"), valkey.url.replace(f":{valkey.port}/", f":{redis_port}/"),
            port, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{providers_port}", burst_ms,
        )  # fmt: skip
        if counted:
            environment[METRICS_FOLDER] = str(folder / "metrics")
        settings = settings_of({name: value for name, value in environment.items() if name != METRICS_FOLDER})
        config = faster(SimulatorConfig.from_settings(settings, port=simulator_port))
        simulator = undo.enter_context(start(config=config, seed=seed))
        migrate(environment)
        engine = engine_of(postgres)
        zygote = undo.enter_context(zygote_of(environment, folder))
        made = House(
            folder, postgres, valkey, simulator, pg, redis, providers, environment, settings, engine, zygote, outlets, telegram_users
        )  # fmt: skip
        undo.callback(made.close_all)
        fill(made)
        yield made


def environment_of(
    database_url: str, redis_url: str, port: int, public_url: str, simulator_url: str, burst_ms: int
) -> dict[str, str]:
    """What every process of ours is given."""
    return {
        "ENVIRONMENT": "test",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PORT": str(port),
        "PUBLIC_URL": public_url,
        "SIMULATOR_URL": simulator_url,
        "BURST_WINDOW_MS": str(burst_ms),
        "ORDER_CUTOFF": "23:59",
        "MAX_QUANTITY_PER_ITEM": "100000000",  # a soak's orders of one day grow past what a person would have to approve
        "MAX_ORDER_TOTAL": "100000000",
        "SECRET_KEY": SECRET * 2,
        "API_TOKEN": SECRET,
        "LOG_LEVEL": "INFO",
        "PYTHONPATH": str(ROOT),
    }


def engine_of(postgres: PostgresServer) -> Engine:
    """For those who count: a connection each time, so that none is ever stale."""
    return create_engine(
        postgres.url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=NullPool,
        connect_args={"connect_timeout": 20, "options": "-c timezone=UTC"},
    )  # fmt: skip


def settings_of(environment: Mapping[str, str]) -> Settings:
    known = {name.lower(): value for name, value in environment.items() if name.lower() in Settings.model_fields}
    return load_settings(_env_file=None, **known)


def faster(config: SimulatorConfig) -> SimulatorConfig:
    """Providers that confirm and try again at once."""
    return replace(
        config, statuses=("sent", "delivered"), status_delay_s=0.05, telegram_retry_pause_s=0.2, twilio_retries=5
    )


def _python_environment(environment: Mapping[str, str]) -> dict[str, str]:
    bare = {
        name: value for name, value in os.environ.items() if name.upper() not in map(str.upper, Settings.model_fields)
    }
    return bare | dict(environment)


def migrate(environment: Mapping[str, str]) -> None:
    """The schema and the catalog."""
    for arguments in (["db", "upgrade"], ["catalog", "import", str(ROOT / "data" / "catalog.csv")]):
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "handlers:create_app()", *arguments], cwd=ROOT, check=False,
            env=_python_environment(environment), capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(arguments)} failed: {done.stderr[-2000:]}")


@contextlib.contextmanager
def zygote_of(environment: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    """What it forks lives in the network that it was started in."""
    with (folder / "zygote.log").open("ab") as log:
        zygote = subprocess.Popen(
            [sys.executable, "-m", "chaos.zygote"], cwd=ROOT, env=_python_environment(environment), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    if zygote.stdout is None or "ready" not in zygote.stdout.readline():
        raise RuntimeError((folder / "zygote.log").read_text()[-2000:])
    try:
        yield zygote
    finally:
        _end(zygote)


def _end(zygote: subprocess.Popen[str]) -> None:
    zygote.kill()
    zygote.wait()
    for pipe in (zygote.stdin, zygote.stdout):
        if pipe is not None:
            pipe.close()


def fill(made: House) -> None:
    """Outlets that order without being asked; their names say that nobody is behind them. Those of Telegram users are written to
    by nobody else: what each address ordered is counted."""
    phones = made.phones(made.outlets + made.telegram_users)
    rows = [
        OutletRow(f"CH{number:05d}", f"Chaos Kitchen {number:05d}", (phone,), "en", "Chaos", "never")
        for number, phone in enumerate(phones)
    ]
    with made.engine.begin() as connection:
        import_outlets(connection, rows)
        for number, chat in enumerate(made.chats(), made.outlets):
            outlet_id = outlet_of(connection, f"CH{number:05d}")
            bind(connection, contact_of(connection, "telegram", chat), [outlet_id], by="chaos", actor="chaos")


def keep_logs(folder: Path, keep: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        shutil.copy(log, keep / log.name)
