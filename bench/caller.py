"""A caller that costs little: requests built beforehand, raw sockets kept open, a few threads. What it measures is the server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from chaos.nearest_rank import nearest_rank
from simulator import twilio
from simulator.config import SimulatorConfig

CONNECTIONS = 8


@dataclass
class Answers:
    """Milliseconds of each answer, in the order in which they came, and how many were not 2xx."""

    ms: list[float] = field(default_factory=list)
    bad: int = 0
    seconds: float = 0.0

    @property
    def per_s(self) -> float:
        return len(self.ms) / self.seconds if self.seconds else 0.0

    def percentile(self, share: int) -> float:
        return nearest_rank(self.ms, share)


def webhooks(config: SimulatorConfig, phones: Sequence[str], count: int, words: str) -> list[bytes]:
    """Signed inbound messages as they go over the wire."""
    made = []
    for number in range(count):
        form = twilio.build_form(
            config, phones[number % len(phones)], words.format(quantity=100 + number // len(phones))
        )
        body = urlencode(form).encode()
        signature = twilio.sign(config.twilio_auth_token, config.public_url + twilio.INBOUND_PATH, form)
        head = (
            f"POST {twilio.INBOUND_PATH} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


def call(port: int, requests: Sequence[bytes], *, per_s: float = 0.0, connections: int = CONNECTIONS) -> Answers:
    """Sends them all, as fast as they are answered or `per_s` a second."""
    answers, lock = Answers(), threading.Lock()
    waiting = iter(enumerate(requests))
    began = time.monotonic()

    def work() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                with lock:
                    number, request = next(waiting, (0, b""))
                if not request:
                    return
                if per_s:
                    time.sleep(max(0.0, began + number / per_s - time.monotonic()))
                started = time.perf_counter()
                connection.sendall(request)
                status = _status(connection)
                taken = (time.perf_counter() - started) * 1000
                with lock:
                    answers.ms.append(taken)
                    answers.bad += not 200 <= status < 300

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.seconds = time.monotonic() - began
    return answers


def _status(connection: socket.socket) -> int:
    """Reads one whole answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += _more(connection)
    return int(head.split(b" ")[1])


def _more(connection: socket.socket) -> bytes:
    if not (data := connection.recv(65_536)):
        raise ConnectionError("the server closed the connection")
    return data
