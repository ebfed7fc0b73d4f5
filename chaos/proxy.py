"""A TCP proxy on loopback that can misbehave: slow down, fall silent, refuse, or cut connections, also at a word it waits for."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

from embedded.ports import free_port

CHUNK = 65_536
RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on `port` and passes on to `target`. Change the attributes at any time; they hold for the next bytes."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = free_port()
        self.delay_s = 0.0
        self.silent = False
        self.refusing = False
        self.cut_at: bytes = b""
        """Cut both ways as soon as the client has sent these bytes: they reach the server, its answer is lost. Once."""
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._closed = False
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Reset every open connection."""
        for pair in list(self._pairs):
            self._drop(pair)

    def heal(self) -> None:
        self.delay_s, self.silent, self.refusing, self.cut_at = 0.0, False, False, b""

    def close(self) -> None:
        self._closed = True
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed while waiting
                return
            if self.refusing:
                _reset(client)
                continue
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        try:
            server = self._reach()
        except OSError:  # the server is down, so the client hears it as it would without us
            _reset(client)
            return
        for end in (client, server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = (client, server)
        self._pairs.add(pair)
        for source, sink, asks in ((client, server, True), (server, client, False)):
            threading.Thread(target=self._pump, args=(pair, source, sink, asks), daemon=True).start()

    def _reach(self) -> socket.socket:
        """A connection to where this one goes. Raises OSError."""
        return socket.create_connection(("127.0.0.1", self.target), timeout=5)

    def _pump(
        self, pair: tuple[socket.socket, socket.socket], source: socket.socket, sink: socket.socket, asks: bool
    ) -> None:
        try:
            while data := source.recv(CHUNK):
                while self.silent and not self._closed:
                    time.sleep(0.02)
                if self.delay_s:
                    time.sleep(self.delay_s)
                sink.sendall(data)
                if asks and self.cut_at and self.cut_at in data:
                    self.cut_at = b""
                    time.sleep(0.05)
                    break
        except OSError:  # one end went away, which ends the other
            pass
        self._drop(pair)

    def _drop(self, pair: tuple[socket.socket, socket.socket]) -> None:
        self._pairs.discard(pair)
        for end in pair:
            _reset(end)


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        end.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        end.close()
