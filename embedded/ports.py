"""Free ports on 127.0.0.1, and the memory of them."""

from __future__ import annotations

import random
import socket
from pathlib import Path

# Below the ports that systems hand to outgoing connections (Linux from 32768, macOS from 49152): a client that keeps dialling
# a stopped server's port from that range can end up connected to itself, and the server never gets its port back.
LOWEST, HIGHEST = 20000, 32000
TRIES = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1 and everywhere else; SO_REUSEADDR as servers set it themselves."""
    for address in ("127.0.0.1", "0.0.0.0"):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def free_port() -> int:
    """A port that is free at this moment; whoever needs it must be ready to hear that it was taken meanwhile."""
    for _ in range(TRIES):
        port = random.randint(LOWEST, HIGHEST)
        if is_free(port):
            return port
    raise OSError(f"no free port between {LOWEST} and {HIGHEST}")


def remembered_port(memory: Path) -> int:
    """The port written in `memory` when it is still free, else a new one, so that addresses stay the same between starts."""
    text = memory.read_text(encoding="ascii").strip() if memory.exists() else ""
    return int(text) if text.isdigit() and is_free(int(text)) else free_port()
