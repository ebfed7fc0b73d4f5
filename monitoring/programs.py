"""Where Prometheus and its relatives are: on the machine, or out of Debian's packages.

Those are unpacked under var/ and installed nowhere, but for Alertmanager: Debian's reads its templates from one place only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ROOT

UNPACKED = ROOT / "var" / "monitoring"
PACKAGES = ("prometheus", "prometheus-node-exporter", "prometheus-postgres-exporter", "prometheus-redis-exporter")
ALERTMANAGER = "prometheus-alertmanager"
INSTALL = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", ALERTMANAGER]
NOT_STARTED = {"RUNLEVEL": "1", "DEBIAN_FRONTEND": "noninteractive"}
"""Installed without being started: the packages' scripts start nothing in runlevel 1."""
OTHER_NAMES = {"prometheus-alertmanager": "alertmanager", "prometheus-node-exporter": "node_exporter",
               "prometheus-postgres-exporter": "postgres_exporter", "prometheus-redis-exporter": "redis_exporter"}  # fmt: skip
"""As they are called where they do not come from Debian."""
TIMEOUT_S = 300


class NotToBeHadError(Exception):
    """A program is neither here nor can it be fetched; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The path of each."""

    prometheus: Path
    promtool: Path
    alertmanager: Path
    amtool: Path
    node_exporter: Path
    postgres_exporter: Path
    redis_exporter: Path


def find() -> Programs:
    """Those of the machine, else Debian's. Raises NotToBeHadError."""
    names = ("prometheus", "promtool", "prometheus-alertmanager", "amtool", "prometheus-node-exporter",
             "prometheus-postgres-exporter", "prometheus-redis-exporter")  # fmt: skip
    if any(_path(name) is None for name in names):
        _fetch()
    found = [path for name in names if (path := _path(name)) is not None]
    if len(found) < len(names):
        missing = [name for name in names if _path(name) is None]
        raise NotToBeHadError(f"not found, and not in Debian's packages either: {', '.join(missing)}")
    return Programs(*found)


def _path(name: str) -> Path | None:
    for known in (name, OTHER_NAMES.get(name, name)):
        if found := shutil.which(known):
            return Path(found)
    unpacked = UNPACKED / "usr" / "bin" / name
    return unpacked if unpacked.is_file() else None


def _fetch() -> None:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise NotToBeHadError(
            "install Prometheus, Alertmanager and the node, PostgreSQL and Redis exporters on the PATH"
        )
    folder = UNPACKED / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)  # apt downloads as an account of its own
    download = ["apt-get", "download", "-qq", *PACKAGES]
    if not _ran(download, folder):
        _ran(["apt-get", "update", "-qq"], folder)  # a fresh machine has no lists yet
        _must(download, folder)
    for package in folder.glob("*.deb"):
        _must(["dpkg-deb", "-x", str(package), str(UNPACKED)], folder)
    if _path(ALERTMANAGER) is None:
        _install(folder)


def _install(folder: Path) -> None:
    if os.geteuid() != 0:
        raise NotToBeHadError(f"run once as root: {' '.join(INSTALL)}")
    _must(INSTALL, folder)


def _must(command: list[str], folder: Path) -> None:
    if not _ran(command, folder):
        raise NotToBeHadError(f"{' '.join(command)} failed: see {folder / 'log'}")


def _ran(command: list[str], folder: Path) -> bool:
    environment = dict(os.environ) | NOT_STARTED
    with (folder / "log").open("ab") as log:
        done = subprocess.run(
            command, cwd=folder, env=environment, check=False, stdout=log, stderr=log, timeout=TIMEOUT_S
        )
    return done.returncode == 0
