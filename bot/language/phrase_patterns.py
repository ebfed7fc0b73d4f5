"""Patterns that find the phrases of word lists in folded text."""

from __future__ import annotations

import re
from functools import cache

from bot.language.folding import fold
from bot.language.languages import listed
from bot.language.scripts import is_unspaced

_GAP = re.compile(r"[\s-]+")


@cache
def listed_phrases(*names: str) -> re.Pattern[str]:
    """Any phrase of the lists of these names, the longest first; whole words where the script puts spaces between them."""
    phrases = {fold(phrase).text for name in names for phrase in listed(name)}
    return re.compile("|".join(_pattern(phrase) for phrase in sorted(phrases, key=len, reverse=True)))


def _pattern(phrase: str) -> str:
    """The words of the phrase, however many spaces or dashes stand between them."""
    body = r"[\s-]+".join(re.escape(part) for part in _GAP.split(phrase))
    return body if is_unspaced(phrase) else rf"(?<!\w){body}(?!\w)"
