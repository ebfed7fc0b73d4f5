"""From words to a reading: who is meant is settled first, then the reader gets the words, in the right context."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.conversation import references
from bot.conversation.identity import resume_for_outlet
from bot.conversation.linking import resume_for_link
from bot.conversation.offered import taken_up
from bot.conversation.parting import parted
from bot.conversation.proposals import with_proposal
from bot.conversation.targets import ALL, does_the_same, open_at, order_named, resume_for_order, with_all
from bot.situation import QuestionKind, Said, Situation
from bot.understanding.intent import Context, Intent, Named
from bot.understanding.reader import understand


def read(said: Said, situation: Situation, zone: ZoneInfo) -> tuple[Said, Situation, Intent]:
    """The reading; what is pointed at, and which outlet or order is meant, is settled first; words that had waited are read."""
    said, situation = resume_for_link(*references.point_at_order(said, situation))
    said, situation = resume_for_order(*resume_for_outlet(said, situation))
    if situation.meant_apart:
        return said, situation, replace(_understood_in(Context(), said, situation, zone), apart=True)
    intent = _understood(said, situation, zone)
    situation = _answered_by_repeating(intent, said, situation, zone)
    intent = taken_up(intent, situation, lambda context: _understood_in(context, said, situation, zone))
    intent = references.with_quoted_line(
        intent, said, situation, lambda text: _understood(replace(said, text=text), situation, zone)
    )
    both = parted(said, intent, lambda text: _understood(replace(said, text=text), situation, zone))
    return (both[0], situation, both[1]) if both is not None else (said, situation, intent)


def _answered_by_repeating(intent: Intent, said: Said, situation: Situation, zone: ZoneInfo) -> Situation:
    """ "cancel my order", which one?, "cancel the friday one": what waited for the order is said again with it, and waits no
    longer."""
    question, order = situation.asked(QuestionKind.ORDER), order_named(intent, situation)
    if question is not None and ALL in question.choices and intent.named is Named.ALL:
        return with_all(situation, question)
    if question is None or order is None:
        return situation
    meant = replace(situation, meant_order_id=order.id, question=None)
    waited = _understood(replace(said, text=question.first_text), meant, zone)
    return replace(situation, question=None) if does_the_same(waited, intent) else situation


def _understood(said: Said, situation: Situation, zone: ZoneInfo) -> Intent:
    return _understood_in(context_of(said, situation), said, situation, zone)


def _understood_in(context: Context, said: Said, situation: Situation, zone: ZoneInfo) -> Intent:
    names = [outlet.name for outlet in situation.outlets] + [name for _, name in situation.speaker.named]
    return understand(
        without_names(said.text, names),
        situation.index,
        context,
        said.said_at.astimezone(zone),
        outlet_id=situation.outlet.code if situation.outlet else None,
    )


def context_of(said: Said, situation: Situation) -> Context:
    """What the reader may know: the draft, what was asked, and every order that could still be changed when this was said."""
    situation = with_proposal(situation)
    opened = open_at(situation, said.said_at) if situation.meant_order_id is None else ()
    by_age = sorted(opened, key=lambda order: order.id)
    return replace(situation.context, orders=tuple(order.basket for order in by_age))


def without_names(text: str, names: Iterable[str]) -> str:
    """ "This is Canadian Pizza Bedok, 2 ctn liner": an outlet's name says who speaks; it may sound like goods."""
    longest_first = sorted(names, key=len, reverse=True)
    if not longest_first:
        return text
    either = "|".join(r"\s+".join(re.escape(part) for part in name.split()) for name in longest_first)
    return re.sub(rf"(?<!\w)(?:{either})(?!\w)", " ", text, flags=re.IGNORECASE)
