"""Does PostgreSQL keep what a connection was told? Asked by every process before it serves."""

from __future__ import annotations

from bot.errors import StartupRefused
from bot.runtime import Runtime
from models.pooling import is_shared

SHARED = (
    "DATABASE_URL leads to a pooler that gives each transaction another connection of PostgreSQL: locks would be left behind"
    " and prepared statements lost"
)
CURE = "set its pool_mode to session for this database, or name PostgreSQL itself"


def refuse_shared_connections(runtime: Runtime) -> None:
    """Raises StartupRefused behind a pooler in transaction mode."""
    if is_shared(runtime.engine):
        raise StartupRefused(f"{SHARED}: {CURE}")
