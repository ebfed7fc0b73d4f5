"""What every request must be before any door looks at it: whole, and without characters that PostgreSQL cannot hold."""

from __future__ import annotations

from flask import Flask, request

from bot.errors import BadInputError
from handlers import body_limit

NUL = "\x00"


def install(app: Flask) -> None:
    app.before_request(check)


def check() -> None:
    """Raises BadInputError. The body is read here, once, and kept for the door; MAX_CONTENT_LENGTH bounds it."""
    body_limit.widen()
    asked = request.args.items(multi=True) if request.query_string else ()
    if NUL in request.path or any(NUL in key or NUL in value for key, value in asked):
        raise BadInputError("the address holds a NUL character", code="nul")
    if request.content_length and len(request.get_data(cache=True)) < request.content_length:
        raise BadInputError("the body is shorter than its Content-Length", code="short_body")
