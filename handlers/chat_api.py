"""The JSON door: one request, one answer. For other systems and for trying things; the ledger makes it exactly-once too.

The bearer of API_TOKEN is trusted to say who is asking: `outlet_id` names an outlet exactly, or `user_id` is an address
that is registered for one. Nothing else decides the outlet.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, g, jsonify, request, stream_with_context
from pydantic import ValidationError
from sqlalchemy import text

from bot.channels.base import Incoming, MessageKind
from bot.channels.text import storable
from bot.decision import Reply
from bot.errors import BadInputError, TemporaryError
from bot.language.languages import DEFAULT
from bot.replies import render
from bot.replies.render import Voice
from bot.runtime import Runtime
from bot.telemetry import tracing
from handlers.bearer import require_token
from handlers.chat_schema import ChatbotAnswer, ChatbotRequest, problems_of
from handlers.current import current_runtime
from handlers.errors import error_event
from handlers.json_body import strict_json
from handlers.openapi_mark import described
from jobs.intake.chat_session import CHANNEL, admit
from jobs.intake.record import record_once
from jobs.process_conversation import process
from jobs.reads.chat_answers import read_answer
from models.database import autocommit, transaction

blueprint = Blueprint("chat_api", __name__)

BUSINESS = "api"
MAX_KEY = 255
"""As long as Stripe takes one."""
WAIT_S, LOOK_AGAIN_S = 5.0, 0.05
"""For another worker at the same conversation; a turn takes a tenth of a second."""
WITHOUT_A_REPLY = {"handed_over": "human", "parked": "apology"}
"""What is said when the bot itself wrote nothing: a person is in charge, or something broke."""

CHOOSE = text("UPDATE conversations SET outlet_id = :outlet WHERE id = :id AND outlet_id IS DISTINCT FROM :outlet")


class _KeyReusedError(BadInputError):
    """The key belongs to another request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its key: the same key is the same message of the ledger."""

    body: ChatbotRequest
    provider_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may be recorded. `outlet_id` is the row of the outlet that it names."""

    asked: Asked
    outlet_id: int | None


@blueprint.post("/api/chatbot")
@described(body=ChatbotRequest, answer=ChatbotAnswer, key=True, refusals=(400, 404, 409, 413, 415, 422, 429, 503))
def chatbot() -> Response | tuple[Response, int]:
    """Send one message and get the answer.

    With an `Idempotency-Key` the same request can be sent again safely: it is answered from the record, marked
    `Idempotency-Replayed: true`.
    """
    runtime = current_runtime()
    try:
        answer, replayed = _answer(runtime, _admitted(runtime))
    except ValidationError as error:
        return _invalid(error)
    except _KeyReusedError as error:
        return jsonify({"error": {"code": "key_reused", "message": str(error)}}), 409
    response = jsonify(answer)
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


@blueprint.post("/api/chatbot/stream")
@described(body=ChatbotRequest, media_type="text/event-stream", key=True, refusals=(400, 404, 413, 415, 422, 429, 503))
def stream() -> Response | tuple[Response, int]:
    """Send one message and get the answer as server-sent events.

    `accepted` at once, `reply` line by line, then `done` with the whole answer; or `error` with `code` and `message`. What
    is wrong with the request itself is refused before anything is streamed.
    """
    runtime = current_runtime()
    try:
        admitted = _admitted(runtime)
    except ValidationError as error:
        return _invalid(error)
    response = Response(stream_with_context(_events(runtime, admitted)), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    return response


def _invalid(error: ValidationError) -> tuple[Response, int]:
    body = {"code": "invalid", "message": "The request is not valid.", "fields": problems_of(error)}
    return jsonify({"error": body}), 422


def _events(runtime: Runtime, admitted: Admitted) -> Iterator[str]:
    """The status is sent already, so whatever goes wrong now is an event too; a stream never just breaks off."""
    yield _event("accepted", {})
    try:
        answer, _ = _answer(runtime, admitted)
    except _KeyReusedError as error:
        yield _event("error", {"code": "key_reused", "message": str(error)})
        return
    except Exception as error:  # noqa: BLE001 - said in the stream, logged and reported by error_event
        yield _event("error", error_event(error))
        return
    for line in str(answer["reply"]).splitlines(keepends=True):
        yield _event("reply", {"text": line})
    yield _event("done", answer)


def _event(name: str, body: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"


def _admitted(runtime: Runtime) -> Admitted:
    """Everything that can be refused before the message is recorded. Raises UnauthorizedError, BadInputError, TooFastError or
    pydantic's ValidationError."""
    asked = _read(runtime)
    body = asked.body
    with transaction(runtime.engine) as connection:
        outlet_id = admit(
            connection,
            user_id=body.user_id,
            outlet=body.outlet_id,
            session_id=body.session_id,
            provider_id=asked.provider_id,
        )
    return Admitted(asked, outlet_id)


def _read(runtime: Runtime) -> Asked:
    require_token(runtime.settings.api_token)
    raw = request.get_data()
    if raw and not request.is_json:
        abort(415)
    body = ChatbotRequest.model_validate(strict_json(raw) if raw else None)
    key = request.headers.get("Idempotency-Key", uuid.uuid4().hex)
    if not 1 <= len(key) <= MAX_KEY:
        raise BadInputError(f"Idempotency-Key must have 1 to {MAX_KEY} characters", code="key")
    fingerprint = hashlib.sha256(body.model_dump_json().encode()).hexdigest()[:32]
    return Asked(body, hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest(), fingerprint)


def _answer(runtime: Runtime, admitted: Admitted) -> tuple[dict[str, Any], bool]:
    """The answer, and whether it was given before. Raises _KeyReusedError when the key belongs to another request."""
    asked = admitted.asked
    words = storable(asked.body.message)
    message = Incoming(
        CHANNEL, asked.provider_id, asked.body.user_id, BUSINESS, MessageKind.TEXT, words, runtime.clock()
    )
    with tracing.span("receive", first=True, channel=CHANNEL):
        recorded = record_once(runtime.engine, message, fingerprint=asked.fingerprint, window_ms=0, flood=0)
        tracing.of([recorded.message_id])
    g.message_ids = {"message_id": recorded.message_id, "conversation_id": recorded.conversation_id}
    if recorded.altered:
        raise _KeyReusedError("This Idempotency-Key was used for another request.")
    if admitted.outlet_id is not None:
        with autocommit(runtime.engine) as connection:
            connection.execute(CHOOSE, {"id": recorded.conversation_id, "outlet": admitted.outlet_id})
    answer = _once_answered(runtime, recorded.conversation_id, asked.provider_id)
    return _never_silent(runtime, answer), recorded.message_id is None


def _once_answered(runtime: Runtime, conversation_id: int, provider_id: str) -> dict[str, Any]:
    """Answers here, or waits a while for whoever is at this conversation already: an earlier message, or the same one sent
    twice. Raises TemporaryError when that takes too long; asking again with the same key is safe."""
    until = time.monotonic() + WAIT_S
    while True:
        process(runtime, conversation_id)
        try:
            with autocommit(runtime.engine) as connection:
                return read_answer(connection, provider_id)
        except TemporaryError:
            if time.monotonic() > until:
                raise
        time.sleep(LOOK_AGAIN_S)


def _never_silent(runtime: Runtime, answer: dict[str, Any]) -> dict[str, Any]:
    """A program that gets an empty reply cannot tell it from a broken one."""
    state = answer.pop("state")
    if not answer["reply"]:
        voice = Voice(answer["language"] or DEFAULT, runtime.settings.currency, "", None, runtime.settings.tax_rate)
        answer["reply"] = render(Reply(WITHOUT_A_REPLY.get(state, "help")), voice).text
    return answer
