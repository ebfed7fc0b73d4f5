"""The word behind a word: the singular of a plural, and the one name of a colour or size."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.language.lexicon import lexicon

_ENDINGS = (
    (re.compile("(?<=..)ies$"), "y"),
    (re.compile("ives$"), "ife"),
    (re.compile("(?<=[al])ves$"), "f"),
    (re.compile("(?<=ch|sh|ss)es$|(?<=[xzo])es$"), ""),
)
"""Plurals that are more than an s: berries, knives, loaves, boxes."""


@lru_cache(maxsize=16384)
def singular(word: str) -> str:
    """The singular of an English plural, so far as spelling tells; other words unchanged."""
    if len(word) < 4 or not word.isascii() or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    for ending, single in _ENDINGS:
        if ending.search(word):
            return ending.sub(single, word)
    return word[:-1]


@lru_cache(maxsize=16384)
def product_word(text: str) -> str:
    """The word that products are looked up by."""
    attributes = lexicon().attributes
    if text in attributes:
        return attributes[text]
    base = singular(text)
    return attributes.get(base, base)
