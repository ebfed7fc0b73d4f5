"""One table from our exceptions to HTTP answers. No answer ever shows an internal: an unknown error is a number in the log.

APIs and webhooks get `{"error": {"code", "message"}}`; pages for people keep Flask's own short HTML for 404 and the like.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from http import HTTPStatus

import redis
from flask import Flask, Response, jsonify, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from bot.errors import BadInputError, TemporaryError, TooFastError, UnauthorizedError, UnknownSessionError
from bot.telemetry import get_logger, log_context, report_error
from models.sqlstate import is_temporary

RETRY_AFTER_S = 5
API_TOKEN = "api_token"
"""`UnauthorizedError(..., code=API_TOKEN)`: the caller may present a token and try again, hence 401."""
PAGES = ("/console", "/simulator")

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller is told. `retry_after_s` says that the same request may work then."""

    status: HTTPStatus
    code: str
    message: str
    retry_after_s: int | None = None


UNKNOWN = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side.")
UNAVAILABLE = Answer(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", "Please try again.", RETRY_AFTER_S)
NEEDS_TOKEN = Answer(HTTPStatus.UNAUTHORIZED, "unauthorized", "Send `Authorization: Bearer` with the API token.")
# The first row that fits. An empty message means the exception's own, which is written for the sender.
TABLE: tuple[tuple[type[Exception], Answer], ...] = (
    (UnknownSessionError, Answer(HTTPStatus.NOT_FOUND, "unknown_session", "")),
    (BadInputError, Answer(HTTPStatus.BAD_REQUEST, "bad_input", "")),
    (UnauthorizedError, Answer(HTTPStatus.FORBIDDEN, "forbidden", "The signature, token or secret does not match.")),
    (TooFastError, Answer(HTTPStatus.TOO_MANY_REQUESTS, "too_fast", "", RETRY_AFTER_S)),
    (TemporaryError, UNAVAILABLE),
    (PoolTimeout, UNAVAILABLE),
    (redis.ConnectionError, UNAVAILABLE),
    (redis.TimeoutError, UNAVAILABLE),
)


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http_answer)
    app.register_error_handler(Exception, _answer)


def answer_for(error: Exception) -> Answer:
    """The row of the table for this exception; UNKNOWN when there is none."""
    if isinstance(error, UnauthorizedError) and error.code == API_TOKEN:
        return NEEDS_TOKEN
    if isinstance(error, DBAPIError):
        return UNAVAILABLE if is_temporary(error) else UNKNOWN
    return next((answer for kind, answer in TABLE if isinstance(error, kind)), UNKNOWN)


def _answer(error: Exception) -> Response:
    answer = answer_for(error)
    if answer is UNKNOWN:
        return _unexpected(error)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("request refused", path=_route(), code=answer.code, exc_info=error)
    response = _json(answer.status, answer.code, answer.message or str(error))
    if answer.retry_after_s is not None:
        said = getattr(error, "retry_after_s", None)
        response.headers["Retry-After"] = str(max(1, round(said or answer.retry_after_s)))
    if answer.status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def error_event(error: Exception) -> dict[str, str]:
    """`{code, message}` for whoever reads a stream whose status is sent already; logged and reported as elsewhere."""
    answer = answer_for(error)
    if answer is UNKNOWN:
        return {"code": answer.code, "message": answer.message, "correlation_id": _noted(error)}
    return {"code": answer.code, "message": answer.message or str(error)}


def _unexpected(error: Exception) -> Response:
    """A bug: the caller gets a number, the log and Sentry get the place."""
    return _json(UNKNOWN.status, UNKNOWN.code, UNKNOWN.message, correlation_id=_noted(error))


def _noted(error: Exception) -> str:
    """The number under which the log has it."""
    correlation_id = f"e{secrets.token_hex(6)}"
    with log_context(path=_route(), correlation_id=correlation_id):
        log.error("unexpected error", exc_info=error)
        report_error(error)
    return correlation_id


def _http_answer(error: HTTPException) -> Response | HTTPException:
    """404, 405, 413, 415 ... keep their status and headers (Allow, Retry-After)."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST or request.path.startswith(PAGES):
        return error
    status = HTTPStatus(error.code)
    response = _json(status, status.name.lower(), status.phrase)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _json(status: HTTPStatus, code: str, message: str, **more: str) -> Response:
    response = jsonify({"error": {"code": code, "message": message, **more}})
    response.status_code = status
    return response


def _route() -> str:
    """The rule, not the path: a path can hold a number or a name."""
    return request.url_rule.rule if request.url_rule is not None else "(no route)"
