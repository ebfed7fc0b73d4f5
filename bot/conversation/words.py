"""A bare yes or no, as people type it under a question. Anything longer is read as a message."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

LONGEST = 2
_WORDS = re.compile(r"[^\s,.!。，！~]+")


@cache
def _known() -> dict[str, frozenset[str]]:
    with Path(__file__).with_name("yes_no.toml").open("rb") as file:
        return {name: frozenset(words) for name, words in tomllib.load(file).items()}


def says_yes(text: str) -> bool:
    """ "yes", "ok lah", 好的."""
    return _only(text, "yes")


def says_no(text: str) -> bool:
    """ "no", "tak nak", 不要."""
    return _only(text, "no")


def _only(text: str, answer: str) -> bool:
    beside, words = _known()["beside"], _known()[answer]
    said = [word for word in _WORDS.findall(text.casefold().replace("tak nak", "taknak")) if word not in beside]
    return 0 < len(said) <= LONGEST and all(word in words for word in said)
