"""The schema is this code's or the process does not serve: empty to head, down again, and every difference by its name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from models import Base, schema
from tests.scratch import scratch_database

REVISIONS = [r.revision for r in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()][::-1]


@pytest.fixture
def empty(postgres_url: str) -> Iterator[Engine]:
    with scratch_database(postgres_url, migrated=False) as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def migrated(postgres_url: str) -> Iterator[Engine]:
    with scratch_database(postgres_url, migrated=True) as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def change(engine: Engine, sql: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(sql))


def test_empty_database_lacks_every_table_by_name(empty: Engine) -> None:
    found = schema.problems(empty, thorough=False)
    for table in Base.metadata.sorted_tables:
        assert f"table missing: {table.name}" in found
    assert any("run `flask db upgrade`" in problem for problem in found)


def test_upgrade_from_empty_leaves_nothing_to_complain_about(migrated: Engine) -> None:
    assert schema.problems(migrated, thorough=True) == []
    assert set(inspect(migrated).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_second_upgrade_changes_nothing(migrated: Engine) -> None:
    schema.upgrade(url_of(migrated))
    assert schema.problems(migrated, thorough=True) == []


def test_two_upgrades_at_once_wait_for_each_other(empty: Engine) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(_migrate, url_of(empty)) for _ in range(2)]:
            done.result()
    assert schema.problems(empty, thorough=True) == []


def _migrate(url: str) -> None:
    """In a process of its own, as two machines would: alembic's context is one per process."""
    program = "import sys; from models import schema; schema.upgrade(sys.argv[1])"
    subprocess.run([sys.executable, "-c", program, url], check=True, timeout=60, cwd=schema.MIGRATIONS.parent)


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_revision_goes_up_and_down_and_up_again(revision: str, empty: Engine) -> None:
    url = url_of(empty)
    before = REVISIONS[REVISIONS.index(revision) - 1] if REVISIONS.index(revision) else "base"
    schema.upgrade(url, revision)
    schema.downgrade(url, before)
    if before == "base":
        assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    schema.upgrade(url, "head")
    assert schema.problems(empty, thorough=True) == []


def test_there_is_one_head() -> None:
    assert schema.head_revision() == REVISIONS[-1]


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        (
            "ALTER TABLE conversation_messages DROP COLUMN embedding_id",
            "column missing: conversation_messages.embedding_id",
        ),
        ("ALTER TABLE orders DROP COLUMN total CASCADE", "column missing: orders.total"),
        ("DROP TABLE tax_rates", "table missing: tax_rates"),
    ],
)
def test_dropped_table_or_column_is_named_by_the_quick_check(migrated: Engine, sql: str, problem: str) -> None:
    change(migrated, sql)
    assert problem in schema.problems(migrated, thorough=False)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("ALTER TABLE orders ADD COLUMN surprise text", "column not in the models: orders.surprise"),
        ("CREATE TABLE surprise (id int)", "table not in the models: surprise"),
        ("DROP INDEX uq_orders_draft", "index missing: uq_orders_draft"),
        ("ALTER TABLE orders ALTER COLUMN notes DROP NOT NULL", "orders.notes"),
        ("ALTER TABLE orders ALTER COLUMN tax_rate TYPE double precision", "orders.tax_rate"),
        ("ALTER TABLE contacts DROP CONSTRAINT uq_contacts_channel_address", "uq_contacts_channel_address"),
    ],
)
def test_drift_is_named_by_the_thorough_check(migrated: Engine, sql: str, words: str) -> None:
    change(migrated, sql)
    assert schema.problems(migrated, thorough=False) == []
    assert any(words in problem for problem in schema.problems(migrated, thorough=True))


def test_old_or_foreign_revision_is_named_with_the_one_needed(migrated: Engine) -> None:
    change(migrated, "UPDATE alembic_version SET version_num = '0000'")
    (problem,) = schema.problems(migrated, thorough=False)
    assert "at revision 0000" in problem
    assert schema.head_revision() in problem


def test_message_row_has_every_column_that_was_asked_for_and_its_defaults(migrated: Engine) -> None:
    with migrated.begin() as connection:
        connection.execute(text("INSERT INTO contacts (channel, address) VALUES ('whatsapp', '+6580000101')"))
        connection.execute(
            text(
                "INSERT INTO conversations (contact_id, channel, business_address) VALUES (1, 'whatsapp', '+6560000001')"
            )
        )
        row = connection.execute(
            text(
                "INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, role, kind, content,"
                " language, intent, confidence, context, embedding_id, state, said_at)"
                " SELECT id, session_id, 'inbound', 'whatsapp', 'user', 'text', '5 ctn', 'en', 'order.create', 0.9,"
                " '{\"lines\": []}', 'vector-1', 'received', now() FROM conversations RETURNING *"
            )
        ).one()
    assert (row.role, row.content, row.language, row.intent, row.confidence) == (
        "user",
        "5 ctn",
        "en",
        "order.create",
        0.9,
    )
    assert (row.context, row.embedding_id, row.pii_scrubbed, row.attempts) == ({"lines": []}, "vector-1", False, 0)
    assert row.session_id
    assert row.created_at.utcoffset().total_seconds() == 0
    assert any(
        index["column_names"] == ["embedding_id"] for index in inspect(migrated).get_indexes("conversation_messages")
    )
