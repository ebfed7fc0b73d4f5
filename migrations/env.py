"""Alembic's entry: the metadata of models/, online only, one migration run at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from models import Base
from models.database import make_engine

MIGRATION_LOCK = 715_001
LOCK_TIMEOUT = "2s"


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, compare_server_default=False
    )
    with context.begin_transaction():
        # Two machines deploying at once: the second waits here and then finds nothing to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()


def run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "", application="tria-migrate")
    with engine.connect() as connection:
        migrate(connection)
        connection.commit()
    engine.dispose()


run()
