"""The short words of a conversation: a bare yes or no under a question, and "that's all" at a list's end."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

LONGEST = 2
END_WORDS = 12
_WORDS = re.compile(r"[^\s,.!。，！~]+")
_CLAUSES = re.compile(r"[\n,.;!。，；！]+")


@cache
def _known() -> dict[str, frozenset[str]]:
    with Path(__file__).with_name("short_answers.toml").open("rb") as file:
        return {name: frozenset(words) for name, words in tomllib.load(file).items()}


def says_yes(text: str) -> bool:
    """ "yes", "ok lah", 好的."""
    return _only(text, "yes")


def says_no(text: str) -> bool:
    """ "no", "tak nak", 不要."""
    return _only(text, "no")


def says_over(text: str) -> bool:
    """ "50 liners. that's all thanks": whoever ends a list so will not write on, and need not be waited for."""
    beside, over = _known()["beside"], _known()["over"]
    words = _CLAUSES.sub(" , ", text.casefold().replace("’", "'")).split()[-END_WORDS:]
    while words and (words[-1] in beside or words[-1] == ","):
        if _last_clause(words) in over:
            return True
        words.pop()
    return _last_clause(words) in over


def _last_clause(words: list[str]) -> str:
    return " ".join(words).rpartition(", ")[2]


def _only(text: str, answer: str) -> bool:
    beside, words = _known()["beside"], _known()[answer]
    said = [word for word in _WORDS.findall(text.casefold().replace("tak nak", "taknak")) if word not in beside]
    return 0 < len(said) <= LONGEST and all(word in words for word in said)
