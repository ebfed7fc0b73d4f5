"""The API's document is made of the code, says what the code does, and what it once promised it keeps."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.settings import ROOT
from handlers.api_docs import SHOWN, document
from handlers.chat_schema import ChatbotAnswer, ChatbotRequest
from tests.conftest import Shop
from tests.handlers.test_chat_api import ORDER, post

PROMISED = ROOT / "tests" / "handlers" / "openapi_promised.json"
"""What other programs rely on. Add to it when the API grows; taking something away breaks them."""


@pytest.fixture
def api(client: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").get_json()
    return found


def test_every_route_of_the_api_is_in_the_document(app: Flask, api: dict[str, Any]) -> None:
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(SHOWN) and "<" not in rule.rule}
    assert routes - set(api["paths"]) == {"/api/openapi.json", "/api/docs"}
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], f"{method} {path}"


def test_it_describes_the_types_that_the_code_reads_and_writes(api: dict[str, Any]) -> None:
    body = api["paths"]["/api/chatbot"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/ChatbotRequest"}
    fields = api["components"]["schemas"]["ChatbotRequest"]
    assert set(fields["properties"]) == set(ChatbotRequest.model_fields)
    assert fields["required"] == ["message", "user_id"]
    assert fields["additionalProperties"] is False
    assert {"400", "401", "404", "409", "422", "429", "503"} <= set(api["paths"]["/api/chatbot"]["post"]["responses"])


def test_references_lead_somewhere(api: dict[str, Any]) -> None:
    named = {part.split('"')[0] for part in json.dumps(api).split("#/components/schemas/")[1:]}
    assert named <= set(api["components"]["schemas"])


def test_answers_are_what_the_document_says(client: FlaskClient, shop: Shop) -> None:
    for message in ("100 x 10in box", "2 ctn box", "hello"):
        ChatbotAnswer.model_validate(post(client, shop, ORDER | {"message": message}).get_json())


def test_what_was_promised_is_kept(app: Flask) -> None:
    assert broken(json.loads(PROMISED.read_text("utf-8")), document(app)) == []


def test_a_broken_promise_is_found(app: Flask) -> None:
    promised, changed = document(app), document(app)
    del changed["paths"]["/version"]
    changed["components"]["schemas"]["ChatbotRequest"]["required"].append("outlet_id")
    del changed["components"]["schemas"]["ChatbotAnswer"]["properties"]["reply"]
    del changed["paths"]["/api/chatbot"]["post"]["responses"]["409"]
    assert len(broken(promised, changed)) == 4


def broken(promised: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Addresses, answers and fields that are gone, and fields that a request must have now and need not before."""
    found = []
    for path, methods in promised["paths"].items():
        for method, operation in methods.items():
            kept = now["paths"].get(path, {}).get(method)
            if kept is None:
                found.append(f"{method} {path} is gone")
                continue
            found += [f"{method} {path} {s} is gone" for s in operation["responses"] if s not in kept["responses"]]
    for name, model in promised["components"]["schemas"].items():
        kept = now["components"]["schemas"].get(name, {})
        found += [f"{name}.{each} is gone" for each in model.get("properties", {}) if each not in kept.get("properties", {})]  # fmt: skip
        if name.endswith("Request"):
            found += [
                f"{name}.{each} is demanded" for each in kept.get("required", []) if each not in model["required"]
            ]
    return found


def test_the_page_for_people_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/api/docs").get_data(as_text=True)
    assert "POST /api/chatbot" in page
    assert "Idempotency" in page
    for elsewhere in ('src="http', 'href="http', "//cdn", "@import"):
        assert elsewhere not in page
