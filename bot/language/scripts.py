"""The scripts that languages are written in, as far as reading depends on them: where words end, and which marks belong to them."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from bot.language.languages import Language, languages

UNSPACED = "".join(language.script for language in languages() if not language.spaces)
"""The characters of scripts that put no space between words, as the inside of a regular expression's class."""
SPACED = "".join(language.script for language in languages() if language.spaces)
"""Those of scripts of their own that do."""
OWN = UNSPACED + SPACED


@cache
def language_writing(char: str) -> Language | None:
    """The language that the character is only used by; None for Latin letters, digits and signs."""
    return next((language for language in languages() if language.writes(char)), None)


def is_unspaced(word: str) -> bool:
    """Whether the word is of a script without spaces, so that a run of it may be many words."""
    language = language_writing(word[0]) if word else None
    return language is not None and not language.spaces


def has_short_tails(word: str) -> bool:
    """Whether the last digit of a number written so counts the next lower place: 三百五 is 350."""
    language = language_writing(word[0]) if word else None
    return language is not None and language.short_tails


@lru_cache(maxsize=4096)
def keeps_mark(char: str) -> bool:
    """Whether the character is a combining mark that makes another word of a word: a vowel or tone, and no ornament."""
    if not char or unicodedata.category(char) != "Mn":
        return False
    language = language_writing(char)
    return language is not None and language.keeps_marks
