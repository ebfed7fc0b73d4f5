"""While a person has the conversation: the bot is silent, tells once who will answer and how to go on, and comes back when called."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from bot.channels.base import MessageKind
from bot.conversation import edited_message, on_behalf
from bot.conversation.turn import Turn
from bot.decision import Decision, Outcome, Reply
from bot.language.folding import fold
from bot.language.languages import listed
from bot.situation import Aside, Said, Situation
from bot.understanding.intent import WRITES_ORDER

WORDLESS = frozenset({MessageKind.REACTION, MessageKind.DELETED})
REST, UNREAD = "rest", "unread"
_WORDS = re.compile(r"\w+")
MOST_SHOWN = 600
"""Characters of unanswered words that are shown again."""


def called(said: Said, situation: Situation) -> tuple[Said, Situation]:
    """When the customer calls the bot back: the words to be read now. These are what follows the call ("bot, 2 ctn liner"),
    else what they wrote to the person in vain."""
    rest = after_call(said.text) if situation.aside is not None and said.kind is MessageKind.TEXT else None
    if rest is None:
        return said, situation
    source = REST if rest else UNREAD
    words = rest or (situation.aside.unread if situation.aside else "")
    return replace(said, text=words, payload={"called": source}), replace(situation, question=None)


def is_called(said: Said) -> bool:
    return said.payload.get("called") is not None


def after_call(text: str) -> str | None:
    """What stands behind the call for the bot; None when the text does not begin with it."""
    found = _call().match(text)
    if found is None:
        return None
    rest = text[found.end() :].strip()
    polite = set(listed("beside_an_answer"))
    return rest if any(word not in polite for word in _WORDS.findall(rest.casefold())) else ""


def come_back(turn: Turn, decision: Decision) -> Decision:
    """The bot speaks again; the person's task stays open. `decision` is what the words would do if they were sent now."""
    if turn.said.payload.get("called") == REST:
        replies = (Reply("back_with_bot"), *decision.replies)
        return replace(decision, replies=replies, calls_bot=True)
    if turn.said.text and turn.intent.kind in WRITES_ORDER and turn.situation.outlet is not None:
        asked = on_behalf.ask(turn, UNREAD, Reply("read_unread", {"words": shown(turn.said.text)}))
        return replace(asked, calls_bot=True)
    unread = (Reply("unread", {"words": shown(turn.said.text)}),) if turn.said.text else ()
    return Decision((Reply("back_with_bot"), *unread), reason="called_bot", calls_bot=True)


def silent(turn: Turn) -> Decision:
    """Handed over; with one word about it when nobody has written or said so yet."""
    aside = turn.situation.aside or Aside()
    if unchanged := edited_message.nothing_new(turn):
        return unchanged
    quiet = aside.answered or aside.told or turn.said.kind in WORDLESS
    replies = () if quiet else (Reply("person_coming"),)
    return Decision(replies, Outcome.HANDED_OVER, "person_in_charge", question=turn.situation.question)


def shown(words: str) -> str:
    return words if len(words) <= MOST_SHOWN else words[:MOST_SHOWN].rstrip() + " …"


@cache
def _call() -> re.Pattern[str]:
    """The call at the beginning, alone or with its end marked; longer forms first."""
    forms = sorted({fold(form).text for form in listed("back_to_bot")}, key=len, reverse=True)
    either = "|".join(re.escape(form).replace("\\ ", r"\s+") for form in forms)
    return re.compile(rf"\s*(?:{either})(?:\s*[,.:;!\-–，。：！]+|\s+|$)", re.IGNORECASE)
