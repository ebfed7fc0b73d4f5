"""Finds the words that ask for an order of its own: "a separate order", 另外下一单. They say nothing of goods or amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.language.change_words import Role, phrases_that
from bot.language.folding import fold
from bot.language.stamps import Span


def find_apart(text: str) -> Iterator[Span]:
    """The stretches of folded text, in order."""
    yield from (found.span() for found in _phrases().finditer(text))


@cache
def _phrases() -> re.Pattern[str]:
    written = sorted((fold(phrase).text for phrase in phrases_that(Role.APART)), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(p)}\b" if p.isascii() else re.escape(p) for p in written))
