"""Telegram, inbound: updates as typed values."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Annotated, Any

from limits import RateLimitItemPerSecond
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.base import Incoming, MessageKind
from bot.channels.spec import ChannelSpec, Rate
from bot.channels.text import storable, with_struck
from bot.errors import BadInputError, UnauthorizedError

NAME = "telegram"
MAX_TEXT = 4096
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "message_reaction")
"""What the webhook asks Telegram for; reactions are sent only when they are named."""
TIMEOUT_S = 10.0
BIGINT = 2**63 - 1
MALFORMED = "malformed"
"""Why an update of a known kind was not worked on: it has a form that we do not know."""

MEDIA = {
    "photo": MessageKind.IMAGE, "voice": MessageKind.VOICE, "audio": MessageKind.VOICE, "video": MessageKind.VIDEO, "video_note": MessageKind.VIDEO,
    "animation": MessageKind.VIDEO, "document": MessageKind.DOCUMENT, "sticker": MessageKind.STICKER, "location": MessageKind.LOCATION,
    "venue": MessageKind.LOCATION, "contact": MessageKind.CONTACT,
}  # fmt: skip


SPEC = ChannelSpec(
    NAME,
    door="handlers.telegram",
    provider="telegram",
    client="bot.channels.telegram_client:Telegram",
    configured=lambda settings: bool(settings.telegram_bot_token.get_secret_value()),
    simulated=lambda settings: settings.telegram_api_base_url == settings.simulator_url,
    settings_needed="set TELEGRAM_BOT_TOKEN",
    max_length=MAX_TEXT,
    # 30 a second over all chats, one a second in one chat with short bursts, taken as three in any three seconds
    rate=Rate(RateLimitItemPerSecond(30), RateLimitItemPerSecond(3, 3)),
    # Sixteen send 26 a second at 600 ms a call. Each may leave one copy behind when its worker is killed (docs/decisions/0008).
    threads=16,
    own_address=lambda settings: settings.telegram_bot_token.get_secret_value().partition(":")[0],
    shares_contact=True,
)

OTHER_CONTENT = frozenset(
    {
        "text",
        "caption",
        "dice",
        "game",
        "poll",
        "story",
        "checklist",
        "paid_media",
        "invoice",
        "live_photo",
        "rich_message",
    }
)
"""What a person can send besides MEDIA. A message without any of it is Telegram's own note: pinned, a timer, a background."""

TelegramId = Annotated[int, Field(strict=True, ge=-BIGINT, le=BIGINT)]


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class User(_Payload):
    id: TelegramId
    is_bot: bool = False
    first_name: str = ""
    language_code: str = ""


class Chat(_Payload):
    id: TelegramId
    type: str


class SharedContact(_Payload):
    phone_number: Annotated[str, Field(max_length=64)]
    user_id: TelegramId | None = None


class Replied(_Payload):
    message_id: TelegramId
    text: str = ""


class Entity(_Payload):
    """How a stretch of the text is shown; places count UTF-16 units."""

    type: str
    offset: Annotated[int, Field(ge=0, le=BIGINT)]
    length: Annotated[int, Field(ge=0, le=BIGINT)]


class Message(_Payload):
    message_id: TelegramId
    date: Annotated[int, Field(ge=0, le=2**40)]
    media_group_id: Annotated[str, Field(max_length=100)] = ""
    edit_date: Annotated[int, Field(ge=0, le=2**40)] | None = None
    chat: Chat
    from_: User | None = Field(None, alias="from")
    text: str = ""
    entities: list[Entity] = []
    caption: str = ""
    caption_entities: list[Entity] = []
    contact: SharedContact | None = None
    reply_to_message: Replied | None = None
    forward_origin: dict[str, Any] | None = None
    via_bot: User | None = None


class CallbackQuery(_Payload):
    id: str
    from_: User = Field(alias="from")
    data: Annotated[str, Field(max_length=64)] = ""
    message: Message | None = None


class Reaction(_Payload):
    chat: Chat
    message_id: TelegramId
    user: User | None = None
    date: int
    new_reaction: list[dict[str, Any]] = []


class Update(_Payload):
    update_id: Annotated[int, Field(strict=True, ge=0, le=BIGINT)]
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    message_reaction: Reaction | None = None


def verify_secret(expected: str, given: list[str]) -> None:
    """Raises UnauthorizedError unless exactly one header came and equals the secret, compared in constant time."""
    if len(given) != 1 or not expected or not hmac.compare_digest(given[0].encode(), expected.encode()):
        raise UnauthorizedError("secret token missing or wrong", code="secret")


def _ignored(message: Message, raw: dict[str, Any], kind: MessageKind | None) -> str | None:
    if message.from_ is None or message.from_.is_bot or message.via_bot is not None:
        return "from_bot"
    if message.chat.type != "private":
        return "not_private"
    if not (raw.keys() & MEDIA.keys() or raw.keys() & OTHER_CONTENT):
        return "service_message"
    if kind is MessageKind.EDIT and not (message.text or message.caption):
        return "edit_without_words"  # such as each step of a live location
    return None


def _media_kind(raw: dict[str, Any]) -> MessageKind:
    return next((kind for name, kind in MEDIA.items() if name in raw), MessageKind.UNSUPPORTED)


def _marked(text: str, entities: list[Entity]) -> str:
    """The text with what is shown as crossed out between waves, as WhatsApp writes it."""
    return with_struck(text, [(e.offset, e.offset + e.length) for e in entities if e.type == "strikethrough"])


def _details(message: Message) -> dict[str, Any]:
    details: dict[str, Any] = {"message_id": message.message_id, "forwarded": message.forward_origin is not None}
    if message.contact:
        details["contact"] = message.contact.model_dump()
    if message.reply_to_message:
        details["replied_to"] = str(message.reply_to_message.message_id)
    if message.media_group_id:
        details["album"] = storable(message.media_group_id)
    return {name: value for name, value in details.items() if value}


def _key(update: Update, bot: str) -> str:
    """Every bot counts its own updates: with a new token the numbers may be those of old messages."""
    return f"{bot}:{update.update_id}"


def _from_message(
    update: Update, message: Message, raw: dict[str, Any], bot: str, kind: MessageKind | None
) -> Incoming:
    sender = message.from_
    text = _marked(message.text, message.entities) or _marked(message.caption, message.caption_entities)
    return Incoming(
        channel=NAME,
        provider_id=_key(update, bot),
        address=str(sender.id if sender else message.chat.id),
        business_address=bot,
        kind=kind or (MessageKind.TEXT if message.text else _media_kind(raw)),
        text=storable(text)[:MAX_TEXT],
        said_at=datetime.fromtimestamp(message.edit_date or message.date, UTC),
        profile_name=storable(sender.first_name)[:200] if sender else "",
        payload=_details(message),
        ignored=_ignored(message, raw, kind),
    )


def read_update(raw: Any, bot: str, now: datetime) -> Incoming:
    """An update as an Incoming; what we do not work on comes back with `ignored` set, also a kind in a form that we do not know:
    Telegram would repeat whatever is refused. Raises BadInputError for what is no update at all."""
    if not isinstance(raw, dict):
        raise BadInputError("the update is not an object", code="payload")
    bare = _validated({"update_id": raw.get("update_id")})
    try:
        update = _validated(raw)
    except BadInputError:
        return _not_worked_on(bare, bot, now, MALFORMED)
    if update.message:
        return _from_message(update, update.message, raw["message"], bot, None)
    if update.edited_message:
        return _from_message(update, update.edited_message, raw["edited_message"], bot, MessageKind.EDIT)
    if update.callback_query:
        return _from_press(update, update.callback_query, bot, now)
    if update.message_reaction and update.message_reaction.user:
        return _from_reaction(update, update.message_reaction, bot)
    return _not_worked_on(update, bot, now, "update_kind")


def _validated(raw: dict[str, Any]) -> Update:
    """Raises BadInputError naming the field."""
    try:
        return Update.model_validate(raw)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadInputError(f"field {place} is missing or malformed", code="payload") from error


def _not_worked_on(update: Update, bot: str, now: datetime, reason: str) -> Incoming:
    return Incoming(NAME, _key(update, bot), "0", bot, MessageKind.UNSUPPORTED, "", now, ignored=reason)


def _from_press(update: Update, query: CallbackQuery, bot: str, now: datetime) -> Incoming:
    payload = {"data": storable(query.data), "callback_query_id": query.id[:100]}
    if query.message:
        payload["replied_to"] = str(query.message.message_id)
    private = query.message is None or query.message.chat.type == "private"
    return Incoming(
        NAME, _key(update, bot), str(query.from_.id), bot, MessageKind.BUTTON, "", now, query.from_.first_name[:200], payload,
        None if private else "not_private",
    )  # fmt: skip


def _from_reaction(update: Update, reaction: Reaction, bot: str) -> Incoming:
    user = reaction.user.id if reaction.user else reaction.chat.id
    emoji = "".join(str(item.get("emoji", "")) for item in reaction.new_reaction)[:20]
    said_at = datetime.fromtimestamp(max(0, min(reaction.date, 2**40)), UTC)
    payload = {"replied_to": str(reaction.message_id)}
    return Incoming(
        NAME, _key(update, bot), str(user), bot, MessageKind.REACTION, storable(emoji), said_at, "", payload
    )
