"""A user's second factor: set up with an authenticator app, asked for after the password, taken away. Every step is audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from bot.errors import BadInputError, PermanentError
from bot.identity import one_time_codes as codes
from bot.identity.passwords import hash_of_token
from bot.sealing import Seal
from bot.settings import Settings
from bot.telemetry import get_logger
from jobs.access.users import spelled
from jobs.audit import audit

PURPOSE = b"tria second factors"
log = get_logger(__name__)
WRONG = "this is not the code that the app shows now; the phone's clock has to be right"

_STATE = text("""
SELECT u.id, u.name, u.code_key, u.code_since, u.code_step,
       (SELECT count(*) FROM recovery_codes r WHERE r.user_id = u.id AND r.used_at IS NULL) AS codes_left
FROM users u WHERE u.id = :id FOR NO KEY UPDATE OF u
""")
_BEGIN = text("UPDATE users SET code_key = :key, code_step = NULL WHERE id = :id AND code_since IS NULL")
_ON = text(
    "UPDATE users SET code_since = now(), code_step = :step WHERE id = :id AND code_since IS NULL RETURNING name"
)
# Sealed anew each time, so that a SECRET_KEY that was replaced is needed no more once everybody has signed in.
_STEP = text("""
UPDATE users SET code_step = :step, code_key = :key WHERE id = :id AND (code_step IS NULL OR code_step < :step) RETURNING id
""")
_FORGET = text("DELETE FROM recovery_codes WHERE user_id = :id")
_KEEP = text("INSERT INTO recovery_codes (user_id, code_hash) SELECT :id, unnest(CAST(:hashes AS text[]))")
_USE = text("""
UPDATE recovery_codes SET used_at = now() WHERE user_id = :id AND code_hash = :hash AND used_at IS NULL RETURNING id
""")
_OFF = text("""
UPDATE users SET code_key = NULL, code_since = NULL, code_step = NULL WHERE name = :name AND code_since IS NOT NULL RETURNING id
""")
_CLOSE = text("UPDATE user_sessions SET closed_at = now() WHERE user_id = :id AND closed_at IS NULL")


@dataclass(frozen=True, slots=True)
class State:
    """`key` is there while it is being set up, `since` from then on."""

    key: str | None
    since: datetime | None
    codes_left: int


def seal_of(settings: Settings) -> Seal:
    return Seal([settings.secret_key.get_secret_value(), settings.secret_key_previous.get_secret_value()], PURPOSE)


def state_of(connection: Connection, seal: Seal, user_id: int) -> State:
    row = _row(connection, user_id)
    key = seal.open(row.code_key) if row.code_key and row.code_since is None else None
    return State(key, row.code_since, int(row.codes_left))


def begin(connection: Connection, seal: Seal, user_id: int) -> None:
    """A new key, which counts once a code of it was typed. Nothing happens where one counts already."""
    connection.execute(_BEGIN, {"id": user_id, "key": seal.close(codes.new_key())})


def confirm(connection: Connection, seal: Seal, user_id: int, code: str, now: datetime) -> tuple[str, ...]:
    """From now on it is asked for; the recovery codes, which are shown once. Raises BadInputError for a wrong code."""
    row = _row(connection, user_id)
    if row.code_key is None or row.code_since is not None:
        raise BadInputError("nothing is being set up: begin again")
    step = codes.step_of(seal.open(row.code_key), code, now, None)
    if step is None:
        raise BadInputError(WRONG)
    connection.execute(_ON, {"id": user_id, "step": step})
    audit(connection, row.name, "second_factor_on", f"user:{user_id}")
    return _new_codes(connection, user_id)


def renew_codes(connection: Connection, seal: Seal, user_id: int, code: str, now: datetime) -> tuple[str, ...]:
    """New recovery codes instead of those that are left. Raises BadInputError for a wrong code."""
    row = _row(connection, user_id)
    if row.code_since is None or not is_right(connection, seal, row, code, now):
        raise BadInputError(WRONG)
    audit(connection, row.name, "recovery_codes_renewed", f"user:{user_id}")
    return _new_codes(connection, user_id)


def is_right(connection: Connection, seal: Seal, user: Row[Any], code: str, now: datetime) -> bool:
    """Whether it is the app's code or a recovery code of this user (`id`, `name`, `code_key`, `code_step`); each counts once."""
    key = _opened(seal, user)
    step = codes.step_of(key, code, now, user.code_step) if key else None
    if key and step is not None:
        values = {"id": user.id, "step": step, "key": seal.close(key)}
        return connection.execute(_STEP, values).one_or_none() is not None
    used = connection.execute(_USE, {"id": user.id, "hash": hash_of_token(codes.plain(code))}).one_or_none()
    if used is not None:
        audit(connection, user.name, "recovery_code_used", f"user:{user.id}")
    return used is not None


def _opened(seal: Seal, user: Row[Any]) -> str | None:
    """None under another SECRET_KEY: then a recovery code still lets the user in, and the log says why no other does."""
    try:
        return seal.open(user.code_key)
    except PermanentError as error:
        log.error("a second factor cannot be read", user_id=user.id, reason=str(error))
        return None


def remove(connection: Connection, name: str, *, actor: str) -> None:
    """For a user whose phone is lost; it ends their sign-ins. Raises BadInputError where there is none to take away."""
    found = connection.execute(_OFF, {"name": spelled(name)}).scalar()
    if found is None:
        raise BadInputError(f"{name[:40]} has no second factor")
    connection.execute(_FORGET, {"id": found})
    connection.execute(_CLOSE, {"id": found})
    audit(connection, actor, "second_factor_off", f"user:{found}")


def _new_codes(connection: Connection, user_id: int) -> tuple[str, ...]:
    made = codes.new_recovery_codes()
    connection.execute(_FORGET, {"id": user_id})
    hashes = [hash_of_token(codes.plain(code)) for code in made]
    connection.execute(_KEEP, {"id": user_id, "hashes": hashes})
    return made


def _row(connection: Connection, user_id: int) -> Row[Any]:
    return connection.execute(_STATE, {"id": user_id}).one()
