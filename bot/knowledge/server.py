"""The one owner of the folder of vectors: Chroma's own server, by its compiled part alone, which starts in a third of a second.

`make run` keeps one running; a command in a folder where none runs starts one for as long as the command takes.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from bot.errors import PermanentError

PACKAGE = "chromadb_rust_bindings"
START = f"import sys, {PACKAGE} as chroma; chroma.cli(['chroma', *sys.argv[1:]])"
"""What the `chroma` command does, without the four seconds of importing the rest of its package."""
QUIET = {"ANONYMIZED_TELEMETRY": "False", "CHROMA_OPEN_TELEMETRY__ENDPOINT": ""}
READY_TIMEOUT_S = 20.0
OWNER = "owner.lock"


def installed() -> bool:
    return find_spec(PACKAGE) is not None


def command(folder: Path, port: int) -> list[str]:
    """The command line of the server on 127.0.0.1."""
    return [sys.executable, "-c", START, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]


@contextmanager
def of_one_command(folder: Path) -> Iterator[str]:
    """The address of a server that lives as long as the block; a second command waits until the first is done.

    Raises PermanentError where the folder cannot be used or the server does not start.
    """
    if not installed():
        raise PermanentError("the package chromadb is not installed: run `make install`")
    with _owned(folder):
        port = _free_port()
        log = folder / "server.log"
        with log.open("wb") as output:
            child = subprocess.Popen(command(folder, port), stdout=output, stderr=output, env={**os.environ, **QUIET})
        try:
            _wait(child, port, log)
            yield f"127.0.0.1:{port}"
        finally:
            child.terminate()
            child.wait(READY_TIMEOUT_S)


@contextmanager
def _owned(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / OWNER).open("w")
    except OSError as error:
        raise PermanentError(f"CHROMA_PERSIST_DIR {folder} cannot be written: {error.strerror}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _wait(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not _listens(port):
        if child.poll() is not None or time.monotonic() > deadline:
            raise PermanentError(f"Chroma did not start; its last words: {log.read_text('utf-8', 'replace')[-400:]}")
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
