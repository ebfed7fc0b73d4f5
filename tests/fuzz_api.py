"""`make fuzz`: tries what the API promises, and what it does not, with requests that schemathesis makes out of its document.

    python -m tests.fuzz_api [--max-examples 100] [any other option of `schemathesis run`]

Everything it needs runs on free ports and is gone afterwards. Exit code 0: no answer broke a promise.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from werkzeug.serving import make_server

from bot.catalog.catalog_csv import read_catalog
from bot.identity.outlets_csv import read_outlets
from bot.runtime import Runtime
from bot.settings import ROOT, load_settings
from bot.telemetry import configure_logging
from embedded.ports import free_port
from handlers import create_app
from jobs.imports.catalog import import_catalog
from jobs.imports.outlets import import_outlets
from models import schema
from tests.servers import postgres_server, redis_server

FOLDER = ROOT / "var" / "fuzz"
CONFIGURATION = Path(__file__).with_name("fuzz_api.toml")
OPTIONS = ("--max-examples", "60", "--seed", "7", "--workers", "2")


def main(arguments: list[str]) -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with postgres_server() as postgres, redis_server() as valkey:
        settings = load_settings(
            _env_file=None, environment="test", database_url=postgres.url, redis_url=valkey.url, port=free_port()
        )
        sys.stdout = (FOLDER / "web.log").open("w", encoding="utf-8")
        configure_logging(settings)
        schema.upgrade(settings.database_url)
        runtime = Runtime(settings)
        _load_demo(runtime)
        server = make_server("127.0.0.1", settings.port, create_app(runtime), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            return _schemathesis(settings.port, settings.api_token.get_secret_value(), arguments)
        finally:
            server.shutdown()
            runtime.close()


def _load_demo(runtime: Runtime) -> None:
    with runtime.engine.begin() as connection:
        import_catalog(connection, read_catalog(ROOT / "data" / "catalog.csv"), deactivate_missing=False)
        import_outlets(connection, read_outlets(ROOT / "data" / "outlets.csv"))


def _schemathesis(port: int, token: str, arguments: list[str]) -> int:
    command = [str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(CONFIGURATION)]
    command += ["run", f"http://127.0.0.1:{port}/api/openapi.json"]
    command += [*OPTIONS, "--header", f"Authorization: Bearer {token}", *arguments]
    return subprocess.run(command, cwd=FOLDER, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
