"""The one vocabulary for what comes in and goes out, whatever the provider calls it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class MessageKind(StrEnum):
    """Every kind of message that can arrive; an unknown one is a value, not a crash."""

    TEXT = "text"
    BUTTON = "button"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    CART = "cart"
    EDIT = "edit"
    DELETED = "deleted"
    REACTION = "reaction"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as a door hands it on. `address` is who wrote, `business_address` which of our addresses was written to."""

    channel: str
    provider_id: str
    address: str
    business_address: str
    kind: MessageKind
    text: str
    said_at: datetime
    profile_name: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    ignored: str | None = None
    """A reason why this message can never be an order (a group, a bot); it is recorded and not worked on."""


@dataclass(frozen=True, slots=True)
class Button:
    """A choice that the customer can press. `data` comes back with the press and carries no authority (64 bytes at most)."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One reply to one address. `request_contact` is the label of a button that shares the sender's phone."""

    to: str
    sender: str
    text: str
    buttons: tuple[Button, ...] = ()
    request_contact: str | None = None
    template: str | None = None
    """WhatsApp: the approved template to use instead of `text` outside the 24-hour window."""
    answered: tuple[str, ...] = ()
    """The provider's ids of our messages whose buttons are out of date with this one; a channel may take them away."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider says became of one of our messages; `status` is a models.message.Delivery value."""

    provider_id: str
    status: str
    error: str | None = None


class Channel(Protocol):
    """What every provider's client does.

    `send` returns the provider's id, or raises PermanentError, OptedOutError, TemporaryError or UnknownOutcome.
    `find` is asked before a message is sent again that may have been sent although its answer was lost: its id, or None when the
    provider can tell that it is not there; raises TemporaryError when it cannot tell. Where a provider has no such question
    (`can_look_up` is False) None says that it answers at all, as far as that can be found out without sending anything.
    """

    name: str
    max_length: int
    can_look_up: bool

    def send(self, message: Outgoing) -> str: ...

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None: ...
