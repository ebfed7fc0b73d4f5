"""The one check of a bearer token."""

from __future__ import annotations

import hmac

from flask import request
from pydantic import SecretStr

from bot.errors import UnauthorizedError
from handlers.errors import API_TOKEN


def require_token(expected: SecretStr) -> None:
    """Raises UnauthorizedError unless the request carries `Authorization: Bearer` with this token.

    Constant time. With no token set nobody is let in: an empty secret must not match an empty header.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    token = expected.get_secret_value()
    matches = hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())
    if not (scheme.lower() == "bearer" and token and matches):
        raise UnauthorizedError("the API token is missing or wrong", code=API_TOKEN)
