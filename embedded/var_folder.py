"""`var/`: everything a checkout keeps between starts, owned by one supervisor at a time."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bot.errors import StartupRefused
from embedded.account import write_private

ADDRESSES = "embedded.env"
AILING = "ailing.json"
LOG_LIMIT_BYTES = 10_000_000


@contextmanager
def owned(var: Path) -> Iterator[None]:
    """Held while the block runs, and let go by the kernel however the process ends."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.lock").open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise StartupRefused(
                f"Tria already runs from this folder (process {lock.read().strip()}): stop it first, or use another checkout"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


@contextmanager
def published(var: Path, addresses: Mapping[str, str]) -> Iterator[None]:
    """`var/embedded.env` while everything runs, so that `flask smoke` in another terminal finds the same servers."""
    path = var / ADDRESSES
    write_private(path, "".join(f"{name}={value}\n" for name, value in addresses.items()), None)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def tell_of_ailing(var: Path, ailing: Mapping[str, str]) -> None:
    """`var/ailing.json`: which processes keep ending, for the readiness address (handlers/checks/work.py)."""
    path = var / AILING
    if not ailing:
        path.unlink(missing_ok=True)
        return
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(dict(ailing)), encoding="utf-8")
    beside.replace(path)


def rotate_logs(folder: Path) -> None:
    """Between starts, when nobody writes; one old file each is kept."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > LOG_LIMIT_BYTES:
            log.replace(log.with_suffix(".log.1"))


def empty_folder(folder: Path) -> None:
    """Where all processes count together so that any can answer /metrics; each start counts from zero."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def remove(var: Path) -> None:
    """Deletes the demo database and all else, also what lives elsewhere and is only linked (account.py)."""
    if not var.exists():
        return
    with owned(var):
        for entry in var.iterdir():
            if entry.is_symlink() and entry.is_dir():
                shutil.rmtree(entry.resolve())
        shutil.rmtree(var)
