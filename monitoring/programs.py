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
ALERTMANAGER = "prometheus-alertmanager"
INSTALL = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", ALERTMANAGER]
NOT_STARTED = {"RUNLEVEL": "1", "DEBIAN_FRONTEND": "noninteractive"}
"""Installed without being started: the packages' scripts start nothing in runlevel 1."""
OTHER_NAMES = {"prometheus-alertmanager": "alertmanager", "prometheus-node-exporter": "node_exporter",
               "prometheus-postgres-exporter": "postgres_exporter", "prometheus-redis-exporter": "redis_exporter"}  # fmt: skip
"""As they are called where they do not come from Debian."""
IN_PACKAGE = {"promtool": "prometheus", "amtool": ALERTMANAGER}
"""The others are called as their package is."""
TIMEOUT_S = 120


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
    return Programs(*map(program, names))


def program(name: str) -> Path:
    """One of them, fetched when it is not there. Raises NotToBeHadError."""
    package = IN_PACKAGE.get(name, name)
    if _path(name) is None:
        _fetch(package)
    if (found := _path(name)) is None:
        raise NotToBeHadError(f"{name} is not found, and not in Debian's package {package} either")
    return found


def _path(name: str) -> Path | None:
    for known in (name, OTHER_NAMES.get(name, name)):
        if found := shutil.which(known):
            return Path(found)
    unpacked = UNPACKED / "usr" / "bin" / name
    return unpacked if unpacked.is_file() else None


def _fetch(package: str) -> None:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise NotToBeHadError(f"{package} is not on the PATH, and there is no Debian here to take it from")
    folder = UNPACKED / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    if package == ALERTMANAGER:
        _install(folder)
    else:
        _unpack(package, folder)


def _unpack(package: str, folder: Path) -> None:
    folder.chmod(0o777)  # apt downloads as an account of its own
    download = ["apt-get", "download", "-qq", package]
    if not _ran(download, folder):
        _ran(["apt-get", "update", "-qq"], folder)  # a fresh machine has no lists yet
        _must(download, folder)
    for found in folder.glob(f"{package}_*.deb"):
        _must(["dpkg-deb", "-x", str(found), str(UNPACKED)], folder)


def _install(folder: Path) -> None:
    as_root = _as_root(folder)
    if not _ran([*as_root, *INSTALL], folder):
        _ran([*as_root, "apt-get", "update", "-qq"], folder)
        _must([*as_root, *INSTALL], folder)


def _as_root(folder: Path) -> list[str]:
    """What to write before a command that only root may run. Raises NotToBeHadError."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and _ran(["sudo", "-n", "true"], folder):
        return ["sudo", "-n", "env", *(f"{name}={value}" for name, value in NOT_STARTED.items())]
    raise NotToBeHadError(f"Alertmanager is not installed; run once as root: {' '.join(INSTALL)}")


def _must(command: list[str], folder: Path) -> None:
    if not _ran(command, folder):
        raise NotToBeHadError(f"{' '.join(command)} failed: see {folder / 'log'}")


def _ran(command: list[str], folder: Path) -> bool:
    environment = dict(os.environ) | NOT_STARTED
    with (folder / "log").open("ab") as log:
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, check=False, stdout=log, stderr=log, timeout=TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            log.write(f"{' '.join(command)}: no end after {TIMEOUT_S} s\n".encode())
            return False
    return done.returncode == 0
