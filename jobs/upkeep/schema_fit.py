"""Is the database the one this code was written for? Asked by every process before it serves."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from bot.errors import StartupRefused
from bot.runtime import Runtime
from models import schema
from models.sqlstate import connection_problem


def refuse_another_schema(runtime: Runtime) -> None:
    """Raises StartupRefused: no connection, another password, an old or foreign revision, a table or column missing by name."""
    try:
        found = schema.problems(runtime.engine, thorough=False)
    except OperationalError as error:
        raise StartupRefused(f"DATABASE_URL: PostgreSQL {connection_problem(error)}") from error
    if found:
        raise StartupRefused("The database is not the one this code was written for:\n  " + "\n  ".join(found))
