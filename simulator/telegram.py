"""What Telegram posts to a webhook: Bot API updates. Plain functions, usable without the server."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from typing import Any

INBOUND_PATH = "/webhooks/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
BOT = {"id": 1_000_000_000, "is_bot": True, "first_name": "Tria", "username": "tria_order_bot"}

_EPOCH_2026 = 1_767_225_600
_ids = itertools.count(int((time.time() - _EPOCH_2026) * 20))
"""Ids of updates, messages, callbacks and files. Starts later at every start, so that a restart repeats none."""


def next_id() -> int:
    return next(_ids)


def person(user_id: int, first_name: str = "", username: str = "", language: str = "en") -> dict[str, Any]:
    """A Telegram user (and, with the same id, their private chat)."""
    user = {"id": user_id, "is_bot": False, "first_name": first_name or f"Tester {user_id}", "language_code": language}
    return user | ({"username": username} if username else {})


def build_update(
    user_id: int,
    text: str | None = None,
    *,
    contact: Mapping[str, Any] | None = None,
    callback_data: str | None = None,
    pressed_message_id: int = 0,
    edit_of: int = 0,
    photo: bool = False,
    voice: bool = False,
    document: str = "",
    sticker: str = "",
    location: tuple[float, float] | None = None,
    reaction: str = "",
    reaction_to: int = 0,
    caption: str = "",
    replied_to: int = 0,
    first_name: str = "",
    language: str = "en",
    update_id: int | None = None,
    message_id: int | None = None,
    sent_at: int | None = None,
) -> dict[str, Any]:
    """One update of a private chat, of the kind that the arguments ask for; a plain text message without any.

    `contact` is `{"phone_number": "+65...", "user_id": 5}`: a shared contact card, one's own when the ids are equal.
    `callback_data` is a pressed inline button of message `pressed_message_id`. `edit_of` turns the text into an edit.
    """
    sender = person(user_id, first_name, language=language)
    update: dict[str, Any] = {"update_id": update_id if update_id is not None else next_id()}
    now = sent_at or int(time.time())
    if callback_data is not None:
        return update | {"callback_query": _pressed(sender, callback_data, pressed_message_id, now)}
    if reaction:
        return update | {"message_reaction": _reaction(sender, reaction, reaction_to, now)}
    message = _message(sender, edit_of or message_id or next_id(), now)
    message |= _content(text, contact, photo, voice, document, sticker, location, caption)
    if replied_to:
        message["reply_to_message"] = _message(dict(BOT), replied_to, now) | {"chat": message["chat"]}
    if edit_of:
        return update | {"edited_message": message | {"edit_date": now}}
    return update | {"message": message}


def _message(sender: dict[str, Any], message_id: int, now: int) -> dict[str, Any]:
    chat = {"id": sender["id"], "type": "private", "first_name": sender["first_name"]}
    return {"message_id": message_id, "from": sender, "chat": chat, "date": now}


def _content(
    text: str | None,
    contact: Mapping[str, Any] | None,
    photo: bool,
    voice: bool,
    document: str,
    sticker: str,
    location: tuple[float, float] | None,
    caption: str,
) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if contact is not None:
        content["contact"] = {"first_name": "Tester"} | dict(contact)
    if photo:
        content["photo"] = [_file("photo") | {"width": side, "height": side} for side in (90, 800)]
    if voice:
        content["voice"] = _file("voice") | {"duration": 4, "mime_type": "audio/ogg"}
    if document:
        content["document"] = _file("document") | {"file_name": document, "mime_type": "application/pdf"}
    if sticker:
        content["sticker"] = _file("sticker") | {
            "emoji": sticker, "type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False
        }  # fmt: skip
    if location:
        content["location"] = {"latitude": location[0], "longitude": location[1]}
    if caption:
        content["caption"] = caption
    if text is not None:
        content["text"] = text
        if text.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return content


def _file(kind: str) -> dict[str, Any]:
    file_id = f"{kind}-{next_id()}"
    return {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": 68}


def _pressed(sender: dict[str, Any], data: str, message_id: int, now: int) -> dict[str, Any]:
    chat = {"id": sender["id"], "type": "private", "first_name": sender["first_name"]}
    message = {"message_id": message_id or next_id(), "from": dict(BOT), "chat": chat, "date": now, "text": "..."}
    return {"id": str(next_id()), "from": sender, "chat_instance": str(sender["id"]), "message": message, "data": data}


def _reaction(sender: dict[str, Any], emoji: str, message_id: int, now: int) -> dict[str, Any]:
    chat = {"id": sender["id"], "type": "private", "first_name": sender["first_name"]}
    return {
        "chat": chat,
        "message_id": message_id,
        "user": sender,
        "date": now,
        "old_reaction": [],
        "new_reaction": [{"type": "emoji", "emoji": emoji}],
    }
