"""Joins the words of a catalog's name that the languages would take for themselves: half & half, Thank You Cards, Seven Up.

Every other name is left to be read word by word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby

from bot.language import scan
from bot.language.lexicon import lexicon
from bot.language.token import Token
from bot.language.words import product_word

AND = "&"
RISKY = frozenset(
    {
        "number",
        "scale",
        "pair_number",
        "weekday",
        "month",
        "day",
        "yesterday",
        "festival",
        "op",
        "negate",
        "correct",
        "each",
        "both",
        "all",
        "same_amount",
        "how_many",
        "direction",
        "every",
        "ran_out",
        "reference",
    }
)
"""Roles by which a word of a name would count, date or change an order."""
OPENING = frozenset({"number", "scale", "pair_number", "article", "vague", "filler", "courtesy", "note"})
"""Roles of words that may stand before the rest of a name without belonging to it."""
MIN_WORDS = 2
MAX_WORDS = 8

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\S")
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SpelledNames:
    """Such names and their parts by first word, the longest first; `looked_up` gives the words that one is looked up by."""

    by_first: Mapping[str, tuple[Words, ...]]
    looked_up: Callable[[str], Words]

    def join(self, tokens: list[Token]) -> list[Token]:
        """The tokens with each such name as one of them; its `names` are the words to look it up by."""
        words = [_written(token) for token in tokens]
        if self.by_first.keys().isdisjoint(words):
            return tokens
        out: list[Token] = []
        at = 0
        while at < len(tokens):
            size = self._size(words, at)
            out.append(self._joined(tokens[at : at + size]) if size else tokens[at])
            at += size or 1
        return out

    def _size(self, words: list[str], at: int) -> int:
        names = self.by_first.get(words[at], ())
        return next((len(name) for name in names if tuple(words[at : at + len(name)]) == name), 0)

    def _joined(self, tokens: list[Token]) -> Token:
        return _joined(tokens, self.looked_up(" ".join(spelling(token.text) for token in tokens)))


def spelled_names(written: Iterable[str], looked_up: Callable[[str], Words]) -> SpelledNames:
    """The table of those names among `written` (folded) that the languages would take for themselves."""
    by_first: dict[str, set[Words]] = {}
    for name in written:
        for part in spelled_parts(_WORD.findall(name)):
            by_first.setdefault(part[0], set()).add(part)
    ordered = {first: tuple(sorted(parts, key=lambda part: (-len(part), part))) for first, parts in by_first.items()}
    return SpelledNames(ordered, lru_cache(maxsize=4096)(looked_up))


def _joined(tokens: list[Token], names: Words) -> Token:
    text = " ".join(token.text for token in tokens)
    repaired = any(token.repaired for token in tokens)
    span = tokens[0].start, tokens[-1].end
    return Token(scan.WORD, text, *span, tokens[0].glued, word=names[-1], repaired=repaired, names=names)


def _written(token: Token) -> str:
    if token.kind not in (scan.WORD, scan.MARK, scan.NUMBER):
        return ""
    return spelling(token.text)


@cache
def _joints() -> frozenset[str]:
    single = (phrases for phrases in lexicon().structure.by_first.values())
    return frozenset(
        {AND, *(words[0] for group in single for words, roles in group if len(words) == 1 and "and" in roles)}
    )


@lru_cache(maxsize=16384)
def spelling(word: str) -> str:
    """One spelling for a word of a name: the singular, every "and" as one sign."""
    return AND if word in _joints() else product_word(word)


def spelled_parts(words: Sequence[str]) -> Iterator[Words]:
    """Of each run of words in a name: the run and those parts of it that speak of these goods by themselves."""
    for is_run, group in groupby(words, key=lambda word: word.isalpha() or word == AND):
        run = tuple(group)
        if is_run and len(run) >= MIN_WORDS and (any(map(_risky, run)) or _says_something(run)):
            yield from _parts(run)


def _parts(run: Words) -> Iterator[Words]:
    written = tuple(map(spelling, run))
    for start in range(len(run)):
        for end in range(start + MIN_WORDS, min(len(run), start + MAX_WORDS) + 1):
            if _tells(run[start:end], start, whole=end - start == len(run)):
                yield written[start:end]


def _tells(words: Words, start: int, *, whole: bool) -> bool:
    """A part with a word that has no other meaning beside one that has; or the first words, such as no sentence has them."""
    if AND in (spelling(words[0]), spelling(words[-1])):
        return False
    if any(not _roles(word) and word != AND for word in words) and (any(map(_risky, words)) or _says_something(words)):
        return whole or (OPENING.isdisjoint(_roles(words[0])) and not _risky(words[-1]))
    return start == 0 and all(_risky(word) or spelling(word) == AND for word in words) and not _says_something(words)


@lru_cache(maxsize=16384)
def _risky(word: str) -> bool:
    roles = _roles(word)
    return "stop" not in roles and not RISKY.isdisjoint(roles)


def _roles(word: str) -> Mapping[str, str]:
    return next((roles for words, roles in lexicon().structure.by_first.get(word, ()) if len(words) == 1), {})


def _says_something(words: Sequence[str]) -> bool:
    """Whether some words of it together are a phrase of a language: "thank you", "same day"."""
    language = lexicon()
    return any(
        len(phrase) > 1 and tuple(words[at : at + len(phrase)]) == phrase
        for at, word in enumerate(words)
        for phrases in (language.cues, language.structure)
        for phrase, _ in phrases.by_first.get(word, ())
    )
