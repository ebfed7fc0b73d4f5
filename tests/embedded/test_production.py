"""docs/production.md, followed to the letter on servers of our own: every command in its order, two web processes on one host."""

from __future__ import annotations

import http.client
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.settings import ROOT, Settings
from embedded.ports import free_port
from tests.servers import postgres_server, redis_server

PAGE = ROOT / "docs" / "production.md"
BLOCK = re.compile(r"<!-- followed by tests/embedded/test_production\.py -->\n```sh\n(.*?)```", re.DOTALL)
READY_S = 120


def commands() -> list[str]:
    (block,) = BLOCK.findall(PAGE.read_text("utf-8"))
    return [line for line in block.splitlines() if line.strip()]


@dataclass
class Host:
    """Runs a line of the page as a shell would; what it starts with `&` goes on until the end."""

    environment: dict[str, str]
    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, line: str) -> tuple[int, str]:
        command, _, _ = line.partition("#")
        argv, environment = shlex.split(command), dict(self.environment)
        background = argv[-1] == "&"
        if "=" in argv[0]:
            name, _, value = argv.pop(0).partition("=")
            environment[name] = environment[value.removeprefix("$")]
        if background:
            self._start(argv[:-1], environment)
            return 0, ""
        done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def _start(self, argv: list[str], environment: dict[str, str]) -> None:
        with (self.folder / f"{len(self.started)}.log").open("wb") as log:
            self.started.append(subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=log, stderr=log))

    def logs(self) -> str:
        return "\n".join(log.read_text("utf-8", "replace")[-3000:] for log in sorted(self.folder.glob("*.log")))

    def close(self) -> list[int]:
        for process in self.started:
            process.send_signal(signal.SIGTERM)
        return [process.wait(30) for process in self.started]


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    bare = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    with postgres_server() as postgres, redis_server() as redis:
        made = Host(bare | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}", "ENVIRONMENT": "test",
            "DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "PORT": str(free_port()), "SECOND_PORT": str(free_port()),
            "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "not" / "there" / "yet"), "PYTHONUNBUFFERED": "1",
        }, tmp_path)  # fmt: skip
        try:
            yield made
        finally:
            made.close()


def get(port: str, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:  # not listening yet
        return 0, ""
    finally:
        connection.close()


def wait_until_ready(host: Host, port: str) -> None:
    deadline = time.monotonic() + READY_S
    while (found := get(port, "/api/v1/health/readiness"))[0] != 200:
        assert time.monotonic() < deadline, f"{found}\n{host.logs()}"
        time.sleep(0.5)


def canaries(port: str) -> float:
    """How many synthetic orders all workers of the host have placed, as this web process tells."""
    found = re.search(r"^tria_canary_seconds_count (\S+)", get(port, "/metrics")[1], re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.slow
@pytest.mark.timeout(400)  # eleven commands, one after the other
def test_the_page_is_followed_from_an_empty_database_to_a_smoke_test(host: Host) -> None:
    first, *rest = commands()
    code, words = host.run(first)
    assert (code, "flask db upgrade" in words, "Traceback" in words) == (1, True, False), words
    assert "check itself failed" not in words
    ports = host.environment["PORT"], host.environment["SECOND_PORT"]
    for line in rest:
        if line.startswith("flask doctor"):
            for port in ports:
                wait_until_ready(host, port)
        code, words = host.run(line)
        assert code == 0, f"{line}\n{words}\n{host.logs()}"
    assert all(canaries(port) >= 2 for port in ports), "both workers' warm-up is counted by either web process"
    assert [process.poll() for process in host.started] == [None] * len(host.started)
    assert json.loads(get(ports[1], "/api/v1/health/readiness")[1])["overall_healthy"] is True
    counted, worker = canaries(ports[0]), next(each for each in host.started if "jobs.worker" in each.args)
    worker.kill()
    worker.wait(10)
    assert canaries(ports[1]) >= counted, "what an ended process counted stays"
    assert not list(Path(host.environment["PROMETHEUS_MULTIPROC_DIR"]).glob(f"*_{worker.pid}.db"))


def test_every_process_of_the_procfile_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    for line in (ROOT / "Procfile").read_text("utf-8").splitlines():
        assert line.partition(": ")[2] in page
