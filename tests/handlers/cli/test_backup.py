"""`flask backup`: from the first backup to a restore into a new place, as whoever types it sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.runtime import Runtime
from handlers import create_app
from jobs.backup.restore import on_server, scratch
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal


@pytest.fixture
def terminal(shop: Shop, tmp_path: Path) -> Iterator[Terminal]:
    settings = shop.runtime.settings.model_copy(update={"backup_dir": tmp_path / "shelf"})
    runtime = Runtime(settings)
    yield Terminal(create_app(runtime))
    runtime.close()


def test_a_backup_is_made_listed_proved_and_restored(terminal: Terminal, shop: Shop, tmp_path: Path) -> None:
    none = terminal("backup", "verify")
    assert (none.exit_code, "there is no backup" in none.output) == (2, True)
    made = terminal("backup", "create")
    assert made.exit_code == 0, made.output
    assert "NOT sealed" in made.output
    (listed,) = terminal.json("backup", "list", "--json")
    assert terminal.json("backup", "verify", "--json")["ok"] is True
    drilled = terminal.json("backup", "verify", listed["name"], "--drill", "--json")
    assert (drilled["ok"], drilled["rows"]) == (True, listed["rows"])
    in_the_way = terminal("backup", "restore", "newest")
    assert (in_the_way.exit_code, "tables already" in in_the_way.output) == (2, True)
    with scratch(shop.runtime.settings.database_url, "tria_restored_by_command") as url:
        restored = terminal.json("backup", "restore", str(tmp_path / "shelf" / listed["name"]), "--into", url, "--json")
        password = make_url(url).password
    assert (restored["ok"], restored["rows"], restored["differences"]) == (True, listed["rows"], [])
    assert restored["rto_s"] > 0
    assert str(password) not in str(restored)


def test_a_restore_makes_the_database_where_only_its_server_is_there(terminal: Terminal, shop: Shop) -> None:
    assert terminal("backup", "create").exit_code == 0
    url = shop.runtime.settings.database_url
    with scratch(url, "tria_to_be_made") as fresh:
        pass
    done = terminal("backup", "restore", "--into", fresh)
    try:
        assert done.exit_code == 0, done.output
        assert "recovery point" in done.output
    finally:
        on_server(url, 'DROP DATABASE "tria_to_be_made" WITH (FORCE)')


def test_a_backup_that_was_changed_fails_its_verification(terminal: Terminal, tmp_path: Path) -> None:
    made = terminal.json("backup", "create", "--json")
    dump = tmp_path / "shelf" / made["name"] / made["file"]
    dump.write_bytes(dump.read_bytes()[:-10])
    failed = terminal("backup", "verify")
    assert (failed.exit_code, "the manifest says" in failed.output) == (1, True)


def test_nothing_is_missing_where_nothing_was_lost(terminal: Terminal, simulator: object) -> None:
    assert terminal("backup", "create").exit_code == 0
    told = terminal("backup", "gaps")
    assert told.exit_code == 0, told.output
    assert "Nothing is missing" in told.output


def test_a_new_key_shows_both_halves_and_says_which_belongs_elsewhere(terminal: Terminal) -> None:
    said = terminal("backup", "new-key").output
    assert said.startswith("BACKUP_KEY=age1")
    assert "# AGE-SECRET-KEY-1" in said
