"""The ledger told as conversations: what a customer would see on their phone. A pure reading of entries, no state.

One event is a small object: `chat` (`whatsapp:+65...` or `telegram:42`), `kind`, and what that kind needs:
`in` (the customer wrote), `out` (the bot wrote), `status` (a tick of an `out`), `typing`, `edit` (buttons or text of an
`out` replaced), `notice` (a toast on a pressed button).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from simulator.ledger import CALL, Entry, Ledger

MAX_EVENTS = 2000


class Chats:
    """Follows the ledger by cursor."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def since(self, after: int) -> dict[str, Any]:
        """Events of the entries after a cursor, and the next cursor. Another `epoch` means: forget all, begin at 0."""
        epoch, last_id = str(self.ledger.epoch), self.ledger.last_id
        entries = self.ledger.entries(after=after, limit=MAX_EVENTS)
        events = [event for entry in entries if (event := read_event(entry))]
        return {"cursor": entries[-1].id if entries else last_id, "epoch": epoch, "events": events}


def read_event(entry: Entry) -> dict[str, Any] | None:
    """What this exchange means to the customer; None when nothing is seen of it."""
    reader = READERS.get((entry.kind, entry.provider, entry.operation))
    event = reader(entry) if reader else None
    return {"id": entry.id, "at": entry.at} | event if event else None


def _whatsapp_in(entry: Entry) -> dict[str, Any]:
    form = entry.sent
    return {
        "chat": form["From"],
        "kind": "in",
        "message": form["MessageSid"],
        "text": form.get("Body", ""),
        "attachment": _whatsapp_attachment(entry),
        "accepted": _accepted(entry),
        "status": entry.status,
    }


def _whatsapp_attachment(entry: Entry) -> str:
    form = entry.sent
    if form.get("Latitude"):
        return "location"
    return str(form.get("MediaContentType0", ""))


def _whatsapp_out(entry: Entry) -> dict[str, Any] | None:
    if entry.effect is None:
        return None
    text = entry.sent.get("Body") or json.loads(entry.answer)["body"]
    return {"chat": entry.sent["To"], "kind": "out", "message": entry.effect, "text": text}


def _whatsapp_status(entry: Entry) -> dict[str, Any]:
    form = entry.sent
    return {"chat": form["To"], "kind": "status", "message": form["MessageSid"], "status": form["MessageStatus"]}


def _telegram_in(entry: Entry) -> dict[str, Any] | None:
    update = entry.sent
    if pressed := update.get("callback_query"):
        return _telegram(pressed["from"]["id"], "pressed") | {
            "message": pressed["message"]["message_id"], "data": pressed["data"], "accepted": _accepted(entry)
        }  # fmt: skip
    message = update.get("message") or update.get("edited_message")
    if message is None:
        return None
    return _telegram(message["chat"]["id"], "in") | {
        "message": message["message_id"],
        "text": message.get("text") or message.get("caption") or "",
        "edited": "edited_message" in update,
        "attachment": next((kind for kind in ATTACHMENTS if kind in message), ""),
        "phone": message.get("contact", {}).get("phone_number", ""),
        "accepted": _accepted(entry),
        "status": entry.status,
    }


ATTACHMENTS = ("contact", "photo", "voice", "document", "sticker", "location")


def _telegram_out(entry: Entry) -> dict[str, Any] | None:
    if entry.effect is None:
        return None
    return _telegram(entry.sent["chat_id"], "out") | {
        "message": int(entry.effect),
        "text": str(entry.sent.get("text", "")),
        "markup": entry.sent.get("reply_markup"),
    }


def _telegram_edit(entry: Entry) -> dict[str, Any] | None:
    if entry.effect is None:
        return None
    return _telegram(entry.sent["chat_id"], "edit") | {
        "message": int(entry.effect),
        "text": entry.sent.get("text"),
        "markup": entry.sent.get("reply_markup"),
    }


def _telegram_typing(entry: Entry) -> dict[str, Any]:
    return _telegram(entry.sent.get("chat_id"), "typing")


def _telegram(chat_id: Any, kind: str) -> dict[str, Any]:
    return {"chat": f"telegram:{chat_id}", "kind": kind}


def _accepted(entry: Entry) -> bool:
    return entry.status is not None and 200 <= entry.status < 300


READERS: dict[tuple[str, str, str], Callable[[Entry], dict[str, Any] | None]] = {
    ("webhook", "twilio", "webhook"): _whatsapp_in,
    (CALL, "twilio", "messages.create"): _whatsapp_out,
    ("webhook", "twilio", "status"): _whatsapp_status,
    ("webhook", "telegram", "webhook"): _telegram_in,
    (CALL, "telegram", "sendMessage"): _telegram_out,
    (CALL, "telegram", "editMessageReplyMarkup"): _telegram_edit,
    (CALL, "telegram", "editMessageText"): _telegram_edit,
    (CALL, "telegram", "sendChatAction"): _telegram_typing,
}
