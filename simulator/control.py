"""The control door: read and reset the ledger, order misbehaviour, act as a customer, follow the chats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bot.errors import BadInputError
from simulator import telegram, twilio
from simulator.adversary import Mode
from simulator.chats import Chats
from simulator.config import changed
from simulator.faults import read_fault
from simulator.senders import Sent
from simulator.simulation import Simulator
from simulator.wire import Answer, Request, json_answer

PREFIX = "/control/"
MAX_WAIT_S = 60.0
Built = TypeVar("Built")


class Control:
    """Answers everything below /control/. Wrong input is a 400 that says what is wrong."""

    def __init__(self, simulator: Simulator, chats: Chats) -> None:
        self.simulator = simulator
        self.chats = chats
        self.routes: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "/control/health"): lambda _: {"ok": True},
            ("GET", "/control/ledger"): self.ledger,
            ("POST", "/control/reset"): self.reset,
            ("GET", "/control/faults"): lambda _: {"faults": self.simulator.faults.rules()},
            ("POST", "/control/faults"): self.add_faults,
            ("DELETE", "/control/faults"): self.remove_faults,
            ("POST", "/control/send/twilio"): self.send_twilio,
            ("POST", "/control/send/telegram"): self.send_telegram,
            ("GET", "/control/chats"): self.follow_chats,
            ("POST", "/control/openai"): self.teach_openai,
            ("POST", "/control/config"): self.configure,
        }

    def respond(self, request: Request) -> Answer:
        route = self.routes.get((request.method, request.path))
        if route is None:
            return json_answer({"error": f"no {request.method} {request.path}"}, 404)
        if request.method == "POST" and request.body and not request.is_json:
            return json_answer({"error": "send JSON with Content-Type: application/json"}, 415)
        try:
            return json_answer(route(request))
        except BadInputError as error:
            return json_answer({"error": str(error)}, 400)

    def ledger(self, request: Request) -> Any:
        """Filters provider, kind, operation, after, limit; with `count` waits up to `wait_s` for so many entries."""
        asked = request.fields
        filters: dict[str, Any] = {name: str(asked.get(name, "")) for name in ("provider", "kind", "operation")}
        filters |= {name: int(_number(asked, name)) for name in ("after", "limit")}
        if count := int(_number(asked, "count")):
            wait_s = min(_number(asked, "wait_s"), MAX_WAIT_S)
            entries = self.simulator.ledger.wait_for(count, timeout_s=wait_s, **filters)
        else:
            entries = self.simulator.ledger.entries(**filters)
        return {"entries": [entry.as_json() for entry in entries], "last_id": self.simulator.ledger.last_id}

    def reset(self, request: Request) -> Any:
        self.simulator.reset()
        return {"ok": True}

    def add_faults(self, request: Request) -> Any:
        """One fault, a list of them, or {"faults": [...], "seed": 7}."""
        asked = request.json
        if isinstance(asked, dict) and "seed" in asked:
            self.simulator.faults.seed(int(_number(asked, "seed")))
        given = asked.get("faults", [asked]) if isinstance(asked, dict) else asked
        faults = [read_fault(raw) for raw in given or []]
        return {"ids": [self.simulator.faults.add(fault) for fault in faults]}

    def remove_faults(self, request: Request) -> Any:
        self.simulator.faults.remove(int(_number(request.fields, "id")) or None)
        return {"ok": True}

    def send_twilio(self, request: Request) -> Any:
        """The arguments of `twilio.build_form`, `from` for the sender; `copies` over `connections`; `wait` (default true)."""
        asked = _object(request)
        options = _options(asked)
        sender = str(asked.pop("from", "") or "")
        if not sender and not asked.get("bsuid"):
            raise BadInputError("`from` is missing: the phone that writes, such as +6580000101")
        form = _build(lambda: twilio.build_form(self.simulator.config, sender, **asked))
        send = self.simulator.from_whatsapp.send
        return self._send(lambda: send(form, self.simulator.twilio, *options[1:]), form["MessageSid"], options[0])

    def send_telegram(self, request: Request) -> Any:
        """The arguments of `telegram.build_update`; `copies` over `connections`; `wait` (default true)."""
        asked = _object(request)
        options = _options(asked)
        user_id = int(_number(asked, "user_id"))
        asked.pop("user_id", None)
        if not user_id:
            raise BadInputError("`user_id` is missing: the number of the Telegram user that writes")
        update = _build(lambda: telegram.build_update(user_id, **asked))
        send = self.simulator.from_telegram.send
        return self._send(lambda: send(update, *options[1:]), str(update["update_id"]), options[0])

    def follow_chats(self, request: Request) -> Any:
        """What came after a cursor; with `wait_s` as soon as something comes, at the latest then."""
        after = int(_number(request.fields, "after"))
        if wait_s := min(_number(request.fields, "wait_s"), MAX_WAIT_S):
            self.simulator.ledger.wait_for(1, timeout_s=wait_s, after=after)
        return self.chats.since(after)

    def configure(self, request: Request) -> Any:
        """Any field of SimulatorConfig, from now on."""
        self.simulator.configure(changed(self.simulator.config, _object(request)))
        return {"ok": True}

    def teach_openai(self, request: Request) -> Any:
        """`script`: the next answers, each a string, JSON, or {"mode": ...}; `mode`: how it behaves when the script ends."""
        asked = _object(request)
        openai = self.simulator.openai
        try:
            openai.mode = Mode(asked.get("mode", openai.mode))
        except ValueError as e:
            raise BadInputError(f"mode is one of {', '.join(Mode)}") from e
        openai.script.extend(asked.get("script", []))
        return {"mode": openai.mode, "script": len(openai.script)}

    def _send(self, send: Callable[[], Sent], id_: str, wait: bool) -> Any:
        if wait:
            return send().as_json()
        self.simulator.office.later(0, lambda: _discard(send()))
        return {"id": id_}


def _discard(_: Sent) -> None:
    """Nobody waits for this answer; the ledger has it."""


def _object(request: Request) -> dict[str, Any]:
    if not isinstance(request.json, dict):
        raise BadInputError("send one JSON object")
    return dict(request.json)


def _options(asked: dict[str, Any]) -> tuple[bool, int, int]:
    """Takes wait, copies and connections out of the arguments."""
    wait = bool(asked.pop("wait", True))
    copies, connections = (max(1, int(_number(asked, name))) for name in ("copies", "connections"))
    asked.pop("copies", None)
    asked.pop("connections", None)
    return wait, copies, connections


def _number(asked: dict[str, Any], name: str) -> float:
    try:
        return float(asked.get(name) or 0)
    except (TypeError, ValueError) as e:
        raise BadInputError(f"`{name}` is not a number") from e


def _build(build: Callable[[], Built]) -> Built:
    try:
        return build()
    except (TypeError, ValueError, AttributeError) as e:
        raise BadInputError(f"cannot build that: {e}") from e
