"""`make run` from end to end with real servers and small stand-ins for web and worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from embedded.ports import free_port
from embedded.readiness import in_words
from embedded.var_folder import owned, remove
from tests.servers import temporary_folder

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; from pathlib import Path; from embedded.__main__ import main; sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))"
RELEASE = """
import os, psycopg2
connection = psycopg2.connect(os.environ["DATABASE_URL"])
connection.cursor().execute("CREATE TABLE IF NOT EXISTS products (n int); INSERT INTO products VALUES (1)")
connection.cursor().execute("CREATE TABLE IF NOT EXISTS heartbeats (name text)")
connection.commit()
"""
WEB = """
import http.server, os, redis
answers = iter([503, 503])
class Door(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(next(answers, 200)); self.end_headers()
        self.wfile.write(b'{"failing": [{"check": "worker", "reason": "no heartbeat"}]}')
    def log_message(self, *_): pass
redis.Redis.from_url(os.environ["REDIS_URL"]).ping()
assert os.listdir(os.environ["PROMETHEUS_MULTIPROC_DIR"]) == []
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Door).serve_forever()
"""

COMMANDS = """
import flask
app = flask.Flask(__name__)
users = flask.cli.AppGroup("users")
users.command("demo")(lambda: None)
app.cli.add_command(users)
"""


@pytest.fixture(scope="module")
def checkout() -> Iterator[Path]:
    with temporary_folder() as root:
        (root / "Procfile").write_text(
            "release: python release.py\nweb: python web.py\nworker: python -c 'import signal; signal.pause()'\n",
            encoding="ascii",
        )
        (root / "release.py").write_text(RELEASE, encoding="ascii")
        (root / "web.py").write_text(WEB, encoding="ascii")
        (root / "app.py").write_text(COMMANDS, encoding="ascii")
        yield root
        remove(root / "var")


@contextmanager
def started(root: Path, *arguments: str, port: int) -> Iterator[subprocess.Popen[str]]:
    elsewhere = "http://127.0.0.1:1"  # another's stand-in for the providers, so ours is not started
    env = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "TWILIO_API_BASE_URL": elsewhere,
        "TELEGRAM_API_BASE_URL": elsewhere,
    }
    argv = [sys.executable, "-c", START, str(root), *arguments]
    with subprocess.Popen(
        argv, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def output_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(f"ended without {words!r}:\n{seen}")


def test_first_start_gets_ready_and_ctrl_c_stops_everything_and_takes_the_addresses_away(checkout: Path) -> None:
    port = free_port()
    with started(checkout, port=port) as process:
        output_until(process, "Stop")
        assert "DATABASE_URL=postgresql://" in (checkout / "var" / "embedded.env").read_text(encoding="ascii")

        with started(checkout, port=free_port()) as second:
            assert "tria: Tria already runs from this folder" in output_until(second, "already runs")
            assert second.wait(30) == 1

        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert not (checkout / "var" / "embedded.env").exists()
    assert not (checkout / "var" / "postgres" / "data" / "postmaster.pid").exists()


def test_second_start_reuses_the_database_and_smoke_stops_by_itself(checkout: Path) -> None:
    with started(checkout, "--smoke", port=free_port()) as process:
        seen = output_until(process, "Stop")
        assert process.wait(30) == 0
    assert "PostgreSQL on 127.0.0.1" in seen
    assert (checkout / "var" / "log" / "postgres.log").read_text(encoding="utf-8").count(
        "ready to accept connections"
    ) >= 2


def test_output_that_nobody_reads_any_more_stops_everything_in_order(checkout: Path) -> None:
    with started(checkout, port=free_port()) as process:
        output_until(process, "Valkey on")
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(30) == 0
    assert not (checkout / "var" / "postgres" / "data" / "postmaster.pid").exists()


def test_failing_migration_is_quoted_and_everything_is_stopped(checkout: Path) -> None:
    (checkout / "release.py").write_text("import sys; sys.exit('cannot find revision 0007')", encoding="ascii")
    with started(checkout, port=free_port()) as process:
        output_until(process, "cannot find revision 0007")
        assert process.wait(30) == 1
    assert not (checkout / "var" / "postgres" / "data" / "postmaster.pid").exists()


def test_remove_refuses_while_tria_runs_and_then_leaves_nothing(tmp_path: Path) -> None:
    elsewhere = tmp_path / "system" / "postgres"
    elsewhere.mkdir(parents=True)
    var = tmp_path / "var"
    var.mkdir()
    (var / "postgres").symlink_to(elsewhere)
    with owned(var), pytest.raises(Exception, match="already runs"):
        remove(var)
    remove(var)
    assert not var.exists()
    assert not elsewhere.exists()


def test_readiness_names_the_failing_checks_and_their_reasons() -> None:
    body = b'{"failing": [{"check": "synthetic_order", "reason": "none yet"}, {"check": "worker", "reason": "no heartbeat"}]}'
    assert in_words(body) == "synthetic order (none yet); worker (no heartbeat)"
    assert in_words(b"<html>") == ""
    assert in_words(b"[]") == ""
