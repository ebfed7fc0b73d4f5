"""Tells the language of a message from its words, so that the answer comes in kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache

from bot.language import scan
from bot.language.languages import DEFAULT, Language, languages, listed
from bot.language.lexicon import lexicon
from bot.language.scripts import language_writing
from bot.language.tokeniser import Token

SHARE_FOR_OTHER = 0.3


def language_of(tokens: list[Token]) -> str:
    """What the language most words belong to is called (ms, zh, en-SG ...); the default one when nothing tells."""
    text = " ".join(token.text for token in tokens if token.kind == scan.WORD)
    count = Counter(map(_language_of, text.split()))
    here, variety = _most(count, _varieties())
    there, other = _most(count, _others())
    if there and there >= max(here, SHARE_FOR_OTHER * count.total()):
        return other
    return variety if here else DEFAULT


def _most(count: Counter[str], among: Iterable[Language]) -> tuple[int, str]:
    """How many words the language of most of them has, and what it is called; of equals the first."""
    best = max(among, key=lambda language: count[language.code], default=None)
    return (count[best.code], best.called) if best else (0, DEFAULT)


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
