"""WhatsApp through Twilio, inbound: the webhook's form, its signature and the delivery receipts."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from limits import RateLimitItemPerSecond
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from twilio.request_validator import RequestValidator

from bot.channels.base import Incoming, MessageKind, Receipt
from bot.channels.spec import ChannelSpec, Rate
from bot.channels.text import storable
from bot.errors import BadInputError, UnauthorizedError
from bot.settings import SIMULATOR_ACCOUNT_SID, Settings

NAME = "whatsapp"
PREFIX = "whatsapp:"
MAX_BODY = 1600
"""Twilio refuses a longer body with error 21617, on every channel."""
WINDOW = timedelta(hours=24)
"""WhatsApp takes free text for a day after the customer's last word; later Twilio answers 63016."""
MAX_MEDIA = 10
MAX_CART = 100

MEDIA_KINDS = {
    "image": MessageKind.IMAGE,
    "audio": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "text/vcard": MessageKind.CONTACT,
    "text/x-vcard": MessageKind.CONTACT,
}
STATUSES = {
    "accepted": "queued", "queued": "queued", "scheduled": "queued", "sending": "queued", "sent": "sent",
    "delivered": "delivered", "read": "read", "failed": "failed", "undelivered": "failed", "canceled": "failed",
}  # fmt: skip


SPEC = ChannelSpec(
    NAME,
    door="handlers.twilio",
    provider="twilio",
    client="bot.channels.twilio_client:Twilio",
    configured=lambda settings: bool(settings.twilio_account_sid),
    simulated=lambda settings: settings.twilio_account_sid == SIMULATOR_ACCOUNT_SID,
    settings_needed="set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
    max_length=MAX_BODY,
    rate=Rate(RateLimitItemPerSecond(80)),  # Meta's limit for one number
    threads=32,
    free_text_for=WINDOW,
    own_address=lambda settings: next(iter(settings.whatsapp_senders), ""),
)

MessageSid = Annotated[str, Field(pattern=r"^(SM|MM)[0-9a-f]{32}$")]


class InboundForm(BaseModel):
    """The parameters that are read; Twilio may add others at any time, and they carry no authority."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    message_sid: MessageSid = Field(alias="MessageSid")
    account_sid: str = Field(alias="AccountSid")
    from_: Annotated[str, Field(pattern=r"^whatsapp:[+\w.\-]{2,140}$")] = Field(alias="From")
    to: Annotated[str, Field(pattern=r"^whatsapp:\+?\d{4,20}$")] = Field(alias="To")
    body: Annotated[str, Field(max_length=20_000)] = Field(alias="Body")
    num_media: Annotated[int, Field(ge=0, le=1000)] = Field(0, alias="NumMedia")
    profile_name: Annotated[str, Field(max_length=300)] = Field("", alias="ProfileName")
    button_text: str = Field("", alias="ButtonText")
    button_payload: str = Field("", alias="ButtonPayload")
    list_id: str = Field("", alias="ListId")
    list_title: str = Field("", alias="ListTitle")
    latitude: str = Field("", alias="Latitude")
    longitude: str = Field("", alias="Longitude")
    label: str = Field("", alias="Label")
    message_type: str = Field("", alias="MessageType")
    replied_to: str = Field("", alias="OriginalRepliedMessageSid")
    forwarded: str = Field("", alias="Forwarded")


class StatusForm(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    message_sid: MessageSid = Field(alias="MessageSid")
    status: str = Field(alias="MessageStatus")
    error_code: Annotated[str, Field(pattern=r"^\d{0,6}$")] = Field("", alias="ErrorCode")


def verify_signature(tokens: Sequence[str], url: str, params: Any, signature: str | None) -> int:
    """Which of `tokens` (the primary first) signed the request; raises UnauthorizedError when none did.

    `params` is the multi-value form itself: a plain dict would drop repeated values and never verify.
    """
    if not signature or len(signature) > 200 or not signature.isascii():
        raise UnauthorizedError("signature missing or malformed", code="signature")
    for position, token in enumerate(tokens):
        if token and _signed(RequestValidator(token), url, params, signature):
            return position
    raise UnauthorizedError("signature does not match", code="signature")


def _signed(validator: RequestValidator, url: str, params: Any, signature: str) -> bool:
    """Nearly always it is the address as we know it; `validate` computes every signature twice, for the one with a port too."""
    return hmac.compare_digest(
        validator.compute_signature(url, params).encode(), signature.encode()
    ) or validator.validate(url, params, signature)


def _media(form: Mapping[str, str], count: int) -> list[dict[str, str]]:
    return [
        {"url": form.get(f"MediaUrl{i}", "")[:2000], "type": form.get(f"MediaContentType{i}", "")[:100]}
        for i in range(min(count, MAX_MEDIA))
    ]


def cart_items(form: Mapping[str, str]) -> list[dict[str, str]]:
    """What lies in a cart: SKU and quantity, as WhatsApp's `product_items` name them; prices in it are nobody's word.

    Twilio documents no parameter for it, so the one that holds such JSON is taken; without one a person reads the cart.
    """
    for value in form.values():
        if "product_retailer_id" in value:
            return _items(value)
    return []


def _items(value: str) -> list[dict[str, str]]:
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return []  # a person reads what a machine cannot
    items = read.get("product_items") if isinstance(read, dict) else read
    return [
        {"sku": storable(str(item.get("product_retailer_id", "")))[:80], "quantity": str(item.get("quantity", ""))[:12]}
        for item in (items if isinstance(items, list) else [])[:MAX_CART]
        if isinstance(item, dict)
    ]


def _kind(read: InboundForm, media: list[dict[str, str]]) -> MessageKind:
    if media:
        kind = media[0]["type"].split(";")[0]
        if read.message_type.lower() == "sticker":
            return MessageKind.STICKER
        return MEDIA_KINDS.get(kind) or MEDIA_KINDS.get(kind.split("/")[0]) or MessageKind.DOCUMENT
    if read.button_text or read.button_payload or read.list_id:
        return MessageKind.BUTTON
    if read.latitude and read.longitude:
        return MessageKind.LOCATION
    typed = {
        "reaction": MessageKind.REACTION,
        "order": MessageKind.CART,
        "sticker": MessageKind.STICKER,
        "unsupported": MessageKind.UNSUPPORTED,
    }
    return typed.get(read.message_type.lower(), MessageKind.TEXT)


def read_form(form: Mapping[str, str], settings: Settings, now: datetime) -> Incoming:
    """The webhook's form as an Incoming. Raises BadInputError naming the parameter that is not Twilio's."""
    try:
        read = InboundForm.model_validate(dict(form.items()))  # from a dict it reads several times faster
    except ValidationError as error:
        raise BadInputError(
            f"parameter {error.errors()[0]['loc'][0]} is missing or malformed", code="payload"
        ) from error
    if read.account_sid != settings.twilio_account_sid:
        raise UnauthorizedError("AccountSid is not ours", code="account")
    media = _media(form, read.num_media)
    details = {
        "media": media,
        "replied_to": read.replied_to,
        "forwarded": bool(read.forwarded),
        "data": read.button_payload or read.list_id,
    }
    if len(read.body) >= MAX_BODY:
        details["cut"] = True  # WhatsApp takes longer texts; Twilio hands on so much of them
    details |= {"latitude": read.latitude, "longitude": read.longitude, "label": read.label}
    if read.message_type.lower() == "order":
        details["cart"] = cart_items(form)
    return Incoming(
        channel=NAME,
        provider_id=read.message_sid,
        address=read.from_.removeprefix(PREFIX),
        business_address=read.to.removeprefix(PREFIX),
        kind=_kind(read, media),
        text=storable(read.body or read.button_text or read.list_title),
        said_at=now,
        profile_name=storable(read.profile_name),
        payload={
            name: storable(value) if isinstance(value, str) else value for name, value in details.items() if value
        },
    )


def read_status(form: Mapping[str, str]) -> Receipt | None:
    """A delivery receipt, or None for a status that Twilio does not document."""
    try:
        read = StatusForm.model_validate(form)
    except ValidationError as error:
        raise BadInputError(
            f"parameter {error.errors()[0]['loc'][0]} is missing or malformed", code="payload"
        ) from error
    status = STATUSES.get(read.status)
    return Receipt(read.message_sid, status, read.error_code or None) if status else None


def fingerprint(params: Mapping[str, Any]) -> str:
    """Same for two deliveries of the same request."""
    return hashlib.sha256(repr(sorted(params.items())).encode("utf-8", "replace")).hexdigest()[:32]
