"""Where Prometheus and its relatives are: on the machine, or out of Debian's packages.

Those are unpacked under var/ and installed nowhere, but for Alertmanager: Debian's reads its templates from one place only.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ROOT
from embedded.debian import NotToBeHadError, must, packages_folder, ran, unpack

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
    if package == ALERTMANAGER:
        _install(packages_folder(package, UNPACKED))
    else:
        unpack(package, UNPACKED)


def _install(folder: Path) -> None:
    as_root = _as_root(folder)
    if not ran([*as_root, *INSTALL], folder):
        ran([*as_root, "apt-get", "update", "-qq"], folder)
        must([*as_root, *INSTALL], folder)


def _as_root(folder: Path) -> list[str]:
    """What to write before a command that only root may run. Raises NotToBeHadError."""
    environment = ["env", *(f"{name}={value}" for name, value in NOT_STARTED.items())]
    if os.geteuid() == 0:
        return environment
    if shutil.which("sudo") and ran(["sudo", "-n", "true"], folder):
        return ["sudo", "-n", *environment]
    raise NotToBeHadError(f"Alertmanager is not installed; run once as root: {' '.join(INSTALL)}")
