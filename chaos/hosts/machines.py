"""A house on six machines: two web hosts, two worker hosts (each with a sweeper), one for PostgreSQL, one for Redis."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import text

from chaos.hosts.balancer import Balancer
from chaos.hosts.network import BACK_S, OURS, Machine, Network
from chaos.hosts.servers import RemotePostgres, RemoteValkey
from chaos.house import (
    House,
    Process,
    engine_of,
    environment_of,
    faster,
    fill,
    keep_logs,
    migrate,
    settings_of,
    zygote_of,
)
from chaos.proxy import Proxy
from embedded.ports import free_port
from models.database import make_engine
from simulator.config import SimulatorConfig, repeating
from simulator.server import start

WEB, WORKERS = ("web1", "web2"), ("work1", "work2")
RECORD, DOORBELL = "postgres", "redis"
WEB_PORT = 8003
WAITED_S = 120.0
OUTLETS, TELEGRAM_USERS = 200, 50
THEIR_ROWS = (
    "SELECT c.id, k.address FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE k.address = ANY(:phones)"
    " FOR UPDATE OF c"
)
BURST_MS = 300


@dataclass
class Host:
    """One machine that runs processes of ours."""

    machine: Machine
    zygote: subprocess.Popen[str]
    processes: list[Process] = field(default_factory=list)


@dataclass
class Machines:
    """`house` counts; `hosts` are by their names."""

    network: Network
    house: House
    balancer: Balancer
    hosts: dict[str, Host]

    def start(self, name: str, kind: str) -> Process:
        """A process of that kind on that host."""
        host = self.hosts[name]
        bind = {"GUNICORN_CMD_ARGS": f"--bind {host.machine.address}:{WEB_PORT}"} if kind == "web" else {}
        process = self.house.spawn(kind, env=bind, by=host.zygote)
        host.processes.append(process)
        return process

    def open(self) -> None:
        """Everything runs, and both web hosts take orders."""
        before = self.house.said("worker", "worker started")
        for name in WEB:
            self.start(name, "web")
        for name in WORKERS:
            self.start(name, "worker")
            self.start(name, "sweeper")
        self.wait_until_ready(len(WEB))
        self.house.wait_for_words("worker", "worker started", before + len(WORKERS))

    def wait_until_ready(self, hosts: int) -> None:
        if not self.balancer.wait_for(hosts, WAITED_S):
            raise TimeoutError(f"{len(self.balancer.ready)} web hosts are ready, not {hosts}: {self.balancer.said}")

    def cut(self, name: str) -> None:
        """Its cable: what runs there runs on, and hears nothing."""
        self.network.cut(self.hosts[name].machine)
        if self.network.reaches(self.hosts[name].machine):
            raise RuntimeError(f"{name} is cut off and answers")

    def heal(self, name: str) -> None:
        self.network.heal(self.hosts[name].machine)
        if not self.network.reaches(self.hosts[name].machine, BACK_S):
            raise RuntimeError(f"{name} has its cable again and does not answer")

    @contextlib.contextmanager
    def holding_rows(self, name: str, phones: Sequence[str]) -> Iterator[None]:
        """A process on that host is in the middle of writing for these conversations."""
        with self.network.inside(self.hosts[name].machine):
            engine = make_engine(self.house.settings.database_url, application="tria-writing")
            connection = engine.connect()
        ids = [number for number, _ in connection.execute(text(THEIR_ROWS), {"phones": list(phones)})]
        try:
            yield
        finally:
            connection.invalidate()
            engine.dispose()
        if len(ids) != len(phones):
            raise RuntimeError(f"{len(ids)} of {len(phones)} conversations were there to hold")

    def power_off(self, name: str) -> None:
        """As without power: no packet says that it is gone."""
        self.cut(name)
        host = self.hosts[name]
        for process in host.processes:
            process.kill()
            process.wait(5)
        host.processes.clear()

    def connections(self) -> dict[tuple[str, str], int]:
        """What PostgreSQL sees now: by address and application."""
        rows = self.house.rows(
            "SELECT host(client_addr), application_name, count(*) FROM pg_stat_activity"
            " WHERE application_name LIKE 'tria-%' AND client_addr IS NOT NULL GROUP BY 1, 2"
        )
        return {(str(address), str(name)): int(count) for address, name, count in rows}


@contextlib.contextmanager
def machines(*, seed: int, keep: Path | None = None) -> Iterator[Machines]:
    """Everything wired and migrated, nothing of ours running yet."""
    folder = Path(tempfile.mkdtemp(prefix="tria-hosts-"))
    folder.chmod(0o755)
    with contextlib.ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        if keep is not None:
            undo.callback(keep_logs, folder, keep)
        network = Network()
        record, doorbell, *ours = (network.add(name) for name in (RECORD, DOORBELL, *WEB, *WORKERS))
        with network.inside(record):
            postgres = undo.enter_context(RemotePostgres(folder / "postgres", record.address))
        with network.inside(doorbell):
            valkey = undo.enter_context(RemoteValkey(folder / "valkey", doorbell.address))
        balancer = Balancer([(each.address, WEB_PORT) for each in ours if each.name in WEB])
        undo.callback(balancer.close)
        simulator_port = free_port()
        environment = environment_of(
            postgres.url, valkey.url, WEB_PORT, f"http://127.0.0.1:{balancer.port}", f"http://{OURS}:{simulator_port}", BURST_MS
        )  # fmt: skip
        settings = settings_of(environment)
        config = repeating(faster(SimulatorConfig.from_settings(settings, port=simulator_port)))
        config = replace(config, host=OURS, app_url=settings.public_url)
        simulator = undo.enter_context(start(config=config, seed=seed))
        migrate(environment)
        hosts = {}
        for machine in ours:
            with network.inside(machine):
                hosts[machine.name] = Host(machine, undo.enter_context(zygote_of(environment, folder)))
        unused = Proxy(0)  # here cables are cut, not connections
        undo.callback(unused.close)
        house = House(
            folder, postgres, valkey, simulator, unused, unused, unused, environment, settings, engine_of(postgres),
            hosts[WORKERS[0]].zygote, OUTLETS, TELEGRAM_USERS,
        )  # fmt: skip
        undo.callback(house.close_all)
        fill(house)
        yield Machines(network, house, balancer, hosts)
