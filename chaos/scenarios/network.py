"""Rows 45 and 46: addresses in messages that lead nowhere good; providers whose name or certificate does not hold."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from chaos.proxy import Proxy
from chaos.scenarios.scenario import Scenario, Trial, metric
from chaos.sizes import largest_mb
from simulator import twilio

MEDIA_MESSAGES = 60
MAX_GROWTH_MB = 30
FAULT_S = 8.0


class Trap:
    """Listens on loopback, counts who comes, and never stops answering them."""

    def __init__(self) -> None:
        self.hits = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                self.hits += 1
                threading.Thread(target=_drip, args=(client,), daemon=True).start()


def _drip(client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n")
        while True:
            client.sendall(b"x")
            time.sleep(1)


def media_addresses(trial: Trial) -> None:
    """Photos whose address is a slow host, loopback in disguise or a file: none is fetched, a person gets the message."""
    trap = Trap()
    phones = trial.house.phones(60 + 2 * MEDIA_MESSAGES)[60:]
    _photos(trial, phones[:MEDIA_MESSAGES], [])
    trial.settle()
    before = largest_mb(trial.house)
    _photos(trial, phones[MEDIA_MESSAGES:], [
        f"http://{host}:{trap.port}/endless.jpg"
        for host in ("127.0.0.1", "localhost", "127.1", "0x7f.1", "[::ffff:127.0.0.1]", "api.twilio.com@127.0.0.1")
    ] + ["http://169.254.169.254/latest/meta-data", "file:///etc/hostname"])  # fmt: skip
    trial.settle()
    grown = largest_mb(trial.house) - before
    with_person = trial.house.one("SELECT count(*) FROM conversation_messages WHERE state = 'handed_over'")
    trap.close()
    trial.must(trap.hits == 0, f"{trap.hits} requests reached a host that a message named")
    trial.must(with_person == 2 * MEDIA_MESSAGES, f"{with_person} of {2 * MEDIA_MESSAGES} photos are with a person")
    trial.must(grown < MAX_GROWTH_MB, f"a process grew by {grown:.0f} MB")
    trial.note(f"{MEDIA_MESSAGES} photos, {trap.hits} fetched, largest process {grown:+.0f} MB")


def _photos(trial: Trial, phones: list[str], addresses: list[str]) -> None:
    """A photo from each phone, at these addresses in turn (none: the provider's own); beside them orders as always."""
    config, door = trial.house.simulator.simulator.config, trial.house.simulator.simulator.from_whatsapp
    for number, phone in enumerate(phones):
        extra = {"MediaUrl0": addresses[number % len(addresses)]} if addresses else {}
        trial.customers._pool.submit(door.send, twilio.build_form(config, phone, media=("image/jpeg",), extra=extra))
    trial.traffic(8, 5, phones=40)


def names_missing(trial: Trial) -> None:
    """No host name resolves for eight seconds; what was to be sent waits, is told in the metrics, and is sent."""
    house = trial.house
    blocker = house.folder / "no-names"
    blocker.touch()
    provider = f"http://localhost:{house.providers.port}"
    _send_through(trial, provider, {"CHAOS_NO_NAMES": str(blocker)})
    _fault(trial, "no name resolved", blocker.unlink)


def certificate_refused(trial: Trial) -> None:
    """The provider shows a certificate that nobody vouches for, then the right one."""
    house = trial.house
    bad, good = (_certificate(house.folder, name) for name in ("stranger", "provider"))
    front = TlsFront(house.providers.port, bad)
    _send_through(trial, f"https://localhost:{front.port}", {"REQUESTS_CA_BUNDLE": str(good[0])})
    try:
        _fault(trial, "the certificate was a stranger's", lambda: front.show(good))
        trial.must(front.refused > 0, "nobody looked at the certificate")
    finally:
        front.close()


def _send_through(trial: Trial, provider: str, env: dict[str, str]) -> None:
    """A new worker that sends WhatsApp there."""
    trial.house.close_all()
    trial.house.open(workers=1, env={"TWILIO_API_BASE_URL": provider} | env)


def _fault(trial: Trial, words: str, mend: Callable[[], object]) -> None:
    trial.traffic(6, FAULT_S)
    waiting = trial.house.one("SELECT count(*) FROM conversation_messages WHERE state = 'pending' AND attempts > 0")
    sent = trial.house.one("SELECT count(*) FROM conversation_messages WHERE direction = 'outbound' AND state = 'sent'")
    seen = metric(trial, "tria_oldest_unsent_seconds")
    mend()
    trial.must(waiting > 0 and sent == 0, f"{sent} replies were sent and {waiting} waiting during the fault")
    trial.must(seen > 0, "the metric of unsent replies did not tell")
    trial.settle(60)
    given_up = trial.house.one("SELECT count(*) FROM conversation_messages WHERE state = 'dead'")
    trial.must(given_up == 0, f"{given_up} replies were given up")
    trial.note(f"{words}: {waiting} replies waited, the oldest {seen:.1f} s by the metric, none given up")


class TlsFront:
    """Ends TLS before a plain server, with whatever certificate it is told to show."""

    def __init__(self, target: int, certificate: tuple[Path, Path]) -> None:
        self.refused = 0
        self._plain = Proxy(target)
        self.show(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def show(self, certificate: tuple[Path, Path]) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        self._context = context

    def close(self) -> None:
        self._listener.close()
        self._plain.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """One request and its answer: the client that we test closes each connection or opens another."""
        try:
            with self._context.wrap_socket(client, server_side=True) as caller:
                self._pass_on(caller)
        except ssl.SSLError:
            self.refused += 1
        except OSError:  # either end went away
            pass

    def _pass_on(self, caller: ssl.SSLSocket) -> None:
        with socket.create_connection(("127.0.0.1", self._plain.port), timeout=30) as server:
            answers = threading.Thread(target=_pump, args=(server, caller), daemon=True)
            answers.start()
            _pump(caller, server)
            answers.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed certificate for localhost and its key. Raises RuntimeError without openssl."""
    if (openssl := shutil.which("openssl")) is None:
        raise RuntimeError("openssl is needed to make a certificate")
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-out", str(certificate), "-keyout", str(key)], check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


SCENARIOS = (
    Scenario("addresses in messages that lead nowhere good", media_addresses),
    Scenario("the provider's name does not resolve", names_missing),
    Scenario("the provider's certificate is a stranger's", certificate_refused),
)
