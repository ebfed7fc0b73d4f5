"""Signing in to the console and out again: wrong passwords counted, names locked, every step audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

from limits import RateLimitItemPerMinute
from sqlalchemy import Connection, Engine, Row, text

from bot.identity.passwords import hash_of_token, matches, new_token
from bot.runtime import Runtime
from bot.sealing import Seal
from jobs.access import second_factor
from jobs.access.users import spelled
from jobs.audit import audit
from models.database import autocommit, transaction
from models.user import Role

MOST_WRONG = 10
LOCKED_MINUTES = 15
IDLE_MINUTES = 60
"""Whoever does nothing for so long signs in again."""
LONGEST_HOURS = 12
TRIES_OF_A_CLIENT = RateLimitItemPerMinute(30, 5)
"""From one address: each costs a hash on purpose, and a row of the audit for good. A whole team may sit behind one."""

# Counted before the password is looked at, so that any number of guesses at once count each.
_TRY = text("""
UPDATE users SET wrong_passwords = wrong_passwords + 1
WHERE name = :name AND disabled_at IS NULL AND (locked_until IS NULL OR locked_until < now())
RETURNING id, name, role, password_hash, wrong_passwords, code_since IS NOT NULL AS has_code
""")
_TRY_CODE = text("""
UPDATE users SET wrong_passwords = wrong_passwords + 1
WHERE id = :id AND disabled_at IS NULL AND code_since IS NOT NULL AND (locked_until IS NULL OR locked_until < now())
RETURNING id, name, role, wrong_passwords, code_key, code_step
""")
# Only its own try is taken back: whoever knows the password and guesses codes is counted on.
_PASSWORD_RIGHT = text("UPDATE users SET wrong_passwords = GREATEST(wrong_passwords - 1, 0) WHERE id = :id")
_RIGHT = text("UPDATE users SET wrong_passwords = 0, locked_until = NULL, signed_in_at = now() WHERE id = :id")
_LOCK = text("""
UPDATE users SET wrong_passwords = 0, locked_until = now() + :minutes * interval '1 minute' WHERE id = :id
""")
_OPEN = text("INSERT INTO user_sessions (user_id, token_hash) VALUES (:id, :hash)")
_WHO = text("""
SELECT s.id AS session_id, u.id, u.name, u.role, u.code_since IS NOT NULL AS has_code, s.seen_at < now() - interval '1 minute' AS stale
FROM user_sessions s JOIN users u ON u.id = s.user_id
WHERE s.token_hash = :hash AND s.closed_at IS NULL AND u.disabled_at IS NULL
  AND s.seen_at > now() - :idle * interval '1 minute' AND s.opened_at > now() - :longest * interval '1 hour'
""")
_SEEN = text("UPDATE user_sessions SET seen_at = now() WHERE id = :id")
_CLOSE = text("""
UPDATE user_sessions SET closed_at = now() WHERE token_hash = :hash AND closed_at IS NULL RETURNING user_id
""")


@dataclass(frozen=True, slots=True)
class Operator:
    """Who is signed in. `name` is what the audit calls them."""

    id: int
    name: str
    role: Role
    has_code: bool = False
    """A second factor is asked for when they sign in."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The password was right. `token` is the new session's; None when a code has to follow."""

    user_id: int
    token: str | None


def must_wait_s(runtime: Runtime, client: str) -> float:
    """Counts a try from this address and returns 0, or how long it is until the next one is looked at."""
    return runtime.rates.take(TRIES_OF_A_CLIENT, "sign_in", hash_of_token(network_of(client)))


def network_of(client: str) -> str:
    """Who has one address of IPv6 has all of its /64."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else client


def sign_in(engine: Engine, name: str, password: str) -> Passed | None:
    """None when name and password do not match or the name is locked or disabled.

    The password is hashed outside of any transaction: it takes a good part of a tenth of a second on purpose.
    """
    with transaction(engine) as connection:
        user = connection.execute(_TRY, {"name": spelled(name)}).one_or_none()
    right = matches(user.password_hash if user else None, password)
    with transaction(engine) as connection:
        if user is None or not right:
            _count_wrong(connection, user)
            return None
        if user.has_code:
            connection.execute(_PASSWORD_RIGHT, {"id": user.id})
            return Passed(user.id, None)
        return Passed(user.id, open_session(connection, user))


def enter_code(engine: Engine, seal: Seal, user_id: int, code: str, now: datetime) -> str | None:
    """The token of the new session of a user whose password was right; None for a wrong code, which counts as a wrong password."""
    with transaction(engine) as connection:
        user = connection.execute(_TRY_CODE, {"id": user_id}).one_or_none()
        if user is None or not second_factor.is_right(connection, seal, user, code, now):
            _count_wrong(connection, user)
            return None
        return open_session(connection, user)


def open_session(connection: Connection, user: Row[Any]) -> str:
    """The token of a new session of this user (`id`, `name`, `role`), whose password was right."""
    token = new_token()
    connection.execute(_RIGHT, {"id": user.id})
    connection.execute(_OPEN, {"id": user.id, "hash": hash_of_token(token)})
    audit(connection, user.name, "signed_in", f"user:{user.id}", {"role": user.role})
    return token


def _count_wrong(connection: Connection, user: Row[Any] | None) -> None:
    """A name that nobody has is not written down: it may be a password, typed into the wrong field."""
    if user is None:
        audit(connection, "nobody", "sign_in_refused", "user:unknown")
        return
    audit(connection, user.name, "sign_in_refused", f"user:{user.id}", {"wrong": user.wrong_passwords})
    if user.wrong_passwords >= MOST_WRONG:
        connection.execute(_LOCK, {"id": user.id, "minutes": LOCKED_MINUTES})
        audit(connection, user.name, "name_locked", f"user:{user.id}", {"minutes": LOCKED_MINUTES})


def who(engine: Engine, token: str, *, counts_as_use: bool = True) -> Operator | None:
    """Whose session this is; None when it ended, was idle for too long, or the user is disabled."""
    values = {"hash": hash_of_token(token), "idle": IDLE_MINUTES, "longest": LONGEST_HOURS}
    with autocommit(engine) as connection:
        row = connection.execute(_WHO, values).one_or_none()
        if row is None:
            return None
        if row.stale and counts_as_use:
            connection.execute(_SEEN, {"id": row.session_id})
        return Operator(row.id, row.name, Role(row.role), row.has_code)


def sign_out(engine: Engine, token: str, *, actor: str) -> None:
    """From now on the token is worth nothing, wherever a copy of it is."""
    with transaction(engine) as connection:
        user_id = connection.execute(_CLOSE, {"hash": hash_of_token(token)}).scalar()
        if user_id is not None:
            audit(connection, actor, "signed_out", f"user:{user_id}")
