"""Makes `.venv` and installs a lock with hashes into it: with uv when pip can get it, else with pip. Run by the Makefile.

    python3 -I embedded/install.py requirements.txt

Standard library only, and only what Python 3.11 has: nothing is installed yet. Leaves a stamp `.venv/LOCK.installed` with
the lock's digest, so that a second run does nothing.
"""

import hashlib
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
OLDEST = (3, 11)


def stamp_of(lock: Path) -> Path:
    return VENV / f"{lock.name}.installed"


def digest_of(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def is_installed(lock: Path) -> bool:
    return PYTHON.exists() and stamp_of(lock).exists() and stamp_of(lock).read_text(encoding="ascii") == digest_of(lock)


def succeeds(*argv: str, quiet: bool = False) -> bool:
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(argv, check=False, stdout=output, stderr=output, cwd=ROOT).returncode == 0


def ensure_venv() -> None:
    """Keeps a usable one; one that was interrupted, moved or made by an older Python is made again."""
    usable = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    if PYTHON.exists() and succeeds(str(PYTHON), "-c", usable, quiet=True):
        return
    say(f"making .venv with Python {sys.version.split()[0]}")
    if not succeeds(sys.executable, "-m", "venv", "--clear", str(VENV)):
        sys.exit(
            "cannot make .venv: is the folder writable, and Python's venv module installed (Debian: python3-venv)?"
        )


def install(lock: Path) -> str:
    """The name of the installer that did it."""
    pip = (str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    if succeeds(*pip, "--retries", "1", "uv", quiet=True):
        uv = (str(PYTHON), "-m", "uv", "pip", "install", "--quiet", "--system-certs", "--python", str(PYTHON))
        if succeeds(*uv, "--require-hashes", "-r", str(lock)):
            return "uv"
        say("uv could not install the lock; going on with pip, which takes about a minute longer")
    else:
        say("uv cannot be had here; going on with pip, which takes about a minute longer")
    if not succeeds(*pip, "--require-hashes", "-r", str(lock)):
        sys.exit(f"{lock.name} could not be installed; pip's own words are above (no network, or a proxy in between?)")
    return "pip"


def say(text: str) -> None:
    print(f"install: {text}", flush=True)


def main(names: list[str]) -> None:
    for lock in [ROOT / name for name in names]:
        if is_installed(lock):
            continue
        began = time.monotonic()
        ensure_venv()
        installer = install(lock)
        stamp_of(lock).write_text(digest_of(lock), encoding="ascii")
        say(f"{lock.name} with {installer} in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        sys.exit("Tria needs Python 3.11 or later")
    main(sys.argv[1:])
