"""The scripts that languages are written in, as far as reading depends on them: where words end, and which marks belong to them."""

from __future__ import annotations

from functools import cache

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


def keeps_mark(mark: str) -> bool:
    """Whether a combining mark makes another word of a word: a vowel or tone, and no ornament."""
    language = language_writing(mark)
    return language is not None and language.keeps_marks
