"""The short words of a conversation: a bare yes or no under a question, and "that's all" at a list's end."""

from __future__ import annotations

import re
from functools import cache

from bot.language.languages import listed
from bot.language.scripts import UNSPACED
from bot.language.tokeniser import Cutter

LONGEST = 2
END_WORDS = 12
_WORDS = re.compile(r"[^\s,.!。，！~]+")
_UNSPACED = re.compile(f"[{UNSPACED}]+")
_LISTS = ("yes", "no", "once_more", "the_same", "beside_an_answer", "end_of_list")
_JOINED = "_"
_CLAUSES = re.compile(r"[\n,.;!。，；！]+")


@cache
def _known(name: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in listed(name))


def says_yes(text: str) -> bool:
    """ "yes", "ok lah", 好的."""
    return _only(text, "yes")


def says_no(text: str) -> bool:
    """ "no", "tak nak", 不要."""
    return _only(text, "no")


def says_once_more(text: str) -> bool:
    """ "more", "yes again", 再来一份: under "the same, or more?"."""
    return _only(text, "once_more", beside="yes")


def says_the_same(text: str) -> bool:
    """ "same one", "no, it's the same", 一样的: under "the same, or more?"."""
    return _only(text, "the_same", beside="no") or _only(text, "the_same", beside="yes")


def says_over(text: str) -> bool:
    """ "50 liners. that's all thanks": whoever ends a list so will not write on, and need not be waited for."""
    beside, over = _known("beside_an_answer"), _known("end_of_list")
    spoken = _CLAUSES.sub(" , ", text.casefold().replace("’", "'")).split()[-END_WORDS:]
    words = [part for word in spoken for part in _parts(word)]
    while words and (words[-1] in beside or words[-1] == ","):
        if _last_clause(words) in over:
            return True
        words.pop()
    return _last_clause(words) in over


def _last_clause(words: list[str]) -> str:
    return " ".join(words).rpartition(", ")[2]


def _only(text: str, answer: str, *, beside: str = "") -> bool:
    """Whether the text is the answer and nothing else; words of the list `beside` may stand with it."""
    polite, words = _known("beside_an_answer"), _known(answer)
    around = _known(beside) if beside else frozenset()
    said = [word for word in _words(text.casefold().replace("’", "'")) if word not in polite]
    return 0 < len(said) <= LONGEST and any(word in words for word in said) and all(w in words | around for w in said)


def _words(text: str) -> list[str]:
    """The words of a text: phrases that are known as one stay one, runs without spaces are cut into the words that are known."""
    for phrase in _phrases():
        text = text.replace(phrase, phrase.replace(" ", _JOINED))
    words = (word.replace(_JOINED, " ") for word in _WORDS.findall(text))
    return [part for word in words for part in _parts(word)]


def _parts(word: str) -> list[str]:
    """The words of a run without spaces when it holds nothing else: "ใช่ครับ", 好的谢谢; else the run as it is."""
    parts = _cutter().cut(word) if _UNSPACED.fullmatch(word) else [word]
    return parts if all(part in _cutter().words for part in parts) else [word]


@cache
def _phrases() -> tuple[str, ...]:
    """The longer first: "its the same" holds "the same"."""
    found = {phrase for name in _LISTS for phrase in _known(name) if " " in phrase}
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


@cache
def _cutter() -> Cutter:
    return Cutter.of(word for name in _LISTS for word in _known(name) if _UNSPACED.fullmatch(word))
