"""The chat API as a channel: the caller reads the answer, nothing is sent."""

from __future__ import annotations

from bot.channels.spec import ChannelSpec

NAME = "api"
SPEC = ChannelSpec(NAME, door="handlers.chat_api")
