"""Every exception has its answer; an unknown one is a number that the log knows, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg2
import pytest
import redis
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge, UnsupportedMediaType

from bot.errors import BadInputError, Fenced, PermanentError, TemporaryError, UnauthorizedError, UnknownOutcome
from handlers import errors
from models.sqlstate import sqlstate

SECRET = "+6591234567 postgresql://u:hunter2@db/x"


class Undefined(psycopg2.ProgrammingError):
    pgcode = "42703"


RAISED: dict[str, tuple[Callable[[], Exception], int, str]] = {
    "bad input": (lambda: BadInputError("message is empty"), 400, "bad_input"),
    "signature": (lambda: UnauthorizedError(SECRET), 403, "forbidden"),
    "api token": (lambda: UnauthorizedError(SECRET, code=errors.API_TOKEN), 401, "unauthorized"),
    "temporary": (lambda: TemporaryError(SECRET), 503, "unavailable"),
    "unknown outcome": (lambda: UnknownOutcome("lost"), 503, "unavailable"),
    "fenced": (lambda: Fenced("lost"), 503, "unavailable"),
    "database away": (lambda: OperationalError(SECRET, {}, psycopg2.OperationalError(SECRET)), 503, "unavailable"),
    "pool empty": (lambda: PoolTimeout(SECRET), 503, "unavailable"),
    "redis away": (lambda: redis.ConnectionError(SECRET), 503, "unavailable"),
    "redis slow": (lambda: redis.TimeoutError(SECRET), 503, "unavailable"),
    "missing column": (lambda: ProgrammingError(SECRET, {}, Undefined(SECRET)), 500, "internal"),
    "permanent": (lambda: PermanentError(SECRET), 500, "internal"),
    "bug": (lambda: KeyError(SECRET), 500, "internal"),
    "too large": (lambda: RequestEntityTooLarge(), 413, "request_entity_too_large"),
    "media type": (lambda: UnsupportedMediaType(), 415, "unsupported_media_type"),
    "method": (lambda: MethodNotAllowed(valid_methods=["POST"]), 405, "method_not_allowed"),
}


@pytest.fixture
def failing() -> FlaskClient:
    """An app whose every address fails in its own way."""
    app = Flask("failing")
    errors.install(app)

    @app.get("/fails/<path:kind>")
    def fails(kind: str) -> str:
        raise RAISED[kind][0]()

    @app.get("/console/nothing")
    def page() -> str:
        abort(404)

    return app.test_client()


@pytest.mark.parametrize("kind", RAISED)
def test_exception_gets_its_status_and_code_and_leaks_nothing(kind: str, failing: FlaskClient) -> None:
    _, status, code = RAISED[kind]
    response = failing.get(f"/fails/{kind}")
    assert (response.status_code, response.get_json()["error"]["code"]) == (status, code)
    for leak in ("hunter2", "91234567", "Traceback", "psycopg2", "KeyError"):
        assert leak not in response.get_data(as_text=True)


def test_unknown_error_is_found_in_the_log_by_its_number(
    failing: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    number = failing.get("/fails/bug").get_json()["error"]["correlation_id"]
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["correlation_id"], line["error"], line["path"]) == (number, "KeyError", "/fails/<path:kind>")
    assert "test_errors.py" in line["traceback"]


def test_temporary_error_says_when_to_come_back(failing: FlaskClient) -> None:
    assert failing.get("/fails/temporary").headers["Retry-After"] == "5"


def test_providers_own_waiting_time_is_passed_on() -> None:
    app = Flask("failing")
    errors.install(app)
    app.add_url_rule("/", view_func=_slow_down)
    assert app.test_client().get("/").headers["Retry-After"] == "17"


def _slow_down() -> str:
    raise TemporaryError("slow down", retry_after_s=17.2)


def test_caller_without_a_token_is_told_the_scheme(failing: FlaskClient) -> None:
    assert failing.get("/fails/api token").headers["WWW-Authenticate"] == "Bearer"


def test_method_that_is_not_allowed_keeps_its_allow_header(failing: FlaskClient) -> None:
    assert failing.get("/fails/method").headers["Allow"] == "POST"


def test_address_that_does_not_exist_is_json_for_programs_and_html_for_pages(failing: FlaskClient) -> None:
    assert failing.get("/nothing").get_json()["error"]["code"] == "not_found"
    assert failing.get("/console/nothing").mimetype == "text/html"


def test_redirect_is_not_an_error() -> None:
    app = Flask("slashes")
    errors.install(app)
    app.add_url_rule("/here/", view_func=lambda: "here")
    response = app.test_client().get("/here")
    assert response.status_code == 308
    assert response.headers["Location"].endswith("/here/")


def test_code_of_the_database_is_read_from_the_driver() -> None:
    assert sqlstate(ProgrammingError("SELECT", {}, Undefined("x"))) == "42703"
