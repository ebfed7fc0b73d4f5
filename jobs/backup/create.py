"""Makes a backup: pg_dump of one snapshot, with the rows and checksums of every table as that same snapshot has them.

The dump goes straight from pg_dump into the sealed file: with a key set, nothing readable ever lies on the disk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryFile

import httpx
from sqlalchemy import Connection, text

from bot.errors import PermanentError
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger
from jobs import heartbeat
from jobs.backup import sealing, shelf
from jobs.backup.contents import contents_of
from jobs.backup.programs import address_and_environment, major_of, program, server_major
from jobs.backup.shelf import Backup, Manifest
from models import schema

log = get_logger(__name__)

PLAIN, SEALED = "database.dump", "database.dump.age"
NAMED_BY = "%Y%m%dT%H%M%SZ"
PING_TIMEOUT_S = 10.0
ROOM_LEFT = 500_000_000
"""Bytes that PostgreSQL itself must still find on a disk it may share with the backups."""


def create(runtime: Runtime, commit: str) -> Backup:
    """A complete backup on the shelf, what is too old taken off it, and whoever waits for the sign of life told.

    Raises PermanentError in pg_dump's own words; then nothing new is on the shelf and nobody is told.
    """
    settings = runtime.settings
    taken_at = runtime.clock()
    folder = settings.backup_dir / f"{shelf.PREFIX}{taken_at.strftime(NAMED_BY)}"
    half = folder.with_name(f".half-{folder.name}")
    _room(settings.backup_dir, runtime)
    half.mkdir(parents=True, mode=0o700)
    try:
        shelf.write(half, _make(runtime, half, taken_at.isoformat(timespec="seconds"), commit))
        half.rename(folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    made = shelf.read(folder)
    for name in shelf.rotate(settings.backup_dir, taken_at, settings.backup_keep_days):
        log.info("backup expired", backup=name)
    _tell(runtime, made)
    return made


def _make(runtime: Runtime, folder: Path, taken_at: str, commit: str) -> Manifest:
    began = time.monotonic()
    key = runtime.settings.backup_key.get_secret_value()
    target = folder / (SEALED if key else PLAIN)
    with runtime.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        server = server_major(connection)
        dumper = program("pg_dump", at_least=server)
        snapshot = str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())
        _dump(dumper, snapshot, runtime.settings.database_url, target, key)
        tables, revision = contents_of(connection), schema.current_revision(connection) or ""
    return Manifest(
        taken_at=taken_at, revision=revision, commit=commit, dumped_with=major_of(dumper), server=server, file=target.name,
        sealed=bool(key), bytes=target.stat().st_size, sha256=shelf.digest(target),
        seconds=round(time.monotonic() - began, 2), tables=tables,
    )  # fmt: skip


def _dump(dumper: Path, snapshot: str, database_url: str, target: Path, key: str) -> None:
    address, environment = address_and_environment(database_url)
    argv: list[str | Path] = [
        dumper,
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--snapshot={snapshot}",
        address,
    ]
    with (
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        TemporaryFile() as said,
        subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=said, env=environment) as dumping,
    ):
        if dumping.stdout is None:
            raise PermanentError("pg_dump has no output")
        if key:
            sealing.seal(dumping.stdout, file, key)
        else:
            shutil.copyfileobj(dumping.stdout, file)
        dumping.wait()
        said.seek(0)
        words = said.read().decode("utf-8", "replace").strip()
        file.flush()
        os.fsync(file.fileno())
    if dumping.returncode != 0:
        raise PermanentError(f"pg_dump failed: {words[-400:]}")


def _room(folder: Path, runtime: Runtime) -> None:
    """A backup is a fraction of the database; the database's own size is room enough. Raises PermanentError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with runtime.engine.connect() as connection:
        size = _size(connection)
    free = shutil.disk_usage(folder).free
    if free < size + ROOM_LEFT:
        raise PermanentError(f"{folder} has {free // 10**6} MB left, a backup of {size // 10**6} MB needs more room")


def _size(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _tell(runtime: Runtime, made: Backup) -> None:
    """The row behind `tria_backup_age_seconds`, and the service that raises the alarm when it hears nothing."""
    facts = {
        "name": made.name,
        "bytes": made.manifest.bytes,
        "sealed": made.manifest.sealed,
        "seconds": made.manifest.seconds,
    }
    heartbeat.beat(runtime.engine, "backup", facts)
    address = runtime.settings.backup_ping_url.get_secret_value()
    if not address:
        return
    try:
        httpx.get(address, timeout=PING_TIMEOUT_S).raise_for_status()
    except (
        httpx.HTTPError
    ) as error:  # the backup is there all the same; the alarm that follows is what a lost ping is for
        log.warning("nobody could be told of the backup", error=error_words(error).replace(address, "BACKUP_PING_URL"))
