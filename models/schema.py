"""Is the database the one this code was written for? Head revision and no drift, else the missing thing by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, MetaData, text

if TYPE_CHECKING:
    from alembic.config import Config  # Alembic takes a second to load; only migrations and the thorough check need it

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


class MigrationError(RuntimeError):
    """Alembic could not do as asked, in its own words."""


def _tables() -> MetaData:
    """All of them: asking the package for Base imports every table's module."""
    import models

    return models.Base.metadata


def alembic_config(url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


@cache
def head_revision() -> str:
    """The newest revision in migrations/, read once a process; raises alembic's own error when there are two heads."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    if head is None:
        raise LookupError("migrations/ holds no revision")
    return head


def revisions() -> list[str]:
    """Every revision of migrations/, the oldest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(alembic_config(""))
    return [script.revision for script in scripts.walk_revisions()][::-1]


def current_revision(connection: Connection) -> str | None:
    """Asked without Alembic, which logs two lines about itself each time, and readiness asks every few seconds."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def upgrade(url: str, revision: str = "head") -> None:
    """Raises MigrationError in Alembic's words when there is no such way."""
    _run("upgrade", url, revision)


def downgrade(url: str, revision: str) -> None:
    """Raises MigrationError in Alembic's words when there is no such way."""
    _run("downgrade", url, revision)


def _run(direction: str, url: str, revision: str) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        getattr(command, direction)(alembic_config(url), revision)
    except CommandError as error:
        raise MigrationError(str(error)) from error


def drift(connection: Connection) -> list[str]:
    """Every difference between models and database in words ("column missing: orders.total"); slow (0.2 s), thorough."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [_in_words(item) for item in _flat(compare_metadata(context, _tables()))]


def missing_columns(connection: Connection) -> list[str]:
    """Tables and columns of the models that the database lacks; one cheap query, for the health check."""
    rows = connection.execute(
        # The catalog itself: information_schema's view of it takes ten times as long.
        text(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')"
            " AND a.attnum > 0 AND NOT a.attisdropped"
        )
    )
    present: dict[str, set[str]] = {}
    for table_name, column_name in rows:
        present.setdefault(table_name, set()).add(column_name)
    missing: list[str] = []
    for table in _tables().sorted_tables:
        if table.name not in present:
            missing.append(f"table missing: {table.name}")
            continue
        missing += [
            f"column missing: {table.name}.{c.name}" for c in table.columns if c.name not in present[table.name]
        ]
    return missing


def problems(engine: Engine, *, thorough: bool) -> list[str]:
    """Why this code must not run on this database; empty when it may."""
    with engine.connect() as connection:
        found = missing_columns(connection)
        current, head = current_revision(connection), head_revision()
        if current != head:
            found.append(f"schema is at revision {current or 'none'}, the code needs {head}: run `flask db upgrade`")
        if thorough and not found:
            found = drift(connection)
    return found


def _flat(items: list[Any]) -> list[tuple[Any, ...]]:
    return [inner for item in items for inner in (item if isinstance(item, list) else [item])]


def _in_words(item: tuple[Any, ...]) -> str:
    kind = str(item[0])
    if kind in ("add_table", "remove_table"):
        return f"table {'missing' if kind.startswith('add') else 'not in the models'}: {item[1].name}"
    if kind in ("add_column", "remove_column"):
        return f"column {'missing' if kind.startswith('add') else 'not in the models'}: {item[2]}.{item[3].name}"
    if kind in ("add_index", "remove_index", "add_constraint", "remove_constraint", "add_fk", "remove_fk"):
        verb, thing = kind.split("_", 1)
        return f"{thing} {'missing' if verb == 'add' else 'not in the models'}: {item[1].name}"
    return f"{kind.replace('_', ' ')}: {item[2]}.{item[3]}"
