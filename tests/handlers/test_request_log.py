"""Each request leaves one line without what was asked for, and one measurement by door."""

from __future__ import annotations

import json

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from prometheus_client import REGISTRY

from handlers import errors, request_log


@pytest.fixture
def served() -> FlaskClient:
    app = Flask("served")
    errors.install(app)
    request_log.install(app)
    for name in ("twilio", "health"):
        door = Blueprint(name, __name__)
        door.add_url_rule(f"/{name}/<phone>", view_func=lambda phone: "ok")
        app.register_blueprint(door)
    return app.test_client()


def count(door: str, status: str) -> float:
    return REGISTRY.get_sample_value("tria_http_requests_total", {"door": door, "status": status}) or 0.0


def test_request_is_one_line_by_its_rule_and_never_by_its_path(
    served: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    served.get("/twilio/91234567?text=boss")
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (line["event"], line["rule"], line["status"], line["door"]) == ("request", "/twilio/<phone>", 200, "twilio")
    assert line["ms"] >= 0
    assert "boss" not in json.dumps(line)


def test_balancers_questions_are_counted_and_not_logged(
    served: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    before = count("health", "2xx")
    served.get("/health/now")
    assert capsys.readouterr().out == ""
    assert count("health", "2xx") == before + 1


def test_address_that_does_not_exist_is_counted_without_its_name(served: FlaskClient) -> None:
    before = count("other", "4xx")
    served.get("/wp-login.php")
    assert count("other", "4xx") == before + 1
