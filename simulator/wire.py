"""HTTP by hand: a small keep-alive server whose connections can be cut and stalled at will.

A web framework hides the socket, which is just what misbehaviour needs, and costs more than the whole answer does here.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

MAX_BODY_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    """What came in. `query` and `form` keep repeated values; `fields` takes the last of each, of form, JSON and query."""

    method: str
    path: str
    raw_query: str
    headers: Message
    body: bytes

    @cached_property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.raw_query, keep_blank_values=True) if self.raw_query else {}

    @cached_property
    def form(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None when it is not."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @cached_property
    def fields(self) -> dict[str, Any]:
        found: dict[str, Any] = {name: values[-1] for name, values in self.query.items()}
        if self.is_json:
            return found | (self.json if isinstance(self.json, dict) else {})
        if self.body and "multipart" not in self.headers.get("Content-Type", ""):
            found |= {name: values[-1] for name, values in self.form.items()}
        return found

    @property
    def is_json(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("application/json")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out. `cut` closes the connection instead, after `hold_s` seconds of silence."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    hold_s: float = 0.0


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    return Answer(status, body, headers=headers or {})


CUT = Answer(cut=True)

Respond = Callable[[Request], Answer]


class HttpServer(ThreadingHTTPServer):
    """One thread a connection. `stop` also ends the connections that clients keep open."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, host: str, port: int, respond: Respond) -> None:
        self.respond = respond
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        super().__init__((host, port), _Connection)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        for connection in list(self._connections):
            _end(connection)
        self.server_close()


class _Connection(BaseHTTPRequestHandler):
    """Reads requests off one connection until it ends. Answers go out in a single write."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: HttpServer

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            # The caller gave up waiting: nobody is left to tell, and the ledger already has the call.
            self.close_connection = True

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            return self._write(Answer(413))
        target = urlsplit(self.path)
        request = Request(self.command, unquote(target.path), target.query, self.headers, self.rfile.read(length))
        return self._write(self.server.respond(request))

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

    def _write(self, answer: Answer) -> None:
        if answer.hold_s:
            self.server.stopping.wait(answer.hold_s)
        if answer.cut:
            self.close_connection = True
            _reset(self.connection)
            return
        head = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}", f"Content-Type: {answer.content_type}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        head += [f"Content-Length: {len(answer.body)}", "\r\n"]
        self.wfile.write("\r\n".join(head).encode("latin-1") + answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """The ledger is the log."""


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _reset(connection: socket.socket) -> None:
    """Close with RST: the other side sees a broken connection, not a polite end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        # Already ended by the other side, which is all that is wanted.
        return
