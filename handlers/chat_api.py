"""The JSON door: one request, one answer. For other systems and for trying things; the ledger makes it exactly-once too.

The bearer of API_TOKEN is trusted to say who is asking: `outlet_id` names an outlet exactly, or `user_id` is an address
that is registered for one. Nothing else decides the outlet.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request, stream_with_context
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import text

from bot.channels.base import Incoming, Kind
from bot.channels.text import storable
from bot.errors import BadInputError, TemporaryError
from bot.runtime import Runtime
from handlers.bearer import require_token
from handlers.current import current_runtime
from jobs.access.binding import bind, contact_of
from jobs.intake.record import record_once
from jobs.process_conversation import process
from models.database import autocommit, transaction

blueprint = Blueprint("chat_api", __name__)

CHANNEL = "api"
BUSINESS = "api"
MAX_KEY = 255
"""As long as Stripe takes one."""


class ChatbotRequest(BaseModel):
    """The request's JSON; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)

    message: str = Field(max_length=20_000)
    user_id: str = Field(min_length=1, max_length=140)
    session_id: str | None = Field(None, max_length=64)
    outlet_id: str | None = Field(None, max_length=100)


MEANT = text("""
SELECT id FROM outlets WHERE is_active AND code = :outlet
UNION SELECT b.outlet_id FROM contacts k JOIN contact_outlets b ON b.contact_id = k.id
WHERE k.channel = 'whatsapp' AND k.address = :user_id AND CAST(:outlet AS text) IS NULL
""")
CHOOSE = text("UPDATE conversations SET outlet_id = :outlet WHERE id = :id AND outlet_id IS DISTINCT FROM :outlet")
ANSWER = text("""
SELECT m.state, m.session_id, m.intent, m.confidence, m.language,
  (SELECT string_agg(r.content, E'\\n\\n' ORDER BY r.sequence) FROM conversation_messages r WHERE r.in_reply_to = m.id) AS reply,
  (SELECT json_agg(json_build_object('event', e.kind, 'at', e.at) ORDER BY e.id) FROM order_events e WHERE e.message_id = m.id) AS timeline,
  (SELECT json_build_object('number', o.number, 'status', o.status, 'currency', o.currency, 'subtotal', o.subtotal::text,
            'tax', o.tax::text, 'total', o.total::text, 'delivery_date', o.delivery_date,
            'lines', (SELECT json_agg(json_build_object('sku', l.sku, 'name', l.name, 'quantity', l.quantity::text, 'unit', l.unit,
                      'unit_price', l.unit_price::text, 'line_total', l.line_total::text) ORDER BY l.position)
                      FROM order_lines l WHERE l.order_id = o.id))
     FROM orders o WHERE o.id = (SELECT order_id FROM order_events WHERE message_id = m.id ORDER BY id DESC LIMIT 1)) AS "order"
FROM conversation_messages m WHERE m.channel = 'api' AND m.direction = 'inbound' AND m.provider_id = :provider_id
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its key: the same key is the same message of the ledger."""

    body: ChatbotRequest
    provider_id: str
    fingerprint: str


@blueprint.post("/api/chatbot")
def chatbot() -> Response | tuple[Response, int]:
    try:
        asked = _read()
    except ValidationError as error:
        fields = [{"field": ".".join(map(str, item["loc"])), "problem": item["msg"]} for item in error.errors()]
        return jsonify({"error": {"code": "invalid", "message": "The request is not valid.", "fields": fields}}), 422
    answer, replayed = _answer(current_runtime(), asked)
    if answer is None:
        return jsonify(
            {"error": {"code": "key_reused", "message": "This Idempotency-Key was used for another request."}}
        ), 409
    response = jsonify(answer)
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


@blueprint.post("/api/chatbot/stream")
def stream() -> Response | tuple[Response, int]:
    """The same as server-sent events: `accepted` at once, `reply` line by line, then `done` with the whole answer."""
    try:
        asked = _read()
    except ValidationError:
        return jsonify({"error": {"code": "invalid", "message": "The request is not valid."}}), 422
    runtime = current_runtime()
    response = Response(stream_with_context(_events(runtime, asked)), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    return response


def _events(runtime: Runtime, asked: Asked) -> Iterator[str]:
    yield _event("accepted", {})
    answer, _ = _answer(runtime, asked)
    if answer is None:
        yield _event("error", {"code": "key_reused"})
        return
    for line in str(answer["reply"]).splitlines(keepends=True):
        yield _event("reply", {"text": line})
    yield _event("done", answer)


def _event(name: str, body: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"


def _read() -> Asked:
    """Raises UnauthorizedError, BadInputError or pydantic's ValidationError."""
    require_token(current_runtime().settings.api_token)
    body = ChatbotRequest.model_validate(request.get_json(silent=True))
    key = request.headers.get("Idempotency-Key") or uuid.uuid4().hex
    if len(key) > MAX_KEY:
        raise BadInputError(f"Idempotency-Key is longer than {MAX_KEY} characters", code="key")
    return Asked(
        body, hashlib.sha256(key.encode()).hexdigest(), hashlib.sha256(body.model_dump_json().encode()).hexdigest()[:32]
    )


def _answer(runtime: Runtime, asked: Asked) -> tuple[dict[str, Any] | None, bool]:
    """The answer, and whether it was given before; None when the key belongs to another request."""
    outlet_id = _bind(runtime, asked.body)
    message = Incoming(
        CHANNEL,
        asked.provider_id,
        asked.body.user_id,
        BUSINESS,
        Kind.TEXT,
        storable(asked.body.message),
        runtime.clock(),
    )
    recorded = record_once(runtime.engine, message, fingerprint=asked.fingerprint, window_ms=0)
    if recorded.altered:
        return None, True
    if outlet_id is not None:
        with autocommit(runtime.engine) as connection:
            connection.execute(CHOOSE, {"id": recorded.conversation_id, "outlet": outlet_id})
    process(runtime, recorded.conversation_id)
    return _from_ledger(runtime, asked.provider_id), recorded.message_id is None


def _bind(runtime: Runtime, body: ChatbotRequest) -> int | None:
    with transaction(runtime.engine) as connection:
        found = list(connection.execute(MEANT, {"user_id": body.user_id, "outlet": body.outlet_id}).scalars())
        bind(connection, contact_of(connection, CHANNEL, body.user_id), found, by=CHANNEL, actor=CHANNEL)
    if body.outlet_id is not None and not found:
        raise BadInputError("outlet_id is not an outlet of ours", code="outlet")
    return int(found[0]) if body.outlet_id is not None else None


def _from_ledger(runtime: Runtime, provider_id: str) -> dict[str, Any]:
    """Raises TemporaryError while another worker still has the conversation; asking again with the same key is safe."""
    with autocommit(runtime.engine) as connection:
        row = connection.execute(ANSWER, {"provider_id": provider_id}).one()
    if row.state == "received":
        raise TemporaryError("still being answered", retry_after_s=1)
    answer = {name: getattr(row, name) for name in ("reply", "session_id", "intent", "confidence", "language", "order")}
    return answer | {"reply": row.reply or "", "timeline": row.timeline or []}
