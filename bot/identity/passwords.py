"""Passwords of the console's users: hashed with argon2id, compared in constant time, refused when they are too easy."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.errors import BadInputError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 200
"""Length is what makes a password hard to guess (NIST SP 800-63B); the upper bound only limits the work of hashing."""


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    """With the library's own parameters (RFC 9106, low memory)."""
    from argon2 import PasswordHasher

    return PasswordHasher()


def hashed(password: str) -> str:
    """Raises BadInputError for a password that nobody should have."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInputError(f"a password has {SHORTEST} to {LONGEST} characters")
    if len(set(password)) < 4:
        raise BadInputError("this password repeats the same few characters; take one that is harder to guess")
    return _hasher().hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Takes as long when there is no such user (`kept` is None), so that the time tells nobody which names exist."""
    from argon2.exceptions import VerificationError

    try:
        return _hasher().verify(kept or _of_nobody(), password[: LONGEST + 1]) and kept is not None
    except VerificationError:
        return False


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    return _hasher().hash(secrets.token_hex())


def new_token() -> str:
    """What a browser keeps of a sign-in."""
    return secrets.token_urlsafe(32)


def hash_of_token(token: str) -> str:
    """A token is random and long, so a plain hash is enough to keep of it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
