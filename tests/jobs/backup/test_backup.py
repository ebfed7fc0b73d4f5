"""A backup holds what was there, says when it does not, and a restore can be trusted; on a real PostgreSQL with its own programs."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from bot.errors import BadInputError, PermanentError
from bot.runtime import Runtime
from bot.settings import Settings
from jobs.backup import sealing, shelf
from jobs.backup.contents import Contents, differences
from jobs.backup.create import create
from jobs.backup.programs import program
from jobs.backup.restore import NUMBERS_LEFT_OUT, readable, restore
from jobs.backup.shelf import Backup
from jobs.reads.gauges import exposition
from simulator.server import Running
from tests.conftest import Shop
from tests.people import ORDER, WhatsAppPhone
from tests.scratch import scratch_database


@contextmanager
def backing_up(settings: Settings, folder: Path, **own: object) -> Iterator[Runtime]:
    made = Runtime(settings.model_copy(update={"backup_dir": folder, **own}))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def house(shop: Shop, simulator: Running, tmp_path: Path) -> Iterator[Runtime]:
    """A shop with one order, and a shelf for its backups."""
    WhatsAppPhone(simulator, shop).say(ORDER)
    with backing_up(shop.runtime.settings, tmp_path / "shelf") as runtime:
        yield runtime


def one(url: str, sql: str) -> object:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(text(sql)).scalar()
    finally:
        engine.dispose()


def restored(backup: Backup, postgres_url: str, key: str = "", **options: bool) -> Iterator[str]:
    with scratch_database(postgres_url, migrated=False) as url:
        done = restore(backup, url, key, backup.taken_at + timedelta(minutes=5), **options)
        assert (done.ok, done.differences, done.behind_s) == (True, (), 300.0)
        assert done.rows == backup.manifest.rows > 100
        yield url


def test_what_is_restored_is_what_was_there_and_no_order_number_is_given_twice(
    house: Runtime, postgres_url: str
) -> None:
    backup = create(house, "abc123")
    assert {"orders", "conversation_messages", "audit", "alembic_version"} <= set(backup.manifest.tables)
    assert (backup.manifest.commit, backup.manifest.sealed, backup.manifest.tables["orders"].rows) == (
        "abc123",
        False,
        1,
    )
    with house.engine.connect() as connection:
        last = int(connection.execute(text("SELECT last_value FROM order_numbers")).scalar_one())
    for url in restored(backup, postgres_url):
        assert one(url, "SELECT number FROM orders") == f"SO-{last}"
        assert int(str(one(url, "SELECT nextval('order_numbers')"))) > last + NUMBERS_LEFT_OUT


def test_a_drill_leaves_every_row_as_it_was(house: Runtime, postgres_url: str) -> None:
    with house.engine.begin() as connection:
        connection.execute(
            text("UPDATE conversation_messages SET state = 'pending', due_at = now() WHERE direction = 'outbound'")
        )
    backup = create(house, "")
    waiting = "SELECT string_agg(DISTINCT state, ',') FROM conversation_messages WHERE direction = 'outbound'"
    for url in restored(backup, postgres_url, for_use=False):
        assert one(url, waiting) == "pending"
    for url in restored(backup, postgres_url):
        assert one(url, waiting) == "unknown", "what may have been sent since is looked up before it is sent again"


def test_a_sealed_backup_is_read_by_its_own_key_only(house: Runtime, postgres_url: str, tmp_path: Path) -> None:
    secret, public = sealing.new_key()
    with backing_up(house.settings, tmp_path / "sealed", backup_key=SecretStr(public)) as sealed:
        backup = create(sealed, "")
    assert backup.manifest.sealed
    held = backup.dump.read_bytes()
    assert held.startswith(b"age-encryption.org/v1")
    assert b"PGDMP" not in held
    assert readable(backup, secret) == []
    (problem,) = readable(backup, public)
    assert "AGE-SECRET-KEY" in problem
    (problem,) = readable(backup, sealing.new_key()[0])
    assert "cannot be opened with this key" in problem
    for url in restored(backup, postgres_url, secret):
        assert one(url, "SELECT count(*) FROM orders") == 1
    with scratch_database(postgres_url, migrated=False) as url, pytest.raises(BadInputError, match="this key"):
        restore(backup, url, sealing.new_key()[0], backup.taken_at)


def test_a_damaged_backup_is_named_and_not_restored(house: Runtime, postgres_url: str) -> None:
    backup = create(house, "")
    assert readable(backup, "") == []
    held = bytearray(backup.dump.read_bytes())
    held[len(held) // 2] ^= 1
    backup.dump.write_bytes(held)
    assert readable(backup, "") == ["database.dump was changed: its checksum differs"]
    backup.dump.write_bytes(held[:-1])
    assert "bytes, the manifest says" in readable(backup, "")[0]
    with scratch_database(postgres_url, migrated=False) as url, pytest.raises(BadInputError, match="manifest says"):
        restore(backup, url, "", backup.taken_at)
    backup.dump.unlink()
    assert readable(backup, "") == ["database.dump is missing"]


def test_a_row_that_differs_is_found_though_the_number_of_rows_is_the_same() -> None:
    was = {"orders": Contents(2, "7"), "outlets": Contents(1, "1"), "gone": Contents(0, "0")}
    now = {"orders": Contents(2, "8"), "outlets": Contents(3, "1"), "new": Contents(0, "0")}
    assert differences(was, now) == [
        "gone: is missing",
        "new: is not in the backup",
        "orders: 2 rows, but not the same ones",
        "outlets: 3 rows, the backup has 1",
    ]
    assert differences(was, was) == []


def test_nothing_is_restored_over_tables_that_are_there(house: Runtime) -> None:
    backup = create(house, "")
    with pytest.raises(BadInputError, match="tables already"):
        restore(backup, house.settings.database_url, "", backup.taken_at)


def test_old_backups_go_but_never_the_last_three(house: Runtime) -> None:
    made = create(house, "")
    for day in range(1, 6):
        older = made.folder.with_name(f"tria-2020010{day}T000000Z")
        shutil.copytree(made.folder, older)
        manifest = (older / shelf.MANIFEST).read_text("utf-8")
        (older / shelf.MANIFEST).write_text(manifest.replace(made.manifest.taken_at, f"2020-01-0{day}T00:00:00+00:00"))
    gone = shelf.rotate(house.settings.backup_dir, made.taken_at, keep_days=14)
    assert gone == ["tria-20200103T000000Z", "tria-20200102T000000Z", "tria-20200101T000000Z"]
    left = [backup.name for backup in shelf.backups(house.settings.backup_dir)]
    assert left == [made.name, "tria-20200105T000000Z", "tria-20200104T000000Z"]


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A service that hears signs of life: its address, and the paths it was asked for."""
    heard: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ping/secret-id", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_good_backup_gives_a_sign_of_life_and_a_failed_one_gives_none(house: Runtime, tmp_path: Path) -> None:
    assert b"\ntria_backup_age_seconds " not in exposition(house)
    with listening() as (address, heard):
        with backing_up(house.settings, tmp_path / "told", backup_ping_url=SecretStr(address)) as told:
            create(told, "")
        assert heard == ["/ping/secret-id"]
        (tmp_path / "full").write_text("a file where the folder should be")
        with (
            backing_up(house.settings, tmp_path / "full" / "shelf", backup_ping_url=SecretStr(address)) as failing,
            pytest.raises(OSError, match="full"),
        ):
            create(failing, "")
        assert heard == ["/ping/secret-id"]
    scraped = exposition(house).decode()
    assert "\ntria_backup_age_seconds " in scraped
    assert 'kind="backup"' not in scraped, "a backup is no process: its age says nothing about one"


def test_a_dump_that_fails_leaves_nothing_on_the_shelf(house: Runtime, tmp_path: Path) -> None:
    with backing_up(house.settings, tmp_path / "wrong", backup_key=SecretStr("age1nokey")) as wrong:
        with pytest.raises(BadInputError, match="no key of age"):
            create(wrong, "")
        assert list(wrong.settings.backup_dir.iterdir()) == []


def test_a_program_that_is_too_old_is_named_with_what_was_found() -> None:
    assert program("pg_dump", at_least=18).name == "pg_dump"
    with pytest.raises(PermanentError, match=r"pg_dump 99 or later is needed: .* is version \d+"):
        program("pg_dump", at_least=99)
