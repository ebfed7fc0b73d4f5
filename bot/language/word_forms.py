"""The word behind a word: the singular of a plural, and the one name of a colour or size."""

from __future__ import annotations

from functools import lru_cache

from bot.language.lexicon import lexicon


@lru_cache(maxsize=16384)
def singular(word: str) -> str:
    """The singular of an English plural, so far as spelling tells; other words unchanged."""
    if len(word) < 4 or not word.isascii() or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("ives"):
        return word[:-3] + "fe"
    if word.endswith("ves"):
        return word[:-3] + "f" if word[-4] in "al" else word[:-1]
    if word.endswith(("ches", "shes", "sses", "xes", "zes", "oes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=16384)
def product_word(text: str) -> str:
    """The word that products are looked up by."""
    attributes = lexicon().attributes
    if text in attributes:
        return attributes[text]
    base = singular(text)
    return attributes.get(base, base)
