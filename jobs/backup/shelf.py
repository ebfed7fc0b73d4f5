"""The folder with the backups: one folder each, `tria-<time>`, with the dump and `manifest.json`. What is half made is not on it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.errors import BadInputError
from jobs.backup.contents import Contents

MANIFEST = "manifest.json"
PREFIX = "tria-"
ALWAYS_KEPT = 3
"""Whatever their age: a job that has been failing for weeks must not end with nothing."""
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is: `taken_at` is the moment whose rows it holds, `sha256` that of the file as it lies there."""

    taken_at: str
    revision: str
    commit: str
    dumped_with: int
    server: int
    file: str
    sealed: bool
    bytes: int
    sha256: str
    seconds: float
    tables: dict[str, Contents]

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.tables.values())


@dataclass(frozen=True, slots=True)
class Backup:
    folder: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def dump(self) -> Path:
        return self.folder / self.manifest.file

    @property
    def taken_at(self) -> datetime:
        return datetime.fromisoformat(self.manifest.taken_at)

    def as_json(self) -> dict[str, Any]:
        facts = asdict(self.manifest)
        return {"name": self.name, "rows": self.manifest.rows, **facts, "tables": len(self.manifest.tables)}


def write(folder: Path, manifest: Manifest) -> None:
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")


def read(folder: Path) -> Backup:
    """Raises BadInputError where no backup lies."""
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
        tables = {name: Contents(**each) for name, each in found.pop("tables").items()}
        return Backup(folder, Manifest(**found, tables=tables))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadInputError(f"{folder} is no backup: {type(error).__name__}") from error


def backups(shelf: Path) -> list[Backup]:
    """The newest first."""
    if not shelf.is_dir():
        return []
    folders = (path for path in shelf.iterdir() if path.name.startswith(PREFIX) and (path / MANIFEST).exists())
    return sorted(map(read, folders), key=lambda backup: backup.manifest.taken_at, reverse=True)


def named(shelf: Path, name: str) -> Backup:
    """A backup of the shelf by its name, one elsewhere by its folder, the newest by `newest`. Raises BadInputError."""
    if name == "newest":
        if found := backups(shelf):
            return found[0]
        raise BadInputError(f"there is no backup in {shelf}")
    folder = Path(name)
    return read(folder if folder.is_dir() else shelf / folder.name)


def rotate(shelf: Path, now: datetime, keep_days: int) -> list[str]:
    """Removes what is older, the newest few excepted; returns their names."""
    old = [each for each in backups(shelf)[ALWAYS_KEPT:] if now - each.taken_at > timedelta(days=keep_days)]
    for backup in old:
        shutil.rmtree(backup.folder)
    return [backup.name for backup in old]


def digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def damaged(backup: Backup) -> Sequence[str]:
    """What is wrong with the file as it lies there."""
    if not backup.dump.exists():
        return [f"{backup.manifest.file} is missing"]
    if (size := backup.dump.stat().st_size) != backup.manifest.bytes:
        return [f"{backup.manifest.file} has {size} bytes, the manifest says {backup.manifest.bytes}"]
    return (
        []
        if digest(backup.dump) == backup.manifest.sha256
        else [f"{backup.manifest.file} was changed: its checksum differs"]
    )
