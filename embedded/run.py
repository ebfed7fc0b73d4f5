"""`make run`: from nothing to the first answered order, in one page.

servers -> documents -> simulator -> migrations -> demo rows -> web, worker, sweeper -> a synthetic order has gone through -> "ready".
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rich.panel import Panel

from bot.errors import StartupRefused
from bot.knowledge import server
from bot.settings import Settings, load_settings
from embedded.ports import remembered_port
from embedded.postgres import PostgresServer
from embedded.preflight import problems
from embedded.process import ChildProcess, last_lines
from embedded.procfile import read_procfile
from embedded.readiness import Readiness, every
from embedded.rows import forget_pulses, has_products
from embedded.supervisor import Supervisor
from embedded.terminal import Terminal
from embedded.valkey import ValkeyServer
from embedded.var_folder import empty_folder, owned, published, rotate_logs, tell_of_ailing

READY_TIMEOUT_S = 60.0
ASK_EVERY_S = 0.25
DOCUMENTS_TIMEOUT_S = 30.0
# The catalog last: its rows are the sign that both are there.
DEMO_ROWS = (("outlets", "data/outlets.csv"), ("catalog", "data/catalog.csv"))


@dataclass(slots=True)
class Start:
    """One start of everything in the checkout `root`."""

    root: Path
    terminal: Terminal
    supervisor: Supervisor
    settings: Settings
    env: dict[str, str] = field(default_factory=dict)

    @property
    def var(self) -> Path:
        return self.root / "var"

    def child(self, name: str, argv: list[str]) -> ChildProcess:
        """A process of ours, its environment complete with the addresses of what was started before it."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        shared = {"PYTHONUNBUFFERED": "1", **server.QUIET, "PROMETHEUS_MULTIPROC_DIR": str(self.var / "metrics")}
        env = {**os.environ, **shared, **self.env, "PATH": path}
        log = self.var / "log" / f"{name}.log"
        return ChildProcess(name, argv, log=log, env=env, cwd=self.root)


def run(root: Path, *, smoke: bool = False) -> None:
    """Returns after an orderly stop; raises StartupRefused or RestartLimitError, everything stopped, when it cannot go on."""
    began = time.monotonic()
    terminal = Terminal()
    supervisor = Supervisor(terminal, tell=partial(tell_of_ailing, root / "var"))
    supervisor.listen()
    settings = load_settings(_env_file=root / ".env")
    start = Start(root, terminal, supervisor, settings)
    with ExitStack() as undo:
        undo.enter_context(owned(start.var))
        _check(start)
        rotate_logs(start.var / "log")
        empty_folder(start.var / "metrics")
        tell_of_ailing(start.var, {})
        undo.callback(tell_of_ailing, start.var, {})
        undo.callback(supervisor.stop)
        _start_servers(start)
        documents = _start_documents(start)
        _start_simulator(start)
        undo.enter_context(published(start.var, start.env))
        commands = read_procfile(root / "Procfile")
        _run_to_the_end(start, "migrate", commands.pop("release"), "database schema")
        _load_demo_rows(start)
        _let_in(start)
        _start_processes(start, commands)
        _wait_for_documents(start, documents)
        if not supervisor.stopping():
            terminal.show(_where_to_go(start, _seconds_since_typed(time.monotonic() - began)))
            supervisor.skip_logs()
            supervisor.settled()
            supervisor.watch(until=lambda: smoke)
        terminal.say("stopping")
    terminal.say("stopped")


def _seconds_since_typed(own_s: float) -> float:
    """Since `make run` was typed, the installation included; make tells when that was."""
    typed = os.environ.get("STARTED_AT", "")
    return max(own_s, time.time() - int(typed)) if typed.isdecimal() else own_s


def _check(start: Start) -> None:
    if found := problems(start.settings, start.var):
        raise StartupRefused("\n".join(found))


def _start_servers(start: Start) -> None:
    """PostgreSQL before Valkey, because the stop goes the other way: the record is the last to close."""
    log = start.var / "log"
    if not start.settings.database_url:
        with start.terminal.step("PostgreSQL") as step:
            postgres = PostgresServer(start.var / "postgres", log=log / "postgres.log")
            start.supervisor.start(postgres, echo=False)
            start.env["DATABASE_URL"] = postgres.url
            step.done += f" on 127.0.0.1:{postgres.port}"
    if not start.settings.redis_url.get_secret_value():
        with start.terminal.step("Valkey") as step:
            valkey = ValkeyServer(start.var / "valkey", log=log / "valkey.log")
            start.supervisor.start(valkey, echo=False)
            start.env["REDIS_URL"] = valkey.url
            step.done += f" on 127.0.0.1:{valkey.port}"


def _start_documents(start: Start) -> ChildProcess | None:
    """The server of the documents' vectors, and the build beside everything else; no order needs either. None in production,
    where documents are built by who writes them, and where CHROMA_HOST names another server."""
    if start.settings.chroma_host or not server.installed():
        return None
    memory = start.var / "chroma.port"
    port = remembered_port(memory)
    memory.write_text(f"{port}\n", encoding="ascii")
    start.env["CHROMA_HOST"] = f"127.0.0.1:{port}"
    folder = start.settings.chroma_persist_dir
    folder.mkdir(parents=True, exist_ok=True)
    start.supervisor.start(start.child("chroma", server.command(folder, port)), echo=False, vital=False)
    if start.settings.is_production:
        return None
    build = start.child("documents", ["flask", "knowledge", "build"])
    build.start()
    return build


def _wait_for_documents(start: Start, build: ChildProcess | None) -> None:
    """Begun long ago; what it could not do is told, and orders are taken all the same."""
    if build is None or start.supervisor.stopping():
        return
    deadline = time.monotonic() + DOCUMENTS_TIMEOUT_S
    with start.terminal.step("the supplier's documents") as step:
        start.supervisor.watch(until=lambda: not build.running or time.monotonic() > deadline, echo=False)
        if build.running or build.exit_code != 0:
            build.stop()
            step.done = ""
            words = f"questions go to the team: `flask knowledge build` did not end well, see {build.log}"
            start.terminal.say(words, "yellow")


def needs_simulator(settings: Settings) -> bool:
    """Whether a provider's place is taken by the simulator (never in production)."""
    addresses = (settings.twilio_api_base_url, settings.telegram_api_base_url, settings.xero_api_base_url)
    return not settings.is_production and settings.simulator_url in addresses


def _start_simulator(start: Start) -> None:
    """It gets ready while the migrations run; nothing needs it before."""
    if not needs_simulator(start.settings):
        return
    memory = start.var / "simulator.port"
    port = remembered_port(memory)
    memory.write_text(f"{port}\n", encoding="ascii")
    start.env["SIMULATOR_URL"] = f"http://127.0.0.1:{port}"
    simulator = (sys.executable, "-m", "simulator")
    start.supervisor.start(
        start.child("simulator", [*simulator, "--port", str(port), "--remember", str(start.var / "simulator.jsonl")])
    )


def _run_to_the_end(start: Start, name: str, argv: list[str], what: str) -> None:
    """A command that must succeed before anything serves."""
    if start.supervisor.stopping():
        return
    command = start.child(name, argv)
    began_at = command.log.stat().st_size if command.log.exists() else 0
    with start.terminal.step(what) as step:
        command.start()
        try:
            start.supervisor.watch(until=lambda: not command.running, echo=False)
        finally:
            command.stop()
        if start.supervisor.stopping():
            step.done = ""
        elif command.exit_code != 0:
            words = last_lines(command.log, 8, since=began_at)
            raise StartupRefused(f"`{' '.join(argv)}` failed; all of it in {command.log}:\n{words}")


def _load_demo_rows(start: Start) -> None:
    if start.settings.is_production or start.supervisor.stopping():
        return
    if not has_products(start.env.get("DATABASE_URL") or start.settings.database_url):
        for group, file in DEMO_ROWS:
            _run_to_the_end(start, f"{group}-import", ["flask", group, "import", file], f"demo {group}")


def _let_in(start: Start) -> None:
    """The login of the demo's console, which is printed below: only where the database is our own, on this machine."""
    if not start.settings.is_production and "DATABASE_URL" in start.env:
        _run_to_the_end(start, "users-demo", ["flask", "users", "demo"], "demo login")


def _start_processes(start: Start, commands: dict[str, list[str]]) -> None:
    if start.supervisor.stopping():
        return
    if "SIMULATOR_URL" in start.env:
        _wait(start, "simulator", lambda: _listens(start.env["SIMULATOR_URL"]), lambda: "its port")
    if "DATABASE_URL" in start.env:
        forget_pulses(start.env["DATABASE_URL"])
    start.supervisor.start(*(start.child(name, argv) for name, argv in commands.items()))
    ready = Readiness(start.settings.port)
    _wait(start, "a synthetic order through " + ", ".join(commands), ready, lambda: ready.missing)


def _wait(start: Start, what: str, question: Callable[[], bool], missing: Callable[[], str]) -> None:
    """Until the answer is yes; what is missing is shown meanwhile, and is the last word when the time is over."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    ask = every(ASK_EVERY_S, question, time.monotonic)
    with start.terminal.step(what) as step:

        def answered() -> bool:
            if ask():
                return True
            step.waiting_for(missing())
            if time.monotonic() > deadline:
                raise StartupRefused(
                    f"not ready after {READY_TIMEOUT_S:.0f} s, still missing: {missing()}. The logs are in {start.var / 'log'}"
                )
            return False

        start.supervisor.watch(until=answered, echo=False)
        if start.supervisor.stopping():
            step.done = ""


def _listens(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def _where_to_go(start: Start, seconds: float) -> Panel:
    here = f"http://127.0.0.1:{start.settings.port}"
    lines = [f"Ready to accept traffic after {seconds:.1f} s: a synthetic order went through.", ""]
    if "SIMULATOR_URL" in start.env:
        lines.append(f"Write an order   {here}/simulator")
    lines.append(
        f"Console          {here}/console" + ("  (demo, demo-password)" if "DATABASE_URL" in start.env else "")
    )
    lines.append(f"Health           {here}/api/v1/health/readiness")
    lines += [f"Full logs        {start.var / 'log'} (each request as well)", "Stop             Ctrl-C"]
    return Panel("\n".join(lines), title="Tria", border_style="green", expand=False)
