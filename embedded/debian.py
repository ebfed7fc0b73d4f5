"""Programs out of Debian's packages: downloaded and unpacked below var/, installed nowhere. For targets that a person asks for."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

TIMEOUT_S = 120
QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


class NotToBeHadError(Exception):
    """A program is neither here nor can it be fetched; the text says what to do."""


def unpack(package: str, into: Path) -> None:
    """Raises NotToBeHadError."""
    folder = packages_folder(package, into)
    download = ["apt-get", "download", "-qq", package]
    if not ran(download, folder):
        ran(["apt-get", "update", "-qq"], folder)  # a fresh machine has no lists yet
        must(download, folder)
    for found in folder.glob(f"{package}_*.deb"):
        must(["dpkg-deb", "-x", str(found), str(into)], folder)


def packages_folder(package: str, into: Path) -> Path:
    """Where they are downloaded to, with a log of it. Raises NotToBeHadError where there is no Debian."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise NotToBeHadError(f"{package} is not on the PATH, and there is no Debian here to take it from")
    folder = into / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)  # apt downloads as an account of its own
    return folder


def must(command: Sequence[str], folder: Path) -> None:
    if not ran(command, folder):
        raise NotToBeHadError(f"{' '.join(command)} failed: see {folder / 'log'}")


def ran(command: Sequence[str], folder: Path) -> bool:
    """Whether it went well; what it said is in the folder's log."""
    with (folder / "log").open("ab") as log:
        try:
            done = subprocess.run(
                command, cwd=folder, env={**os.environ, **QUIET}, check=False, stdout=log, stderr=log, timeout=TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            log.write(f"{' '.join(command)}: no end after {TIMEOUT_S} s\n".encode())
            return False
    return done.returncode == 0
