"""Reads the names of products with the same eyes as messages: the words that tell products apart, and the sizes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from bot.language import scan
from bot.language.folding import fold
from bot.language.languages import listed
from bot.language.lexicon import NO_ROLES, lexicon
from bot.language.named import Written, as_written, holds_risk
from bot.language.scripts import is_unspaced
from bot.language.tokeniser import SIZE, Cutter, Token, Tokeniser, plain, product_word

AND = "&"
_ASIDE = re.compile(rf"\([^)]{{0,80}}\)|\b(?:{'|'.join(listed('before_an_extra'))})\b.{{0,80}}$", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[a-z]{2,}(?: [a-z]{2,})*")
_FIGURES_OR_SIGNS = re.compile(r"[^\x00-\x7f]|\d")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_COUNTS = frozenset({"number", "scale", "article", "pair_number", "measure", "and"})
_DESCRIBES = frozenset({"attribute", "measure", "stop"})


@dataclass(frozen=True, slots=True)
class Name:
    """One name: its telling words, the same with every "and" kept, its sizes, and whether it tells of parts aside."""

    words: tuple[str, ...]
    whole: tuple[str, ...]
    sizes: tuple[str, ...] = ()
    written: Written | None = None
    """As it is written, where the languages may take a word of it for themselves."""
    counted: tuple[str, ...] = ()
    """What its numbers are written on to, in scripts without spaces: the 过滤网 of 12000过滤网, which is also called that alone."""


class NameReader:
    """Reads names; those of plain English words go a short way, for there may be fifty thousand."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.cutter = cutter_of(texts)
        self._tokeniser = Tokeniser(self.cutter)

    def read(self, text: str) -> Name:
        folded = fold(text).text.strip()
        return self._plain(folded) or self._any(folded)

    def _plain(self, folded: str) -> Name | None:
        """A name of plain English words; None for any other."""
        words = [_plain_word(word) for word in folded.split(" ")] if _PLAIN_NAME.fullmatch(folded) else [None]
        telling = tuple(filter(None, words))
        return None if None in words else Name(telling, telling, (), self._risky(folded))

    def _any(self, folded: str) -> Name:
        pieces = self._tokeniser.pieces(folded)
        written = as_written(pieces) if _FIGURES_OR_SIGNS.search(folded) else self._risky(folded)
        tokens = self._tokeniser.typed(pieces)
        sizes = tuple(token.word for token in tokens if token.kind == SIZE)
        return Name(content(tokens), content(tokens, whole=True), sizes, written, _counted(tokens))

    def _risky(self, folded: str) -> Written | None:
        """The name as it is written, when it holds words that mean something else."""
        return as_written(self._tokeniser.pieces(folded)) if holds_risk(_WORD.findall(folded)) else None

    def core(self, text: str, name: Name) -> tuple[str, ...]:
        """The telling words without what only describes parts: "(fits 8oz)", "with lid"."""
        inner = _ASIDE.sub("", text)
        return name.words if inner == text else self.read(inner).words


@lru_cache(maxsize=32768)
def _plain_word(word: str) -> str | None:
    """The word products are looked up by, "" for one that tells nothing apart, None when it needs the long way."""
    phrases = lexicon().structure.by_first.get(word, ())
    roles = phrases[-1][1] if phrases else NO_ROLES
    if any(len(phrase) > 1 for phrase, _ in phrases) or not _COUNTS.isdisjoint(roles):
        return None
    return "" if "stop" in roles and "attribute" not in roles else product_word(word)


@dataclass(slots=True)
class _Content:
    """The words of a name that tell products apart, numbers joined to the word they count; `whole` keeps every "and"."""

    whole: bool
    words: list[str] = field(default_factory=list)
    number: str = ""
    """A number that waits for the word it counts."""

    def take(self, token: Token) -> None:
        if token.kind == scan.NUMBER and token.value is not None:
            self.end_number()
            self.number = plain(token.value)
        elif self._tells(token):
            if token.kind == SIZE:
                self.end_number()  # "100 Plus 325ml"
            self.words.append(self.number + token.word)
            self.number = ""
        elif self.whole and token.has("and") and self.words and not self.number:
            self.words.append(AND)

    def _tells(self, token: Token) -> bool:
        if self.number and token.glued and token.kind == scan.WORD:
            return True
        idle = token.has("and") or (token.has("stop") and not token.has("attribute"))
        return token.kind in (scan.WORD, SIZE) and not idle

    def end_number(self) -> None:
        """A number that counted no word stands for itself."""
        if self.number:
            self.words.append(self.number)
        self.number = ""


def _counted(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The words of two signs or more right behind a number."""
    behind = [token for before, token in pairwise(tokens) if before.kind == scan.NUMBER and token.glued]
    return tuple(token.word for token in behind if is_unspaced(token.word[1:]))


def content(tokens: Iterable[Token], *, whole: bool = False) -> tuple[str, ...]:
    """The words of a name that tell products apart."""
    found = _Content(whole)
    for token in tokens:
        found.take(token)
    found.end_number()
    return tuple(found.words)


def cutter_of(texts: Iterable[str]) -> Cutter:
    """Learns the words of the catalog's names in scripts without spaces, beside the lexicon's own."""
    language = lexicon()
    front = Cutter.of(word for word in language.unspaced if _describes(word))
    runs = (piece for text in texts if not text.isascii() for piece in scan.pieces(fold(text).text))
    found = {_head(piece.text, front) for piece in runs if piece.kind == scan.RUN}
    heads = {word for word in found if len(word) >= 2} | _shared_ends(found)
    parts = {_before_head(word, heads) for word in found | heads}
    return Cutter.of(language.unspaced | parts - {""})


def _before_head(word: str, heads: Collection[str]) -> str:
    """The word without a head at its end that is a word of its own."""
    cut = next((cut for cut in range(1, len(word) - 1) if word[cut:] in heads), len(word))
    return word[:cut]


def _shared_ends(words: Iterable[str]) -> set[str]:
    """Ends of two signs or more that several names share: 面粉 of 中筋面粉 and 高筋面粉."""
    count: dict[str, int] = {}
    for word in words:
        for cut in range(1, len(word) - 1):
            count[word[cut:]] = count.get(word[cut:], 0) + 1
    return {end for end, number in count.items() if number > 1}


def _describes(word: str) -> bool:
    return not _DESCRIBES.isdisjoint(lexicon().structure.alone(word))


def _head(run: str, front: Cutter) -> str:
    """What is left of a name after the words for size, colour and material before it, when two signs are left."""
    while len(run) > 2:
        first = front.cut(run)[0]
        if first not in front.words or len(run) - len(first) < 2:
            break
        run = run[len(first) :]
    return run if is_unspaced(run) else ""
