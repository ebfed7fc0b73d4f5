"""STOP and START: the exact words that end and resume announcements and reminders. Never an order in progress."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from bot.conversation.turn import Turn
from bot.decision import Decision, Reply
from bot.language.folding import fold
from bot.language.languages import listed
from bot.language.scripts import OWN, UNSPACED, is_unspaced

MAX_LENGTH = 60
"""The longest form with its polite words is shorter; what is longer says more than that."""
_NOT_LETTERS = re.compile(rf"[^\w{OWN}]+|_+")
_BETWEEN_UNSPACED = re.compile(rf"(?<=[{UNSPACED}]) (?=[{UNSPACED}])")


class Wish(StrEnum):
    STOP = "stop"
    START = "start"


def wish_of(text: str) -> Wish | None:
    """What the whole message asks for; None for everything that is not exactly one of the forms."""
    if len(text) > MAX_LENGTH:
        return None
    forms, polite = _forms()
    said = _plain(text)
    return forms.get(said) or forms.get(_without(said, polite))


def decided(turn: Turn) -> Decision | None:
    """The decision when this turn is STOP or START; whatever was asked before stays open."""
    wish = wish_of(turn.said.text)
    if wish is None:
        return None
    reply = Reply("opted_out" if wish is Wish.STOP else "opted_in")
    return Decision((reply,), reason=wish.value, question=turn.situation.question, opted_out=wish is Wish.STOP)


def _plain(text: str) -> str:
    """Folded, without punctuation; scripts without spaces as one: `S.T.O.P` is no form, `STOP!!` and `停 止` are."""
    words = _NOT_LETTERS.sub(" ", fold(text).text.replace("'", "")).strip()
    return _BETWEEN_UNSPACED.sub("", words)


def _without(said: str, polite: tuple[str, ...]) -> str:
    """`said` without polite words before and after."""
    before = None
    while said != before:
        before = said
        for word in polite:
            gap = "" if is_unspaced(word) else " "
            said = said.removeprefix(word + gap).removesuffix(gap + word).strip()
    return said


@cache
def _forms() -> tuple[dict[str, Wish], tuple[str, ...]]:
    forms = {_plain(form): wish for wish in Wish for form in listed(f"{wish}_announcements")}
    return forms, _longest_first(listed("polite"))


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({_plain(word) for word in words}, key=lambda word: (-len(word), word)))
