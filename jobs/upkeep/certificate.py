"""For how long the certificate at PUBLIC_URL is still good: when it ends, no provider delivers a message any more.

The sweeper looks once an hour, as a provider would, at the address itself: what a proxy in front of us serves is what counts.
"""

from __future__ import annotations

import ssl
import threading
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from sqlalchemy.exc import SQLAlchemyError

from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger
from jobs import heartbeat

log = get_logger(__name__)

NAME = "certificate"
"""Of its heartbeat, read by jobs/reads/stats.py."""
EVERY_S = 3600.0
TIMEOUT_S = 5.0


def ends_at(host: str, port: int) -> datetime:
    """When the certificate served there ends, whoever signed it. Raises OSError (ssl's errors are ones)."""
    pem = ssl.get_server_certificate((host, port), timeout=TIMEOUT_S)
    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc


def look(runtime: Runtime) -> None:
    """Writes down when it ends. An address that does not answer leaves what was known: that is another alert's matter."""
    address = urlsplit(runtime.settings.public_url)
    if address.scheme != "https" or not address.hostname:
        return
    try:
        found = ends_at(address.hostname, address.port or 443)
    except (OSError, ValueError) as error:
        log.warning("the certificate at PUBLIC_URL could not be read", error=error_words(error))
        return
    heartbeat.beat(runtime.engine, NAME, {"ends_at": found.isoformat()})


class CertificateWatch(threading.Thread):
    """Runs beside the sweeper's ticks, which must wait for nobody, until `close`."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(name="certificate-watch", daemon=True)
        self._runtime = runtime
        self._closed = threading.Event()

    def run(self) -> None:
        while True:
            try:
                look(self._runtime)
            except SQLAlchemyError as error:
                log.warning("database unreachable, looking at the certificate later", error=error_words(error))
            if self._closed.wait(EVERY_S):
                return

    def close(self) -> None:
        self._closed.set()
        self.join(timeout=TIMEOUT_S)
