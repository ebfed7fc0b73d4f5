"""How long the webhook's certificate is good is read from the address itself, and told to whoever scrapes."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from prometheus_client.parser import text_string_to_metric_families

from bot.runtime import Runtime
from jobs.reads.gauges import exposition
from jobs.upkeep import certificate
from jobs.upkeep.certificate import CertificateWatch, look


def certificate_until(ends: datetime, folder: Path) -> Path:
    """A key and its self-signed certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(ends - timedelta(days=90)).not_valid_after(ends).sign(key, hashes.SHA256())
    path = folder / "pair.pem"
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def served(pair: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"https://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def at(runtime: Runtime, url: str) -> Runtime:
    """The same database, for a product that is reached there."""
    other = Runtime(runtime.settings.model_copy(update={"public_url": url}))
    other.engine = runtime.engine
    return other


def days_left(runtime: Runtime) -> list[float]:
    families = {f.name: f for f in text_string_to_metric_families(exposition(runtime).decode())}
    return [sample.value / 86400 for sample in families["tria_certificate_left_seconds"].samples]


def test_what_is_left_of_it_is_read_from_the_address_and_exported(runtime: Runtime, tmp_path: Path) -> None:
    with served(certificate_until(datetime.now(UTC) + timedelta(days=10), tmp_path)) as url:
        look(at(runtime, url))
    assert [round(days, 1) for days in days_left(runtime)] == [10.0]


def test_one_that_has_ended_is_below_zero(runtime: Runtime, tmp_path: Path) -> None:
    with served(certificate_until(datetime.now(UTC) - timedelta(days=2), tmp_path)) as url:
        look(at(runtime, url))
    assert [round(days, 1) for days in days_left(runtime)] == [-2.0]


def test_an_address_that_does_not_answer_leaves_what_was_known(runtime: Runtime, tmp_path: Path) -> None:
    with served(certificate_until(datetime.now(UTC) + timedelta(days=10), tmp_path)) as url:
        look(at(runtime, url))
    look(at(runtime, url))  # nobody listens there any more
    assert [round(days, 1) for days in days_left(runtime)] == [10.0]


def test_a_laptop_without_https_has_none(runtime: Runtime) -> None:
    look(at(runtime, "http://127.0.0.1:8003"))
    assert [days for days in days_left(runtime) if days == days] == []


def test_the_watch_looks_at_once_and_ends_when_it_is_closed(runtime: Runtime, tmp_path: Path) -> None:
    with served(certificate_until(datetime.now(UTC) + timedelta(days=10), tmp_path)) as url:
        watch = CertificateWatch(at(runtime, url))
        watch.start()
        watch.close()
    assert not watch.is_alive()
    assert [round(days, 1) for days in days_left(runtime)] == [10.0]
    assert certificate.EVERY_S == 3600
