"""OpenAI's chat completions and embeddings, as the real client library expects them.

What the LLM says comes from, in this order: the script a test wrote, the mode it chose, else a plausible answer made of
the request's own candidates. Nothing here is random.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.adversary import MUTATIONS, Mode
from simulator.embedding import embed
from simulator.faults import Fault
from simulator.plausible import answer_plausibly
from simulator.providers import Call, Outcome
from simulator.wire import Answer, Request, json_answer

STALL_S = 120.0
OPERATIONS = {"/v1/chat/completions": "chat.completions", "/v1/embeddings": "embeddings", "/v1/models": "models"}
REFUSALS = {
    400: ("invalid_request_error", None, "We could not parse the JSON body of your request."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached. Please try again later."),
    500: ("server_error", None, "The server had an error while processing your request."),
    503: ("server_error", None, "That model is currently overloaded with other requests."),
}
DIMENSIONS = {"text-embedding-3-large": 3072}

Think = Callable[[dict[str, Any]], Any]
"""From the request's body to what the LLM says: a string as it is, anything else as JSON."""


@dataclass
class OpenAIApi:
    """The stand-in. `script` is used up answer by answer; `mode` holds until it is changed."""

    name: str = "openai"
    prefixes: tuple[str, ...] = ("/v1/",)
    mode: Mode = Mode.PLAUSIBLE
    think: Think = answer_plausibly
    script: deque[Any] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def read(self, request: Request) -> Call:
        fields = request.json if isinstance(request.json, dict) else {}
        one_model = request.path.startswith("/v1/models/")
        return Call("models" if one_model else OPERATIONS.get(request.path, "unknown"), fields, request)

    def act(self, call: Call, fault: Fault | None) -> Outcome:
        if not re.match(r"Bearer \S+$", call.request.headers.get("Authorization", "")):
            return Outcome(_refuse(401))
        if call.operation == "chat.completions":
            return self._chat(dict(call.fields))
        if call.operation == "embeddings":
            return _embeddings(dict(call.fields))
        if call.operation == "models":
            name = call.request.path.removeprefix("/v1/models").strip("/")
            found = {"id": name, "object": "model"} if name else {"object": "list", "data": []}
            return Outcome(json_answer(found))
        return Outcome(_refuse(400, f"Unknown request URL: {call.request.path}", 404))

    def refusal(self, fault: Fault) -> Answer:
        headers = {"Retry-After": f"{fault.retry_after_s:g}"} if fault.retry_after_s is not None else None
        return _refuse(fault.status, fault.message, headers=headers)

    def forget(self) -> None:
        with self._lock:
            self.script.clear()
            self.mode = Mode.PLAUSIBLE
            self.think = answer_plausibly

    def _chat(self, body: dict[str, Any]) -> Outcome:
        if not body.get("model") or not body.get("messages"):
            return Outcome(_refuse(400))
        with self._lock:
            scripted = self.script.popleft() if self.script else None
        mode = self.mode
        if isinstance(scripted, dict) and "mode" in scripted:
            mode, scripted = Mode(scripted["mode"]), None
        if mode in BROKEN:
            return Outcome(BROKEN[mode]())
        said = scripted if scripted is not None else MUTATIONS[mode](self.think(body), body)
        return self._completion(body, mode, said)

    def _completion(self, body: dict[str, Any], mode: Mode, said: Any) -> Outcome:
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        number = next(self._ids)
        message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
        finish = "stop"
        if mode is Mode.REFUSAL:
            message |= {"content": None, "refusal": "I'm sorry, I can't assist with that request."}
        if mode is Mode.LENGTH:
            finish, message["content"] = "length", text[: len(text) // 2]
        if mode is Mode.CONTENT_FILTER:
            finish, message["content"] = "content_filter", ""
        choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
        answer = {
            "id": f"chatcmpl-simulated{number}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": body["model"],
            "choices": [] if mode is Mode.EMPTY_CHOICES else [choice],
            "usage": _usage(json.dumps(body["messages"]), text),
        }
        return Outcome(json_answer(answer), effect=answer["id"])


def _refuse(status: int, message: str = "", answered: int = 0, headers: dict[str, str] | None = None) -> Answer:
    kind, code, words = REFUSALS.get(status, REFUSALS[500])
    body = {"error": {"message": message or words, "type": kind, "param": None, "code": code}}
    return json_answer(body, answered or status, headers)


BROKEN: dict[Mode, Callable[[], Answer]] = {
    Mode.RATE_LIMIT: lambda: _refuse(429),
    Mode.SERVER_ERROR: lambda: _refuse(500),
    Mode.ERROR_IN_200: lambda: _refuse(500, answered=200),
    Mode.NOT_JSON: lambda: Answer(200, b"<html>Bad gateway</html>", "text/html"),
    Mode.STALL: lambda: Answer(cut=True, hold_s=STALL_S),
}
"""Modes in which no completion comes at all."""


def _usage(prompt: str, completion: str) -> dict[str, int]:
    """About four characters a token, as English is."""
    spent = {"prompt_tokens": len(prompt) // 4 + 1, "completion_tokens": len(completion) // 4 + 1}
    return spent | {"total_tokens": sum(spent.values())}


def _embeddings(body: dict[str, Any]) -> Outcome:
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not texts or not all(isinstance(text, str) and text for text in texts):
        return Outcome(_refuse(400, "'$.input' is invalid."))
    model = body.get("model", "")
    size = int(body.get("dimensions") or DIMENSIONS.get(model, 1536))
    vectors = [embed(text, size) for text in texts]
    if body.get("encoding_format") == "base64":
        shown: list[Any] = [base64.b64encode(vector.tobytes()).decode() for vector in vectors]
    else:
        shown = [vector.tolist() for vector in vectors]
    tokens = sum(len(text) // 4 + 1 for text in texts)
    answer = {
        "object": "list",
        "model": model,
        "data": [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(shown)],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
    return Outcome(json_answer(answer))
