"""`python -m chaos.minimum` (make minimum): a load profile on the smallest host that is promised, two cores and 4 GB, by the kernel's own limits.

PostgreSQL, Redis, the simulator and those who write share it with us, which a real host does not ask of them. Exit 3 where
the kernel's control groups cannot be written: nothing was tried.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOT_TRIED = 3
MOUNT = Path("/sys/fs/cgroup")
CORES, MEMORY = 2, 4_000_000_000
PERIOD_US = 100_000
JOIN = 'for group in $GROUPS_TO_JOIN; do echo $$ > "$group/cgroup.procs" || exit 3; done; exec "$@"'


@dataclass(frozen=True, slots=True)
class Limit:
    """`folder` below the mount, `files` and what is written into them; `peak` is the file that tells the most ever used."""

    folder: str
    files: dict[str, str]
    peak: str = ""


FIRST_VERSION = (
    Limit("memory", {"memory.limit_in_bytes": str(MEMORY)}, "memory.max_usage_in_bytes"),
    Limit("cpu", {"cpu.cfs_quota_us": str(CORES * PERIOD_US)}),
)
SECOND_VERSION = (
    Limit(
        "",
        {"memory.max": str(MEMORY), "memory.swap.max": "0", "cpu.max": f"{CORES * PERIOD_US} {PERIOD_US}"},
        "memory.peak",
    ),
)


def limits(mount: Path = MOUNT) -> tuple[Limit, ...]:
    """In the form of the kernel that runs here."""
    return SECOND_VERSION if (mount / "cgroup.controllers").exists() else FIRST_VERSION


@contextlib.contextmanager
def bounded(mount: Path = MOUNT) -> Iterator[list[Path]]:
    """Groups with these limits, for whoever joins all of them. Raises OSError where they cannot be made."""
    made: list[Path] = []
    try:
        for limit in limits(mount):
            group = mount / limit.folder / f"tria-minimum-{os.getpid()}"
            group.mkdir()
            made.append(group)
            for name, value in limit.files.items():
                (group / name).write_text(value)
        yield made
    finally:
        for group in made:
            with contextlib.suppress(OSError):  # who is still in it keeps it, and is on their way out
                group.rmdir()


def run_within(groups: list[Path], command: list[str]) -> int:
    """Its exit code. All that it starts is in the same groups."""
    sh = shutil.which("sh") or "/bin/sh"
    environment = os.environ | {"GROUPS_TO_JOIN": " ".join(map(str, groups))}
    return subprocess.run([sh, "-c", JOIN, "sh", *command], env=environment, check=False).returncode


def most_memory(groups: list[Path]) -> str:
    """In MB; what the system kept in memory of files is part of it."""
    files = [group / limit.peak for group, limit in zip(groups, limits(), strict=True) if limit.peak]
    found = [int(file.read_text()) for file in files if file.exists()]
    return f"{max(found) / 1e6:,.0f} MB" if found else "not told by this kernel"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m chaos.minimum",
        description="The load profiles with two cores and 4 GB for everything together. Example: make minimum ARGS='--profile burst --quick'",
    )
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="for `python -m chaos.load`")
    given = parser.parse_args().arguments or ["--profile", "sustained", "--quick"]
    try:
        with bounded() as groups:
            code = run_within(groups, [sys.executable, "-m", "chaos.load", *given])
            sys.stdout.write(f"{CORES} cores and {MEMORY / 1e9:.0f} GB for everything; most memory at once: {most_memory(groups)}\n")  # fmt: skip
            return code
    except OSError as error:
        sys.stderr.write(f"not tried: control groups cannot be written here ({error})\n")
        return NOT_TRIED


if __name__ == "__main__":
    sys.exit(main())
