"""What a host has already when a release comes: PostgreSQL, Redis, and the providers; here as an ordinary account, on free ports.
The settings that it writes are those of production, the providers' addresses apart.

python -m chaos.standins FOLDER      writes FOLDER/tria.env, says so, and serves until it is asked to stop
"""

from __future__ import annotations

import secrets
import signal
import sys
import threading
from pathlib import Path

from bot.settings import load_settings
from embedded.ports import free_port
from embedded.postgres import PostgresServer
from embedded.valkey import ValkeyServer
from simulator.config import SimulatorConfig
from simulator.server import start

READY = "the servers of this host are up: "


def main(folder: Path) -> int:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    simulator_port = free_port()
    with PostgresServer(folder / "postgres") as postgres, ValkeyServer(folder / "valkey") as valkey:
        simulator = f"http://127.0.0.1:{simulator_port}"
        given = {
            "ENVIRONMENT": "production", "PUBLIC_URL": "https://orders.example", "DATABASE_URL": postgres.url, "REDIS_URL": valkey.url,
            "SECRET_KEY": secrets.token_hex(32), "API_TOKEN": secrets.token_hex(16), "METRICS_TOKEN": secrets.token_hex(16),
            "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16), "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "TWILIO_WHATSAPP_FROM": "+6560000001", "TWILIO_API_BASE_URL": simulator, "SIMULATOR_URL": simulator, "LLM": "off",
            "BACKUP_DIR": str(folder / "backups"), "ORDER_CUTOFF": "23:59",
        }  # fmt: skip
        settings = load_settings(_env_file=None, **{name.lower(): value for name, value in given.items()})
        path = folder / "tria.env"
        path.touch(mode=0o600)
        path.write_text("".join(f"{name}={value}\n" for name, value in given.items()), encoding="utf-8")
        with start(config=SimulatorConfig.from_settings(settings, port=simulator_port)):
            sys.stdout.write(f"{READY}{path}\n")
            sys.stdout.flush()
            stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
