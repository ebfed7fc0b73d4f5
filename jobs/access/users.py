"""The console's users: made, given another role or password, disabled. Every change is audited and ends their sign-ins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.identity.passwords import hashed
from jobs.audit import audit
from models.user import Role

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")

_ADD = text("""
INSERT INTO users (name, password_hash, role) VALUES (:name, :hash, :role) ON CONFLICT (name) DO NOTHING RETURNING id
""")
_RENEW = text("""
UPDATE users SET password_hash = :hash, role = :role, wrong_passwords = 0, locked_until = NULL, disabled_at = NULL
WHERE name = :name RETURNING id
""")
_DISABLE = text("""
UPDATE users SET disabled_at = now() WHERE name = :name AND disabled_at IS NULL RETURNING id
""")
_CLOSE = text("UPDATE user_sessions SET closed_at = now() WHERE user_id = :id AND closed_at IS NULL")
_ADMINS_ARE = "FROM users WHERE role = 'admin' AND disabled_at IS NULL"
_LOCK_ADMINS = text(f"SELECT id {_ADMINS_ARE} ORDER BY id FOR UPDATE")
_ADMINS = text(f"SELECT count(*) {_ADMINS_ARE}")
_LIST = text("""
SELECT name, role, disabled_at IS NOT NULL AS disabled, locked_until > now() AS locked, signed_in_at, created_at, code_since IS NOT NULL AS has_code
FROM users ORDER BY name
""")


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    role: str
    disabled: bool
    locked: bool | None
    signed_in_at: datetime | None
    created_at: datetime
    has_code: bool
    """A second factor is asked for."""


def add_user(connection: Connection, name: str, role: Role, password: str, *, actor: str, renew: bool = False) -> int:
    """A new user; with `renew` one that is there gets this role and password and is let in again.

    Raises BadInputError for a name or password that cannot be, and for a name that is taken.
    """
    known = spelled(name)
    if not NAME.fullmatch(known):
        raise BadInputError("a name has 2 to 40 letters, digits, dots, dashes or underscores")
    values: dict[str, Any] = {"name": known, "hash": hashed(password), "role": role.value}
    found = connection.execute(_ADD, values).scalar()
    if found is not None:
        audit(connection, actor, "user_added", f"user:{found}", {"role": role.value})
        return int(found)
    if not renew:
        raise BadInputError(f"there is a user {known} already")
    user_id = int(connection.execute(_RENEW, values).scalar_one())
    connection.execute(_CLOSE, {"id": user_id})
    audit(connection, actor, "user_renewed", f"user:{user_id}", {"role": role.value})
    return user_id


def disable(connection: Connection, name: str, *, actor: str) -> None:
    """Shut the user out at once, in every browser. Raises BadInputError when there is no such user to shut out."""
    found = connection.execute(_DISABLE, {"name": spelled(name)}).scalar()
    if found is None:
        raise BadInputError(f"there is no user {name[:40]} who may sign in")
    connection.execute(_CLOSE, {"id": found})
    audit(connection, actor, "user_disabled", f"user:{found}")


@contextmanager
def an_admin_stays(connection: Connection) -> Iterator[None]:
    """Around a change of users: raises BadInputError when it would leave no admin who may sign in, also by two at once."""
    connection.execute(_LOCK_ADMINS)
    yield
    if connection.execute(_ADMINS).scalar_one() == 0:
        raise BadInputError("somebody has to stay admin: make another one first, here or by `flask users add`")


def users(connection: Connection) -> list[Listed]:
    return [Listed(*row) for row in connection.execute(_LIST)]


def spelled(name: str) -> str:
    """As names are kept."""
    return name.strip().lower()
