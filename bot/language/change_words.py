"""Finds the words that say what a message does to an order that is there: "make it", "double", 不要了, "tukar jadi".

The words are data, `languages/<code>/changes.toml`: a section is what a phrase does, its key says more where there is more to say.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from rapidfuzz.distance import OSA

from bot.language.folding import fold
from bot.language.languages import FOLDER, languages
from bot.language.lexicon import words_of
from bot.language.scan import RUN, Piece, pieces
from bot.language.scripts import is_unspaced

MIN_REPAIRABLE = 5
"""Shorter words are too near to others to be mended."""

LISTED = frozenset({"both", "every"})
"""Pointers to the goods named before them, else to every line."""


class Role(StrEnum):
    """What a phrase does, and the letter that stands for it in the productions."""

    SET = "s"
    ADD = "a"
    ALSO = "l"
    SUB = "u"
    REMOVE = "r"
    DROP = "k"
    REFUSE = "f"
    SCALE = "x"
    SWAP = "w"
    TO = "t"
    BY = "Y"
    FROM = "F"
    NOT = "n"
    NOT_BEHIND = "V"
    WRONG = "d"
    WANT = "A"
    RIGHT = "Z"
    FILLER = "~"
    EXCEPT = "K"
    SHIFT = "J"
    UNSURE = "I"
    REASON = "U"
    IF = "H"
    ABOUT = "O"
    NO = "o"
    INSTEAD_OF = "i"
    POINTER = "p"
    SAME_AMOUNT = "e"
    VAGUE = "v"
    MOVE = "b"
    ORDER_WORD = "h"
    KEEP = "y"
    ANEW = "z"
    APART = "X"
    NOTE = "j"
    CORRECT = "c"
    WAIT = "q"
    NOTHING_MORE = "m"
    WRONG_CHAT = "g"
    BOTH = "B"
    NONE = "N"
    CHEAPEST = "C"
    DEAREST = "E"
    SMALLEST = "S"
    BIGGEST = "L"
    DEFINITE = "T"


Meanings = Mapping[Role, str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase found: characters `start` to `end` of the folded text, and what it may mean."""

    start: int
    end: int
    meanings: Meanings
    text: str


@dataclass(frozen=True, slots=True)
class _Words:
    by_first: Mapping[str, tuple[tuple[tuple[str, ...], Meanings], ...]]
    unspaced: Mapping[str, Meanings]
    repairable: tuple[str, ...]


@cache
def _words() -> _Words:
    table: dict[tuple[str, ...], dict[Role, str]] = {}
    for role, meaning, phrase in _entries():
        table.setdefault(words_of(phrase), {}).setdefault(role, meaning)
    by_first: dict[str, list[tuple[tuple[str, ...], Meanings]]] = {}
    for words, meanings in table.items():
        by_first.setdefault(words[0], []).append((words, meanings))
    return _Words(
        {first: tuple(sorted(found, key=lambda item: -len(item[0]))) for first, found in by_first.items()},
        {words[0]: meanings for words, meanings in table.items() if len(words) == 1 and is_unspaced(words[0])},
        tuple(sorted(w[0] for w in table if len(w) == 1 and len(w[0]) >= MIN_REPAIRABLE and w[0].isascii())),
    )


def _entries() -> Iterator[tuple[Role, str, str]]:
    """Every phrase of every language, with what it does and what its key says."""
    paths = (FOLDER / language.code / "changes.toml" for language in languages())
    for path in filter(Path.exists, paths):
        for section, keys in tomllib.loads(path.read_text("utf-8")).items():
            for meaning, phrases in keys.items():
                yield from ((Role[section.upper()], meaning, phrase) for phrase in phrases)


def phrases_that(role: Role, meaning: str = "") -> tuple[str, ...]:
    """The phrases of every language that do this, as they are written down; of `meaning` only where one is given."""
    return tuple(phrase for own, key, phrase in _entries() if own is role and meaning in ("", key))


def find_phrases(pieces: Sequence[Piece]) -> list[Phrase]:
    """The phrases in order, each as long as it can be, none overlapping another."""
    found: list[Phrase] = []
    at = 0
    while at < len(pieces):
        if pieces[at].kind == RUN:
            found += _in_run(pieces[at])
            at += 1
            continue
        size, meanings = _longest(pieces, at)
        if size:
            text = " ".join(piece.text for piece in pieces[at : at + size])
            found.append(Phrase(pieces[at].start, pieces[at + size - 1].end, meanings, text))
        at += size or 1
    return found


_LEAVES = frozenset(
    {Role.KEEP, Role.NO, Role.NOT, Role.REFUSE, Role.DROP, Role.REMOVE, Role.NOTHING_MORE, Role.RIGHT, Role.EXCEPT}
)


def leaves_as_it_is(text: str) -> bool:
    """Whether any words may say that nothing shall change, or that something is not wanted."""
    return any(_LEAVES & phrase.meanings.keys() for phrase in find_phrases(list(pieces(fold(text).text))))


def _longest(pieces: Sequence[Piece], at: int) -> tuple[int, Meanings]:
    for words, meanings in _words().by_first.get(pieces[at].text, ()):
        if len(words) == 1 or tuple(piece.text for piece in pieces[at : at + len(words)]) == words:
            return len(words), meanings
    return 0, {}


def _in_run(piece: Piece) -> Iterator[Phrase]:
    """The phrases of a run without spaces, the longest from the left."""
    known, at = _words().unspaced, 0
    longest = max(map(len, known), default=0)
    while at < len(piece.text):
        sizes = range(min(longest, len(piece.text) - at), 0, -1)
        size = next((size for size in sizes if piece.text[at : at + size] in known), 0)
        if size:
            text = piece.text[at : at + size]
            yield Phrase(piece.start + at, piece.start + at + size, known[text], text)
        at += size or 1


def repaired(pieces: Sequence[Piece], word: str, start: int) -> Phrase | None:
    """ "insted": the phrase that a word nobody knows is one slip away from, when there is only one."""
    near = _nearest(word)
    if near is None or all(piece.start != start for piece in pieces):
        return None
    meanings = next(m for words, m in _words().by_first[near] if words == (near,))
    return Phrase(start, start + len(word), meanings, near)


@lru_cache(maxsize=2048)
def _nearest(word: str) -> str | None:
    if len(word) < MIN_REPAIRABLE:
        return None
    near = [known for known in _words().repairable if OSA.distance(word, known, score_cutoff=1) <= 1]
    return near[0] if len(near) == 1 else None
