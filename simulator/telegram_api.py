"""Telegram's Bot API: the methods that an ordering bot calls, with Telegram's own error bodies and limits."""

from __future__ import annotations

import hmac
import json
import math
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from simulator.config import SimulatorConfig
from simulator.faults import Fault
from simulator.limits import ChatLimits
from simulator.providers import Call, Outcome
from simulator.telegram import next_id
from simulator.twilio_api import IMAGE
from simulator.wire import Answer, Request, json_answer

PATH = re.compile(r"^/(?P<file>file/)?bot(?P<token>[^/]+)/(?P<rest>.+)$")
MAX_TEXT = 4096
CALLBACK_LIFETIME_S = 20.0
WORDS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    429: "Too Many Requests: retry after {retry_after}",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


class TelegramError(Exception):
    """Ends a call with Telegram's error body."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.retry_after = code, description, retry_after

    def answer(self) -> Answer:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return json_answer(body, self.code)


@dataclass
class TelegramApi:
    """The stand-in. Webhook address and secret are those of `setWebhook`, else those of the configuration."""

    config: SimulatorConfig
    name: str = "telegram"
    prefixes: tuple[str, ...] = ("/bot", "/file/bot")
    limits: ChatLimits | None = None
    webhook: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _messages: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    _pressed: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.config.telegram_limits:
            self.limits = ChatLimits()

    def read(self, request: Request) -> Call:
        found = PATH.match(request.path)
        if not found or not hmac.compare_digest(found["token"].encode(), self.config.telegram_bot_token.encode()):
            return Call("unauthorized", {}, request)
        if found["file"]:
            return Call("file", {"path": found["rest"]}, request)
        return Call(found["rest"], _read_fields(request), request)

    def act(self, call: Call, fault: Fault | None) -> Outcome:
        method = METHODS.get(call.operation.lower())
        try:
            if call.operation == "unauthorized":
                raise TelegramError(401, "Unauthorized")
            if call.operation == "file":
                return Outcome(Answer(200, IMAGE, "application/octet-stream"))
            if method is None:
                raise TelegramError(404, "Not Found")
            return method(self, dict(call.fields))
        except TelegramError as error:
            return Outcome(error.answer())

    def refusal(self, fault: Fault) -> Answer:
        code = int(fault.code or fault.status)
        retry_after = math.ceil(fault.retry_after_s) if fault.retry_after_s is not None else None
        if code == 429 and retry_after is None:
            retry_after = 1
        words = fault.message or WORDS.get(code, "Internal Server Error").format(retry_after=retry_after)
        return TelegramError(code, words, retry_after).answer()

    def forget(self) -> None:
        with self._lock:
            self._messages.clear()
            self._pressed.clear()
            self.limits = ChatLimits() if self.config.telegram_limits else None

    def note_pressed(self, callback_id: str) -> None:
        """A button was pressed now; its answer is awaited for a while only."""
        self._pressed[callback_id] = time.monotonic()

    def message(self, chat_id: int, message_id: int) -> dict[str, Any] | None:
        return self._messages.get((chat_id, message_id))

    def get_me(self, fields: dict[str, Any]) -> Outcome:
        return _done(self._bot() | {"can_join_groups": False, "can_read_all_group_messages": False})

    def send_message(self, fields: dict[str, Any]) -> Outcome:
        chat_id = _chat_id(fields)
        text = str(fields.get("text") or "")
        if not text.strip():
            raise TelegramError(400, "Bad Request: message text is empty")
        if len(text) > MAX_TEXT:
            raise TelegramError(400, "Bad Request: message is too long")
        _check_markup(fields.get("reply_markup"))
        self._limit(chat_id)
        message_id = next_id()
        message: dict[str, Any] = {
            "message_id": message_id,
            "from": self._bot(),
            "chat": {"id": chat_id, "type": "private", "first_name": f"Tester {chat_id}"},
            "date": int(time.time()),
            "text": text,
        }
        if markup := _inline(fields):
            message["reply_markup"] = markup
        self._messages[(chat_id, message_id)] = message
        return _done(message, effect=str(message_id))

    def send_chat_action(self, fields: dict[str, Any]) -> Outcome:
        _chat_id(fields)
        return _done(True)

    def answer_callback_query(self, fields: dict[str, Any]) -> Outcome:
        pressed = self._pressed.get(str(fields.get("callback_query_id")))
        if pressed is not None and time.monotonic() - pressed > CALLBACK_LIFETIME_S:
            raise TelegramError(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        if len(str(fields.get("text") or "")) > 200:
            raise TelegramError(400, "Bad Request: MESSAGE_TOO_LONG")
        return _done(True)

    def edit_markup(self, fields: dict[str, Any]) -> Outcome:
        return self._edit(fields, {"reply_markup": _inline(fields)})

    def edit_text(self, fields: dict[str, Any]) -> Outcome:
        if not str(fields.get("text") or "").strip():
            raise TelegramError(400, "Bad Request: message text is empty")
        return self._edit(fields, {"text": fields["text"], "reply_markup": _inline(fields)})

    def set_webhook(self, fields: dict[str, Any]) -> Outcome:
        self.webhook = {
            "url": fields.get("url", ""),
            "secret": fields.get("secret_token", ""),
            "allowed_updates": fields.get("allowed_updates"),
        }
        return _done(True)

    def delete_webhook(self, fields: dict[str, Any]) -> Outcome:
        self.webhook = {}
        return _done(True)

    def get_webhook_info(self, fields: dict[str, Any]) -> Outcome:
        info = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": 0,
            "max_connections": 40,
        }
        asked = self.webhook.get("allowed_updates")
        return _done(info | ({"allowed_updates": asked} if asked else {}))

    def get_file(self, fields: dict[str, Any]) -> Outcome:
        file_id = str(fields.get("file_id") or "")
        if not file_id:
            raise TelegramError(400, "Bad Request: invalid file_id")
        kind = file_id.split("-", 1)[0]
        return _done(
            {
                "file_id": file_id,
                "file_unique_id": f"u-{file_id}",
                "file_size": len(IMAGE),
                "file_path": f"{kind}s/{file_id}",
            }
        )

    def _bot(self) -> dict[str, Any]:
        return {"id": self.config.bot_id, "is_bot": True, "first_name": "Tria", "username": "tria_order_bot"}

    def _limit(self, chat_id: int) -> None:
        if self.limits and (wait_s := self.limits.wait_s(str(chat_id))):
            seconds = max(1, math.ceil(wait_s))
            raise TelegramError(429, f"Too Many Requests: retry after {seconds}", seconds)

    def _edit(self, fields: dict[str, Any], changes: dict[str, Any]) -> Outcome:
        key = (_chat_id(fields), int(fields.get("message_id") or 0))
        with self._lock:
            message = self._messages.get(key)
            if message is None:
                raise TelegramError(400, "Bad Request: message to edit not found")
            edited = {name: value for name, value in (message | changes).items() if value is not None}
            edited.pop("edit_date", None)
            if edited == {name: value for name, value in message.items() if name != "edit_date"}:
                raise TelegramError(
                    400,
                    "Bad Request: message is not modified: specified new message content and reply markup are "
                    "exactly the same as a current content and reply markup of the message",
                )
            self._messages[key] = edited | {"edit_date": int(time.time())}
        return _done(self._messages[key], effect=str(key[1]))


METHODS = {
    "getme": TelegramApi.get_me,
    "sendmessage": TelegramApi.send_message,
    "sendchataction": TelegramApi.send_chat_action,
    "answercallbackquery": TelegramApi.answer_callback_query,
    "editmessagereplymarkup": TelegramApi.edit_markup,
    "editmessagetext": TelegramApi.edit_text,
    "setwebhook": TelegramApi.set_webhook,
    "deletewebhook": TelegramApi.delete_webhook,
    "getwebhookinfo": TelegramApi.get_webhook_info,
    "getfile": TelegramApi.get_file,
}


def _done(result: Any, effect: str | None = None) -> Outcome:
    return Outcome(json_answer({"ok": True, "result": result}), effect)


def _read_fields(request: Request) -> dict[str, Any]:
    """Form values that are JSON (markup, lists) are read as such, as Telegram does."""
    fields = dict(request.fields)
    for name in ("reply_markup", "allowed_updates", "entities", "link_preview_options", "reply_parameters"):
        if isinstance(raw := fields.get(name), str):
            try:
                fields[name] = json.loads(raw)
            except ValueError:
                fields[name] = {"unreadable": raw}
    return fields


def _chat_id(fields: dict[str, Any]) -> int:
    raw = str(fields.get("chat_id") or "")
    if not raw:
        raise TelegramError(400, "Bad Request: chat_id is empty")
    if not raw.lstrip("-").isdigit():
        raise TelegramError(400, "Bad Request: chat not found")
    return int(raw)


def _inline(fields: dict[str, Any]) -> dict[str, Any] | None:
    """The buttons under the message, None when there are none (an empty markup takes them away)."""
    markup = fields.get("reply_markup") or {}
    return dict(markup) if markup.get("inline_keyboard") else None


def _check_markup(markup: Any) -> None:
    """Raises for what Telegram refuses: unreadable JSON, a button without a text, callback_data not of 1 to 64 bytes."""
    if not markup:
        return
    if not isinstance(markup, dict) or "unreadable" in markup:
        raise TelegramError(400, "Bad Request: can't parse reply keyboard markup JSON object")
    for button in [button for row in markup.get("inline_keyboard", []) for button in row]:
        if not button.get("text"):
            raise TelegramError(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed")
        if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
            raise TelegramError(400, "Bad Request: BUTTON_DATA_INVALID")
