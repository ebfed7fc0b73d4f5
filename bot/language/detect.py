"""Tells the language of a message from its words, so that the answer comes in kind."""

from __future__ import annotations

from functools import cache

from bot.language import scan
from bot.language.languages import DEFAULT, Language, languages, listed
from bot.language.lexicon import lexicon
from bot.language.scripts import language_writing
from bot.language.tokeniser import Token

SHARE_FOR_OTHER = 0.3


def language_of(tokens: list[Token]) -> str:
    """What the language most words belong to is called (ms, zh, en-SG ...); the default one when nothing tells."""
    words = [word for token in tokens if token.kind == scan.WORD for word in token.text.split()]
    count = dict.fromkeys((language.code for language in languages()), 0)
    for word in words:
        count[_language_of(word)] += 1
    variety = max(_varieties(), key=lambda language: count[language.code], default=None)
    here = count[variety.code] if variety else 0
    other = max(_others(), key=lambda language: count[language.code], default=None)
    if words and other and count[other.code] >= max(here, SHARE_FOR_OTHER * len(words)):
        return other.called
    return variety.called if variety and here else DEFAULT


def _language_of(word: str) -> str:
    own = language_writing(word[0])
    return own.code if own else _telling().get(word) or lexicon().language_of.get(word, DEFAULT)


@cache
def _telling() -> dict[str, str]:
    """Words that tell a language though another has them too."""
    return {word: language.code for language in languages() for word in listed("tells_the_language", language.code)}


@cache
def _varieties() -> tuple[Language, ...]:
    """Those of the default language."""
    return tuple(language for language in languages() if language.variety_of == DEFAULT)


@cache
def _others() -> tuple[Language, ...]:
    """All but the default language and varieties; where two are told equally, one with a script of its own is taken."""
    others = (language for language in languages() if language.code != DEFAULT and not language.variety_of)
    return tuple(sorted(others, key=lambda language: not language.script))
