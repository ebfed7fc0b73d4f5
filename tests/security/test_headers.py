"""What browsers are told by every door, and over https to come back by https only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.runtime import Runtime
from handlers import create_app
from handlers.headers import HEADERS

PAGES = (
    "/health",
    "/version",
    "/api/docs",
    "/api/openapi.json",
    "/console/",
    "/console/sign-in",
    "/no/such/page",
    "/webhooks/twilio",
    "/metrics",
)


@pytest.fixture
def over_https(runtime: Runtime) -> Iterator[Flask]:
    settings = runtime.settings.model_copy(update={"public_url": "https://orders.example"})
    made = Runtime(settings)
    yield create_app(made)
    made.close()


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_tells_a_browser_what_it_may_not_do(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert [name for name in HEADERS if name not in answer.headers] == []
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe-" not in answer.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
def test_over_https_a_browser_comes_back_by_https(over_https: Flask, path: str) -> None:
    said = over_https.test_client().get(path).headers["Strict-Transport-Security"]
    assert said == "max-age=31536000"


def test_the_page_of_the_api_may_use_its_own_style_and_nothing_else(client: FlaskClient) -> None:
    answer = client.get("/api/docs")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "<style>" in answer.get_data(as_text=True)
