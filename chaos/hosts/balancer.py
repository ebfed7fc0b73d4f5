"""The balancer before the web hosts: asks each every second whether it is ready, and gives connections to those that are, in turn."""

from __future__ import annotations

import http
import http.client
import itertools
import socket
import threading
from collections.abc import Sequence

from chaos.proxy import Proxy

ASKED_EVERY_S, ANSWER_S, CONNECT_S = 1.0, 5.0, 1.0
READINESS = "/api/v1/health/readiness"
Address = tuple[str, int]


class Balancer(Proxy):
    """Listens on loopback. A host that does not take a connection within a second is passed over for the next."""

    def __init__(self, hosts: Sequence[Address]) -> None:
        self._hosts = tuple(hosts)
        self.ready: tuple[Address, ...] = ()
        self.said: dict[Address, str] = {}
        """What each answered last, for who has to find out why it is not ready."""
        self._turn, self._changed = itertools.count(), threading.Condition()
        self._over = threading.Event()
        super().__init__(0)
        for host in self._hosts:
            threading.Thread(target=self._watch, args=(host,), daemon=True).start()

    def close(self) -> None:
        self._over.set()
        super().close()

    def wait_for(self, hosts: int, seconds: float) -> bool:
        """Whether so many were ready in that time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.ready) >= hosts, seconds)

    def _watch(self, host: Address) -> None:
        while not self._over.wait(ASKED_EVERY_S if self.ready else ASKED_EVERY_S / 10):
            status, self.said[host] = _readiness(host)
            is_ready = status == http.HTTPStatus.OK
            with self._changed:
                others = tuple(each for each in self.ready if each != host)
                self.ready = (*others, host) if is_ready else others
                self._changed.notify_all()

    def _reach(self) -> socket.socket:
        """Raises OSError when no host takes it."""
        refused = OSError("no web host is ready")
        hosts = self.ready or self._hosts
        first = next(self._turn)
        for number in range(len(hosts)):
            try:
                return socket.create_connection(hosts[(first + number) % len(hosts)], timeout=CONNECT_S)
            except OSError as error:  # the next one may take it
                refused = error
        raise refused


def _readiness(host: Address) -> tuple[int, str]:
    """Its status and words; 0 and the error where it is away, or on its way."""
    connection = http.client.HTTPConnection(*host, timeout=ANSWER_S)
    try:
        connection.request("GET", READINESS)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")[:400]
    except (OSError, http.client.HTTPException) as error:
        return 0, f"{type(error).__name__}: {error}"
    finally:
        connection.close()
