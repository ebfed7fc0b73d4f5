"""A real Prometheus with its exporters and a real Alertmanager, on the files of this folder, watching a house of `chaos`.

Only addresses are written over: where the targets are, and where Slack, PagerDuty, Telegram and the mail server are.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from chaos.house import House
from embedded.ports import free_port
from embedded.process import ChildProcess, last_lines
from monitoring.programs import Programs
from monitoring.receivers import Receivers
from monitoring.rules import HERE, read

READY_S = 60.0
TIMEOUT_S = 10.0
NOT_HERE = "cadvisor"
"""No containers run here; where they do, this job has a target."""


@dataclass(frozen=True, slots=True)
class Station:
    prometheus: str
    alertmanager: str

    def ask(self, query: str) -> list[dict[str, Any]]:
        """The series that answer it now. Raises requests.HTTPError for a query that Prometheus does not understand."""
        answer = requests.get(f"{self.prometheus}/api/v1/query", {"query": query}, timeout=TIMEOUT_S)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found

    def post_alerts(self, alerts: list[dict[str, Any]]) -> None:
        requests.post(f"{self.alertmanager}/api/v2/alerts", json=alerts, timeout=TIMEOUT_S).raise_for_status()

    def wait_until(self, query: str, seconds: float) -> bool:
        """Whether it had an answer in that time. A fault may make a scrape fail, never Prometheus itself."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.ask(query):
                return True
            time.sleep(0.5)
        return False


@contextlib.contextmanager
def station(programs: Programs, house: House, told: Receivers, folder: Path) -> Iterator[Station]:
    """Everything started, and every target scraped once."""
    ports = {name: free_port() for name in ("prometheus", "alertmanager", "postgres", "redis", "node")}
    targets = {name: f"127.0.0.1:{port}" for name, port in ports.items()} | {"backend": f"127.0.0.1:{house.web_port}"}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(prometheus_file(targets)))
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(alertmanager_file(told)))
    opened = Station(f"http://{targets['prometheus']}", f"http://{targets['alertmanager']}")
    with contextlib.ExitStack() as undo:
        for name, command, environment in _commands(programs, house, targets, folder):
            log = folder / f"{name}.log"
            child = ChildProcess(name, command, log=log, env=dict(os.environ) | environment, cwd=folder, grace_s=10)
            child.start()
            undo.callback(child.stop)
        _wait_until_ready(opened, len(targets) - 2, folder)
        yield opened


def prometheus_file(targets: dict[str, str]) -> Any:
    """The one of this folder, at other addresses."""
    content = read("prometheus.yml")
    content["rule_files"] = [str(HERE / name) for name in content["rule_files"]]
    content["alerting"]["alertmanagers"][0]["static_configs"] = [{"targets": [targets["alertmanager"]]}]
    content["scrape_configs"] = [job for job in content["scrape_configs"] if job["job_name"] != NOT_HERE]
    for job in content["scrape_configs"]:
        job["static_configs"] = [{"targets": [targets[job["job_name"]]]}]
    return content


def alertmanager_file(told: Receivers) -> Any:
    """The one of this folder, with everybody who is told on loopback."""
    content = read("alertmanager.yml")
    here = f"http://127.0.0.1:{told.http_port}"
    content["global"] |= {
        "slack_api_url": f"{here}/slack", "pagerduty_url": f"{here}/v2/enqueue", "telegram_api_url": here,
        "smtp_smarthost": f"127.0.0.1:{told.smtp_port}", "smtp_require_tls": False,
    }  # fmt: skip
    for name in ("smtp_auth_username", "smtp_auth_password"):  # they would be sent over TLS only
        del content["global"][name]
    return content


def _commands(
    programs: Programs, house: House, targets: dict[str, str], folder: Path
) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Name, command and environment of each."""
    postgres = f"{house.postgres.url}?sslmode=disable"
    yield "postgres", [str(programs.postgres_exporter), f"--web.listen-address={targets['postgres']}"], {"DATA_SOURCE_NAME": postgres}  # fmt: skip
    yield "redis", [str(programs.redis_exporter), f"-web.listen-address={targets['redis']}"], {"REDIS_ADDR": house.valkey.url}  # fmt: skip
    yield "node", [str(programs.node_exporter), f"--web.listen-address={targets['node']}"], {}
    yield "alertmanager", [
        str(programs.alertmanager), "--config.file=alertmanager.yml", f"--web.listen-address={targets['alertmanager']}",
        f"--storage.path={folder / 'alertmanager'}", "--cluster.listen-address=",
    ], {}  # fmt: skip
    yield "prometheus", [
        str(programs.prometheus), "--config.file=prometheus.yml", f"--web.listen-address={targets['prometheus']}",
        f"--storage.tsdb.path={folder / 'prometheus'}", "--log.level=warn",
    ], {}  # fmt: skip


def _wait_until_ready(opened: Station, targets: int, folder: Path) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        with contextlib.suppress(requests.RequestException):  # not listening yet
            requests.get(f"{opened.alertmanager}/-/ready", timeout=TIMEOUT_S).raise_for_status()
            if len(opened.ask("up == 1")) == targets:
                return
        time.sleep(0.5)
    logs = "\n".join(last_lines(log, 3) for log in sorted(folder.glob("*.log")))
    raise TimeoutError(f"not everything is scraped after {READY_S:.0f} s:\n{logs}")
