"""Lets the runtime's MediaReader, when there is one, put a voice message or a picture into words. Without one a person does."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.base import MessageKind
from bot.conversation.media import FOR_A_PERSON
from bot.runtime import Runtime
from bot.situation import Said


def wanted(runtime: Runtime, said: Said) -> bool:
    """Whether a machine is to put it into words, which takes its time."""
    return runtime.media_reader is not None and said.kind in FOR_A_PERSON


def heard(runtime: Runtime, said: Said) -> Said:
    """The same message as text, marked as read by a machine, so that nothing in it is placed without a YES."""
    if runtime.media_reader is None or said.kind not in FOR_A_PERSON:
        return said
    words = runtime.media_reader.read(said)
    if not words:
        return said
    text = "\n".join(filter(None, (said.text, words)))
    return replace(said, text=text, kind=MessageKind.TEXT, payload={**said.payload, "read_from": str(said.kind)})
