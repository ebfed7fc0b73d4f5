"""An order and a question about our terms in one message: each is read by itself, so that neither is lost.

The whole may be read as a question, and its order lost; or as an order, and its question lost or taken for a part of it ("2 ctn
foil. Do you deliver on Sunday?"). What is read so is never placed without a YES: "how do I return, 2 ctn liner" may be one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.channels.base import MessageKind
from bot.conversation.documents import ALSO_ASKED, ASKS
from bot.conversation.media import read_by_machine
from bot.situation import Said
from bot.understanding.intent import WRITES_ORDER, Intent, IntentKind

MOST_PIECES = 8
_ENDS = re.compile(r"(?<=[.!?;,\n。！？；，])(?!\d)\s*")
_ASKS = re.compile(r"[?？]")


def parted(said: Said, intent: Intent, understood: Callable[[str], Intent]) -> tuple[Said, Intent] | None:
    """The order's words with the question kept beside them, and the order; None where there are not both.

    `understood` reads a text in the conversation's context.
    """
    if said.kind is not MessageKind.TEXT or not _may_lose_one(said, intent):
        return None
    asked, rest = _parts(said.text, understood)
    if not asked or not rest or (intent.kind in ASKS and _ASKS.search(rest)):
        return None
    order = understood(rest)
    if order.kind not in WRITES_ORDER or not (order.lines or order.changes):
        return None
    return replace(said, text=rest, payload={**said.payload, ALSO_ASKED: asked}), read_by_machine(order)


def _may_lose_one(said: Said, intent: Intent) -> bool:
    """A question that speaks of goods, or an order with a question in it."""
    if intent.kind in ASKS:
        return bool(intent.spoken_of)
    return intent.kind in WRITES_ORDER and _ASKS.search(said.text) is not None


def _parts(text: str, understood: Callable[[str], Intent]) -> tuple[str, str]:
    """The sentences that ask about our terms, and the others; both empty for one sentence, or a letter."""
    pieces = [piece for piece in _ENDS.split(text) if piece.strip()]
    if not 2 <= len(pieces) <= MOST_PIECES:
        return "", ""
    questions = [piece for piece in pieces if _asks_about_terms(piece, understood)]
    others = (piece for piece in pieces if piece not in questions)
    return " ".join(piece.strip(" ,，") for piece in questions), "\n".join(piece.strip(" ,，;；") for piece in others)


def _asks_about_terms(piece: str, understood: Callable[[str], Intent]) -> bool:
    """Names no goods and no number: what it says cannot be a part of the order."""
    if any(char.isdigit() for char in piece):
        return False
    read = understood(piece)
    return read.kind is IntentKind.INQUIRY_POLICY and not (read.spoken_of or read.lines or read.changes)
