"""Is a connection of ours one connection of PostgreSQL, for as long as it is open? Behind a pooler in transaction mode it is not."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from models.database import autocommit

ASKED = 3
"""Times; on a busy pooler the first may be given the same one by chance."""
_WHO = text("SELECT pg_backend_pid()")


def is_shared(engine: Engine) -> bool:
    """Whether others work on the same connections between our statements, so that locks, limits and plans are lost or left there.

    Two of ours that are open at once must never meet the same process of PostgreSQL, and each must stay with its own.
    """
    with autocommit(engine) as one, autocommit(engine) as other:
        asked = [(_pid(one), _pid(other)) for _ in range(ASKED)]
    ones, others = ({pair[place] for pair in asked} for place in (0, 1))
    return len(ones) > 1 or len(others) > 1 or bool(ones & others)


def _pid(connection: Connection) -> int:
    return int(connection.execute(_WHO).scalar_one())
