"""The eight steps of a release, and the way back to the one before."""

from __future__ import annotations

import ast
import http.client
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.host import Host, StepFailed, point, read_settings
from deploy.services import Services
from deploy.steps import Step

LEAST_FREE = 2_000_000_000
HEALTHY_S = 120.0
ASK_S = 1.0
SMOKE_ORDERS = 10
_OWN_FILES: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
"""Debian 12's Python is too old to be told so, and what is unpacked is what git has just packed."""
REQUIRED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "API_TOKEN")


@dataclass(slots=True)
class Release:
    """One commit of the repository `source` on its way to `colour`, while the other colour goes on serving."""

    host: Host
    services: Services
    source: Path
    ref: str
    watch: str
    clock: Callable[[], float] = time.monotonic
    commit: str = ""
    colour: str = ""

    @property
    def folder(self) -> Path:
        return self.host.release(self.commit)

    def steps(self) -> list[Step]:
        """The old colour is asked to stop last of all: until then the way back is to stop the new one."""
        return [
            Step("pre-flight", self.preflight),
            Step("backup", self.backup),
            Step("migrate", self.migrate),
            Step("start", self.start, self.stop_new),
            Step("health", self.health),
            Step("smoke", self.smoke),
            Step("switch", self.switch, self.switch_back),
            Step("watch", self.look_on),
        ]

    def preflight(self) -> str:
        self.commit = _git(self.source, "rev-parse", f"{self.ref}^{{commit}}")[:12]
        self.colour = self.host.idle
        self.host.root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.host.root).free
        if free < LEAST_FREE:
            raise StepFailed(f"{self.host.root} has {free // 10**6} MB left, a release wants {LEAST_FREE // 10**6}")
        missing = [name for name in REQUIRED if not read_settings(self.host.settings).get(name)]
        if missing:
            raise StepFailed(f"{self.host.settings} lacks {', '.join(missing)}")
        self._unpack()
        self.host.flask(self.folder, "settings")  # every problem of the settings, by name
        pending = self._pending()
        if without := [name for name in pending if not _can_go_back(self.folder, name)]:
            raise StepFailed(f"no way back from migration {', '.join(without)}")
        return f"{self.commit} for {self.colour}, {len(pending)} migrations pending, {free // 10**9} GB free"

    def backup(self) -> str:
        made = json.loads(self.host.flask(self.folder, "backup", "create", "--json"))
        return f"{made['name']}, {made['rows']} rows"

    def migrate(self) -> str:
        return self.host.flask(self.folder, "db", "upgrade").strip()

    def start(self) -> str:
        self.services.stop(self.colour)
        point(self.host.slot(self.colour), self.folder)
        self.services.start(self.colour)
        return f"{self.colour} on port {self.host.ports[self.colour]}"

    def stop_new(self) -> str:
        self.services.stop(self.colour)
        return f"{self.colour} is stopped; {self.host.serving or 'nothing'} goes on"

    def health(self) -> str:
        """Ready, of this commit, and every process of it alive: a worker that cannot place an order ends by itself."""
        began, port = self.clock(), self.host.ports[self.colour]
        missing = "an answer"
        while self.clock() - began < HEALTHY_S:
            if down := self.services.down(self.colour):
                raise StepFailed(f"ended by itself: {', '.join(down)}; its log says why")
            status, body = _get(port, "/api/v1/health/readiness")
            if status == http.client.OK:
                return self._of_this_commit(port, self.clock() - began)
            missing = _failing(body)
            time.sleep(ASK_S)
        raise StepFailed(f"not ready after {HEALTHY_S:.0f} s: {missing}")

    def smoke(self) -> str:
        found = json.loads(
            self.host.flask(self.folder, "smoke", "--orders", str(SMOKE_ORDERS), "--timeout", "60", "--json")
        )
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return f"order path verified at {moment}: {found['verified']} of {found['asked']}, slowest {found['slowest_s']:.1f} s"

    def switch(self) -> str:
        self.host.serve(self.colour)
        return f"requests go to port {self.host.ports[self.colour]}"

    def switch_back(self) -> str:
        other = next(colour for colour in self.host.ports if colour != self.colour)
        if not self.host.released(other) or self.services.down(other):
            return "there is nothing to go back to"
        self.host.serve(other)
        return f"requests go to port {self.host.ports[other]} again"

    def look_on(self) -> str:
        said = self.host.flask(self.folder, "watch", "--for", self.watch, "--every", "2s", timeout_s=90_000).strip()
        return said.splitlines()[-1]

    def retire_old(self) -> str:
        """After a release that went well."""
        old = next(colour for colour in self.host.ports if colour != self.colour)
        if not self.host.released(old):
            return "there was no release before this one"
        self.services.stop(old)
        return f"{old} is stopped and stays there for a roll-back"

    def _unpack(self) -> None:
        """The commit's files and an environment for them; a half-made one is made again."""
        if (self.folder / "release.env").exists():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        with tempfile.TemporaryFile() as packed:
            subprocess.run(["git", "archive", "--format=tar", self.commit], cwd=self.source, stdout=packed, check=True)
            packed.seek(0)
            with tarfile.open(fileobj=packed) as archive:
                archive.extractall(self.folder, **_OWN_FILES)
        if self.host.venv is None:
            install = [sys.executable, "-I", str(self.folder / "embedded" / "install.py"), "requirements.txt"]
            done = subprocess.run(install, cwd=self.folder, capture_output=True, text=True, check=False, timeout=900)
            if done.returncode:
                raise StepFailed(f"the libraries could not be installed: {(done.stderr or done.stdout).strip()[-300:]}")
        (self.folder / "release.env").write_text(f"GIT_COMMIT={self.commit}\n", encoding="utf-8")

    def _pending(self) -> list[str]:
        listed = json.loads(self.host.flask(self.folder, "db", "list", "--json"))
        return [each["revision"] for each in listed if not each["applied"]]

    def _of_this_commit(self, port: int, after_s: float) -> str:
        _, body = _get(port, "/version")
        found = json.loads(body or "{}").get("commit")
        if found != self.commit:
            raise StepFailed(f"port {port} is answered by commit {found}")
        return f"ready after {after_s:.0f} s, commit {found}"


@dataclass(slots=True)
class Rollback:
    """Back to the release that the idle colour still holds."""

    host: Host
    services: Services
    colour: str = ""

    @property
    def release(self) -> Release:
        made = Release(self.host, self.services, Path(), "", "20s")
        made.colour, made.commit = self.colour, self.host.released(self.colour)
        return made

    def steps(self) -> list[Step]:
        return [
            Step("pre-flight", self.preflight),
            Step("backup", lambda: self.release.backup()),
            Step("schema", self.schema),
            Step("start", lambda: self._start(), lambda: self.release.stop_new()),
            Step("health", lambda: self.release.health()),
            Step("smoke", lambda: self.release.smoke()),
            Step("switch", lambda: self.release.switch(), lambda: self.release.switch_back()),
            Step("watch", lambda: self.release.look_on()),
        ]

    def preflight(self) -> str:
        self.colour = self.host.idle
        if not self.host.serving or not self.host.released(self.colour):
            raise StepFailed("there is no release before this one")
        return f"from {self.host.released(self.host.serving)} back to {self.host.released(self.colour)}"

    def schema(self) -> str:
        """The older code refuses a schema that is newer than itself: the newer release takes it back, its own processes stopped
        meanwhile. Webhooks are refused for these seconds, and the providers send them again."""
        older, newer = self.host.slot(self.colour).resolve(), self.host.slot(self.host.serving).resolve()
        wanted = json.loads(self.host.flask(older, "db", "current", "--json"))["head"]
        found = json.loads(self.host.flask(newer, "db", "current", "--json"))["current"]
        if wanted == found:
            return f"revision {found} is the older release's as well"
        self.services.stop(self.host.serving)
        return self.host.flask(newer, "db", "downgrade", wanted, "--yes").strip()

    def _start(self) -> str:
        self.services.start(self.colour)
        return f"{self.colour} on port {self.host.ports[self.colour]}"


def _git(source: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=source, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise StepFailed(f"git {' '.join(words)}: {done.stderr.strip()[-200:]}")
    return done.stdout.strip()


def _can_go_back(release: Path, revision: str) -> bool:
    """Whether the migration's downgrade does anything."""
    files = list((release / "migrations" / "versions").glob(f"{revision}*.py"))
    if not files:
        return False
    functions = [node for node in ast.walk(ast.parse(files[0].read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
    down = next((node for node in functions if node.name == "downgrade"), None)
    return down is not None and not any(isinstance(node, ast.Raise) for node in ast.walk(down))


def _get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):  # not listening yet
        return 0, ""
    finally:
        connection.close()


def _failing(body: str) -> str:
    try:
        failing = json.loads(body)["failing"]
        return "; ".join(f"{each['check']}: {each['reason']}" for each in failing)
    except (ValueError, KeyError, TypeError):
        return "an answer"
