"""STOP and START: the exact words that end and resume announcements and reminders. Never an order in progress."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

from bot.conversation.turn import Turn
from bot.decision import Decision, Reply
from bot.language.folding import fold

MAX_LENGTH = 60
"""The longest form with its polite words is shorter; what is longer says more than that."""
_FILE = Path(__file__).with_name("subscriptions.toml")
_NOT_LETTERS = re.compile(r"[^\w\u0b80-\u0bff]+|_+")
_SPACELESS = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


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
    """Folded, without punctuation; Han without spaces: `S.T.O.P` is no form, `STOP!!` and `停 止` are."""
    words = _NOT_LETTERS.sub(" ", fold(text).text.replace("'", "")).strip()
    return _SPACELESS.sub("", words)


def _without(said: str, polite: tuple[str, ...]) -> str:
    """`said` without polite words before and after."""
    before = None
    while said != before:
        before = said
        for word in polite:
            gap = "" if re.match(r"[\u3400-\u9fff]", word) else " "
            said = said.removeprefix(word + gap).removesuffix(gap + word).strip()
    return said


@cache
def _forms() -> tuple[dict[str, Wish], tuple[str, ...]]:
    with _FILE.open("rb") as file:
        languages = tomllib.load(file)
    forms = {_plain(form): wish for wish in Wish for section in languages.values() for form in section[wish.value]}
    return forms, _longest_first(word for section in languages.values() for word in section["polite"])


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({_plain(word) for word in words}, key=lambda word: (-len(word), word)))
