"""From words to a reading: who is meant is settled first, then the reader gets the words, in the right context."""

from __future__ import annotations

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from bot.conversation.identity import settle_outlet
from bot.conversation.targets import reads_a_day_only, settle_order
from bot.situation import Outlet, QuestionKind, Said, Situation
from bot.understanding.intent import Intent
from bot.understanding.reader import understand


def read(said: Said, situation: Situation, zone: ZoneInfo) -> tuple[Said, Situation, Intent]:
    """The reading; an answer to which outlet or which order is settled first, and the words that had waited are read."""
    said, situation = settle_order(*settle_outlet(said, situation))
    intent = _understood(said, situation, zone)
    if situation.question and situation.question.kind is QuestionKind.ORDER and reads_a_day_only(intent):
        said, situation = settle_order(said, situation, intent.delivery_date)
        intent = _understood(said, situation, zone)
    return said, situation, intent


def _understood(said: Said, situation: Situation, zone: ZoneInfo) -> Intent:
    return understand(
        without_own_names(said.text, situation.outlets),
        situation.index,
        situation.context,
        said.said_at.astimezone(zone),
        outlet_id=situation.outlet.code if situation.outlet else None,
    )


def without_own_names(text: str, outlets: Iterable[Outlet]) -> str:
    """ "This is Canadian Pizza Bedok, 2 ctn liner": the name says who speaks, which the sender's address settles."""
    names = sorted((outlet.name for outlet in outlets), key=len, reverse=True)
    if not names:
        return text
    either = "|".join(r"\s+".join(re.escape(part) for part in name.split()) for name in names)
    return re.sub(rf"(?<!\w)(?:{either})(?!\w)", " ", text, flags=re.IGNORECASE)
