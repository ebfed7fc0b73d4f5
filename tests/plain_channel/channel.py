"""A third channel, whole: what comes in and what goes out over plain JSON and HTTP. The door is beside it, in plain.py.

It is the example that docs/how-to/add-a-channel.md walks through, and the proof that nothing else needs to be touched.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Annotated, Any

import httpx
from limits import RateLimitItemPerSecond
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.base import Incoming, MessageKind, Outgoing
from bot.channels.spec import ChannelSpec, Rate
from bot.channels.text import storable
from bot.errors import BadInputError, PermanentError, TemporaryError, UnknownOutcome
from bot.settings import Settings

NAME = "plain"
SERVICE = "PLAIN_SERVICE_URL"
"""Environment variable with the address that takes replies. A channel that ships has fields in Settings instead."""
TIMEOUT_S = 5.0


class Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=64)]
    sender: Annotated[str, Field(pattern=r"^[a-z0-9.@-]{3,80}$")]
    text: Annotated[str, Field(max_length=5_000)]


def read_payload(payload: Any, now: datetime) -> Incoming:
    """Raises BadInputError for anything that is not a message of this channel."""
    try:
        read = Payload.model_validate(payload)
    except ValidationError as error:
        raise BadInputError("not a message of this channel", code="payload") from error
    return Incoming(NAME, read.id, read.sender, "plain", MessageKind.TEXT, storable(read.text), now)


class Plain:
    """Posts each reply to the service, which answers with its id."""

    name = NAME
    max_length = 500
    can_look_up = False

    def __init__(self, settings: Settings) -> None:
        self._client = httpx.Client(timeout=TIMEOUT_S)

    def send(self, message: Outgoing) -> str:
        try:
            answer = self._client.post(f"{os.environ[SERVICE]}/messages", json={"to": message.to, "text": message.text})
        except httpx.ConnectError as error:
            raise TemporaryError("the service could not be reached", code="connect") from error
        except httpx.HTTPError as error:
            raise UnknownOutcome("the service's answer was lost", code="lost") from error
        if answer.status_code >= 400:
            raise PermanentError("the service refused", code=str(answer.status_code))
        return str(answer.json()["id"])

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None:
        """The service has no question to ask."""
        return None

    def close(self) -> None:
        self._client.close()


SPEC = ChannelSpec(
    NAME,
    door="tests.plain_channel.plain",
    provider="plain",
    client="tests.plain_channel.channel:Plain",
    configured=lambda settings: SERVICE in os.environ,
    settings_needed=f"set {SERVICE}",
    max_length=500,
    rate=Rate(RateLimitItemPerSecond(50)),
)
