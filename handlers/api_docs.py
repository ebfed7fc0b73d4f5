"""`/api/openapi.json` and `/api/docs`: the API described, made from the routes and the types that the code itself uses."""

from __future__ import annotations

import base64
import hashlib
import inspect
import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template_string
from pydantic import BaseModel
from werkzeug.routing import Rule

from handlers.git_commit import commit
from handlers.openapi_mark import ATTRIBUTE, Described

blueprint = Blueprint("api_docs", __name__)

SHOWN = ("/api/", "/health", "/version", "/metrics")
OWN = ("/api/openapi.json", "/api/docs")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
REFS = "#/components/schemas/{model}"
PARAMETER = re.compile(r"<(?:(?P<type>\w+):)?(?P<name>\w+)>")
TYPES = {"int": "integer", "float": "number"}
UNDESCRIBED = Described(secured=False)


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """This document."""
    return jsonify(document(current_app))


@blueprint.get("/api/docs")
def docs() -> Response:
    """The document for people; it loads nothing from elsewhere."""
    response = Response(
        render_template_string(PAGE, api=document(current_app)), content_type="text/html; charset=utf-8"
    )
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src '{_own_style()}'; frame-ancestors 'none'"
    )
    return response


def _own_style() -> str:
    """The one style that a browser may apply: the page's own, by its hash."""
    style = PAGE.partition("<style>")[2].partition("</style>")[0]
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def document(app: Flask) -> dict[str, Any]:
    """OpenAPI 3.1 of every route under SHOWN: what it takes and answers is what its view is marked with."""
    paths: dict[str, dict[str, Any]] = {}
    models: dict[str, Any] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        if rule.rule.startswith(SHOWN) and rule.rule not in OWN:
            path = paths.setdefault(PARAMETER.sub(r"{\g<name>}", rule.rule), {})
            for method in METHODS:
                if method in (rule.methods or ()):
                    path[method.lower()] = _operation(app, rule, method, models)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tria", "version": commit()[:12], "description": "Orders by chat, for other systems."},
        "paths": paths,
        "components": {
            "schemas": models,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "API_TOKEN"}},
        },
    }


def _operation(app: Flask, rule: Rule, method: str, models: dict[str, Any]) -> dict[str, Any]:
    view = app.view_functions[rule.endpoint]
    marked: Described = getattr(view, ATTRIBUTE, UNDESCRIBED)
    summary, _, more = inspect.cleandoc(view.__doc__ or rule.endpoint).partition("\n")
    operation: dict[str, Any] = {
        "operationId": f"{rule.endpoint}.{method.lower()}.{rule.rule.strip('/').replace('/', '.')}",
        "summary": summary,
        "parameters": _parameters(rule, marked),
        "responses": _responses(marked, models),
    }
    if more.strip():
        operation["description"] = " ".join(more.split())
    if marked.body is not None and method != "GET":
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _schema(marked.body, models)}},
        }
    if marked.secured:
        operation["security"] = [{"token": []}]
    return operation


def _parameters(rule: Rule, marked: Described) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": m["name"], "in": "path", "required": True, "schema": {"type": TYPES.get(m["type"] or "", "string")}}
        for m in PARAMETER.finditer(rule.rule)
    ]
    if marked.key:
        schema = {"type": "string", "minLength": 1, "maxLength": 255}
        words = "any text that is new for each message; the same again gives the same answer"
        found.append(
            {"name": "Idempotency-Key", "in": "header", "required": False, "description": words, "schema": schema}
        )
    return found


def _responses(marked: Described, models: dict[str, Any]) -> dict[str, Any]:
    content = {} if marked.answer is None else {"schema": _schema(marked.answer, models)}
    found: dict[str, Any] = {"200": {"description": "done", "content": {marked.media_type: content}}}
    for status in sorted({*marked.refusals, *((401,) if marked.secured else ())}):
        refused = {"application/json": {"schema": _schema(marked.refusal, models)}}
        found[str(status)] = {"description": HTTPStatus(status).phrase, "content": refused}
    return found


def _schema(model: type[BaseModel], models: dict[str, Any]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=REFS)
    models |= schema.pop("$defs", {})
    models[model.__name__] = schema
    return {"$ref": REFS.format(model=model.__name__)}


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ api.info.title }} API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#222}
code{background:#f2f2f2;padding:.1em .3em;border-radius:3px}section{border-top:1px solid #ddd;margin-top:1.5rem}
td,th{text-align:left;vertical-align:top;padding:.2em 1em .2em 0}</style></head><body>
<h1>{{ api.info.title }} API</h1>
<p>{{ api.info.description }} The machine-readable form is <a href="/api/openapi.json">/api/openapi.json</a>.
Where a token is needed, send <code>Authorization: Bearer API_TOKEN</code>.</p>
{% for path, methods in api.paths.items() %}{% for method, operation in methods.items() %}
<section><h2><code>{{ method|upper }} {{ path }}</code></h2><p><strong>{{ operation.summary }}</strong> {{ operation.description }}</p>
<p>{{ "Needs the token." if operation.security else "Open to everybody." }}
Answers: {% for status, answer in operation.responses.items() %}<code>{{ status }}</code> {{ answer.description }}{{ ", " if not loop.last }}{% endfor %}.</p>
{% if operation.requestBody %}{% set model = api.components.schemas[operation.requestBody.content["application/json"].schema["$ref"].rpartition("/")[2]] %}
<table><tr><th>field</th><th></th><th>meaning</th></tr>
{% for name, field in model.properties.items() %}<tr><td><code>{{ name }}</code></td>
<td>{{ "required" if name in model.required else "optional" }}</td><td>{{ field.description }}</td></tr>{% endfor %}</table>{% endif %}
</section>{% endfor %}{% endfor %}</body></html>
"""
