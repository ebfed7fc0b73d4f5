"""Adds up what processes counted that have ended, so that a folder of metrics holds two files for all of them and no scrape reads
the files of years. Nothing is counted twice or lost wherever this is interrupted.

All who count in a folder see each other's process ids: processes of one host, not of several containers.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import multiprocess
from prometheus_client.mmap_dict import MmapedDict

from bot import failpoints

SUMS = ("counter", "histogram")
"""What is added up over processes. A gauge of a process ends with it."""
ENDED = "ended"
"""Stands in the place of the process id in the files' names."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else adds up or reads meanwhile: between two steps a sum would seem to fall."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def add_up(folder: Path) -> int:
    """Of how many ended processes files were added to the sums. Call it `alone_in` the folder. Raises OSError."""
    for kind in SUMS:
        _finish(folder, kind)
    found = 0
    for pid in sorted(_pids(folder)):
        if _is_alive(pid):
            continue
        found += 1
        multiprocess.mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        for kind in SUMS:
            if (own := folder / f"{kind}_{pid}.db").exists():
                _add(folder, kind, own)
    return found


def _pids(folder: Path) -> set[int]:
    return {int(pid) for file in folder.glob("*.db") if (pid := file.stem.rpartition("_")[2]).isdecimal()}


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another account's, so it lives
        pass
    return True


def _add(folder: Path, kind: str, own: Path) -> None:
    """The new sum is written beside the old one; that the process's own file is set aside decides that it is in it."""
    total, new, aside = _files(folder, kind)
    if total.exists():
        shutil.copyfile(total, new)
    _write_sum(new, own)
    failpoints.hit("metrics.sum_written")
    own.replace(aside)
    failpoints.hit("metrics.set_aside")
    new.replace(total)
    failpoints.hit("metrics.sum_replaced")
    aside.unlink()


def _write_sum(new: Path, own: Path) -> None:
    total = MmapedDict(str(new))  # type: ignore[no-untyped-call]
    try:
        for key, value, at, _ in MmapedDict.read_all_values_from_file(str(own)):  # type: ignore[no-untyped-call]
            before, _ = total.read_value(key)  # type: ignore[no-untyped-call]
            total.write_value(key, before + value, at)  # type: ignore[no-untyped-call]
    finally:
        total.close()  # type: ignore[no-untyped-call]


def _finish(folder: Path, kind: str) -> None:
    """What a process that died here has left half done."""
    total, new, aside = _files(folder, kind)
    if aside.exists() and new.exists():
        new.replace(total)
    new.unlink(missing_ok=True)
    aside.unlink(missing_ok=True)


def _files(folder: Path, kind: str) -> tuple[Path, Path, Path]:
    """The sum, the next one, and what is in the next one already; only the first is read by a scrape."""
    return folder / f"{kind}_{ENDED}.db", folder / f"{kind}.new", folder / f"{kind}.aside"
