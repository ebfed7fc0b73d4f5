"""No process serves on a database that is not this code's; what is wrong is said in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from bot.errors import StartupRefused
from bot.runtime import Runtime
from embedded.ports import free_port
from jobs.upkeep.schema_fit import refuse_another_schema
from tests.scratch import scratch_database


@pytest.fixture
def own(postgres_url: str, shared_runtime: Runtime) -> Iterator[Runtime]:
    with scratch_database(postgres_url, migrated=True) as url:
        runtime = with_database(shared_runtime, url)
        yield runtime
        runtime.close()


def with_database(runtime: Runtime, url: str) -> Runtime:
    return Runtime(runtime.settings.model_copy(update={"database_url": url}))


def refusal(runtime: Runtime) -> str:
    with pytest.raises(StartupRefused) as refused:
        refuse_another_schema(runtime)
    runtime.close()
    return str(refused.value)


def test_this_codes_own_schema_is_served(own: Runtime) -> None:
    refuse_another_schema(own)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (
            "ALTER TABLE conversation_messages DROP COLUMN embedding_id",
            "column missing: conversation_messages.embedding_id",
        ),
        ("DROP TABLE tax_rates", "table missing: tax_rates"),
        ("UPDATE alembic_version SET version_num = '0000'", "at revision 0000"),
    ],
)
def test_what_is_missing_is_named(sql: str, words: str, own: Runtime) -> None:
    with own.engine.begin() as connection:
        connection.execute(text(sql))
    assert words in refusal(own)


def test_no_connection_wrong_password_and_no_database_are_three_sentences(shared_runtime: Runtime) -> None:
    url = shared_runtime.engine.url
    for changed, words in (
        (url.set(port=free_port()), "cannot be reached"),
        (url.set(password="wrong"), "authentication failed"),
        (url.set(database="nothing"), "does not exist"),
    ):
        said = refusal(with_database(shared_runtime, changed.render_as_string(hide_password=False)))
        assert words in said
        assert "wrong" not in said
