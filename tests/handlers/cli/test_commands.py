"""What all commands share: an example in the help, exit codes, logs on stderr."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from bot.runtime import Runtime
from bot.settings import ROOT, load_settings
from handlers import create_app
from handlers.cli import WHERE, load
from tests.handlers.cli.conftest import Terminal


def leaves(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from leaves(inner, (*path, name))
    else:
        yield path, command


ALL = [leaf for name in WHERE for leaf in leaves(load(name), (name,))]


@pytest.mark.parametrize("path", [path for path, _ in ALL], ids=" ".join)
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...], flask: Terminal) -> None:
    result = flask(*path, "--help")
    assert result.exit_code == 0
    example = result.output.split("Example:")[1]
    assert f"flask {path[0]}" in example
    assert (
        len(result.output.split("Usage:")[1].split("Options:")[0].strip().splitlines()) >= 3
    )  # usage, blank, what it does


@pytest.mark.parametrize("path", [path for path, _ in ALL], ids=" ".join)
def test_every_command_refuses_an_unknown_option_with_exit_code_2(path: tuple[str, ...], flask: Terminal) -> None:
    assert flask(*path, "--no-such-option").exit_code == 2


def test_commands_are_all_reached_through_flask(flask: Terminal) -> None:
    listed = flask("--help").output
    for name in ("catalog", "db", "doctor", "ledger", "order", "orders", "outlets", "settings", "stats"):
        assert f"\n  {name} " in listed


def test_database_that_is_away_is_one_sentence_and_exit_code_1() -> None:
    settings = load_settings(_env_file=None, database_url="postgresql://u:hunter2@127.0.0.1:1/x")
    result = Terminal(create_app(Runtime(settings)))("stats")
    assert result.exit_code == 1
    assert result.stderr == "Error: PostgreSQL: cannot be reached\n"


def test_settings_show_names_and_never_a_secret(flask: Terminal) -> None:
    shown = flask.json("settings", "--format", "json")
    assert shown["SECRET_KEY"] == "(set)"
    assert shown["PORT"].isdigit()
    assert "development-only-secret" not in flask("settings").output


def test_settings_write_the_reference_files(flask: Terminal) -> None:
    assert flask("settings", "--format", "env").output == (ROOT / ".env.example").read_text("utf-8")
    assert flask("settings", "--format", "markdown").output == (ROOT / "docs" / "settings.md").read_text("utf-8")


def test_stats_count_products_and_outlets(flask: Terminal, shop: object) -> None:
    found = flask.json("stats", "--json")
    assert found["catalog"] == {
        "products_active": 64, "products": 68, "outlets_active": 25, "outlets": 25, "contacts_bound": 25,
    }  # fmt: skip
    assert found["last_order_at"] is None
    assert "products_active" in flask("stats").output


def test_json_on_stdout_is_not_mixed_with_logs(postgres_url: str, redis_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "handlers:create_app", "stats", "--json"],
        capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
        env={"PATH": "", "DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "LOG_LEVEL": "DEBUG", "ENVIRONMENT": "test"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["waiting"] == {"failures_open": 0, "escalations_open": 0}


SLOW_LIBRARIES = (
    "redis", "rq", "twilio", "telegram", "openai", "alembic", "sentry_sdk", "limits", "prometheus_client", "phonenumbers",
    "httpx", "opentelemetry", "sqlalchemy.orm", "chromadb", "xero_python", "flask_login", "handlers.console",
)  # fmt: skip


@pytest.mark.parametrize(
    "words", ["", "orders list", "conversations list", "products list", "failed show 1", "db current"]
)
def test_a_command_that_looks_loads_no_library_of_those_that_do(words: str) -> None:
    """It must be there at once; what it loads decides that, on any machine."""
    program = (
        f"import sys; sys.argv = ['flask', '--app', 'handlers:create_app', *{words.split()}, '--help']\n"
        "from flask.cli import main\n"
        "try: main()\n"
        f"finally: print('loaded', [m for m in {SLOW_LIBRARIES} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert "Usage: flask" in done.stdout
    assert done.stdout.splitlines()[-1] == "loaded []", done.stdout[-300:]


def test_flasks_own_commands_still_see_every_door() -> None:
    command = [sys.executable, "-m", "flask", "--app", "handlers:create_app", "routes"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=True)
    for door in ("/webhooks/twilio", "/webhooks/telegram", "/api/chatbot", "/metrics"):
        assert door in done.stdout


def test_help_of_all_commands_names_each_with_what_it_does(flask: Terminal) -> None:
    listed = flask("--help").output
    for name, (_, words) in WHERE.items():
        assert f"  {name} " in listed
        assert words[:25] in listed


def test_no_database_address_is_one_sentence() -> None:
    settings = load_settings(_env_file=None)
    result = Terminal(create_app(Runtime(settings.model_copy(update={"database_url": ""}))))("orders", "list")
    assert (result.exit_code, result.stderr) == (1, "Error: DATABASE_URL is not set: start `make run` in this folder, or set it\n")  # fmt: skip
