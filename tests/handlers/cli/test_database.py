"""`flask db`: from nothing to the newest revision, with the first tax rate; drift exits 1 by name."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import text

from bot.runtime import Runtime
from handlers import create_app
from models import schema
from tests.handlers.cli.conftest import Terminal
from tests.scratch import scratch_database


@pytest.fixture
def fresh(postgres_url: str, shared_runtime: Runtime) -> Iterator[Runtime]:
    """A runtime on a database with nothing in it."""
    with scratch_database(postgres_url, migrated=False) as url:
        runtime = Runtime(shared_runtime.settings.model_copy(update={"database_url": url, "tax_rate": Decimal("0.08")}))
        yield runtime
        runtime.close()


@pytest.fixture
def terminal(fresh: Runtime) -> Terminal:
    return Terminal(create_app(fresh))


def tax_rates(runtime: Runtime) -> list[tuple[str, Decimal]]:
    with runtime.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT effective_from::text, rate FROM tax_rates"))]  # type: ignore[misc]


def test_upgrade_from_nothing_makes_the_schema_and_the_first_tax_rate(terminal: Terminal, fresh: Runtime) -> None:
    assert terminal.json("db", "current", "--json") == {"current": None, "head": schema.head_revision()}
    assert terminal("db", "upgrade").exit_code == 0
    assert terminal("db", "current").output == f"database {schema.head_revision()}, code {schema.head_revision()}\n"
    assert terminal.json("db", "check", "--json") == {"ok": True, "problems": []}
    assert tax_rates(fresh) == [("2024-01-01", Decimal("0.0800"))]


def test_second_upgrade_keeps_the_tax_rates_as_they_are(terminal: Terminal, fresh: Runtime) -> None:
    terminal("db", "upgrade")
    with fresh.engine.begin() as connection:
        connection.execute(text("UPDATE tax_rates SET rate = 0.09"))
    assert terminal("db", "upgrade").exit_code == 0
    assert tax_rates(fresh) == [("2024-01-01", Decimal("0.0900"))]


def test_check_before_any_migration_exits_1(terminal: Terminal) -> None:
    result = terminal("db", "check")
    assert result.exit_code == 1
    assert "table missing: orders" in result.output


def test_check_names_what_differs(terminal: Terminal, fresh: Runtime) -> None:
    terminal("db", "upgrade")
    with fresh.engine.begin() as connection:
        connection.execute(text("ALTER TABLE orders ADD COLUMN surprise text"))
    result = terminal("db", "check")
    assert (result.exit_code, result.output) == (1, "column not in the models: orders.surprise\n")


def test_upgrade_of_a_database_from_the_future_is_one_sentence(terminal: Terminal, fresh: Runtime) -> None:
    terminal("db", "upgrade")
    with fresh.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    result = terminal("db", "upgrade")
    assert result.exit_code == 1
    assert "9999" in result.stderr


def test_going_back_a_revision_is_asked_about_and_listed_as_pending(terminal: Terminal, fresh: Runtime) -> None:
    terminal("db", "upgrade")
    *_, before, head = schema.revisions()
    assert terminal("db", "downgrade", before).exit_code == 1, "nobody said yes"
    assert terminal.json("db", "current", "--json")["current"] == head
    assert terminal("db", "downgrade", before, "--yes").output == f"schema is at revision {before}\n"
    listed = terminal.json("db", "list", "--json")
    assert listed[-2:] == [{"revision": before, "applied": True}, {"revision": head, "applied": False}]
    assert terminal("db", "downgrade", "9999", "--yes").exit_code == 1
