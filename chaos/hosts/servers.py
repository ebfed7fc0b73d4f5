"""The embedded servers as another machine has them: they listen on its network and know that their clients come from elsewhere."""

from __future__ import annotations

from pathlib import Path

from chaos.hosts.network import NET
from embedded.postgres import PostgresServer
from embedded.valkey import ValkeyServer

LOOPBACK = "127.0.0.1"


class RemotePostgres(PostgresServer):
    """Started on the machine whose address is given; `url` is good on every other one."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(folder)
        self._address = address

    def url_of(self, database: str) -> str:
        return super().url_of(database).replace(LOOPBACK, self._address)

    def _prepare(self) -> None:
        super()._prepare()
        with (self._data / "pg_hba.conf").open("a", encoding="ascii") as rules:
            rules.write(f"host all all {NET}.0/24 scram-sha-256\n")

    def _argv(self) -> list[str]:
        return [*super()._argv(), "-c", "listen_addresses=*"]


class RemoteValkey(ValkeyServer):
    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(folder)
        self._address = address

    @property
    def url(self) -> str:
        return super().url.replace(LOOPBACK, self._address)

    def _argv(self) -> list[str]:
        return [*super()._argv(), "--bind", "0.0.0.0"]
