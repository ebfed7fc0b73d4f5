"""Turns folded text into typed tokens: words with the roles the lexicon gives them, numbers, sizes, noise.

The same eyes read a message and the names of the catalog, so both speak of "10in" whether it was 10 inch, 10" or 10寸.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from bot.language import scan
from bot.language.languages import listed
from bot.language.lexicon import Lexicon, Roles, lexicon
from bot.language.named import SpelledNames
from bot.language.numbers import join_numbers, part_behind
from bot.language.scripts import keeps_mark
from bot.language.token import BETWEEN_SIDES, CODE, SIZE, Token, plain, token_at
from bot.language.word_forms import product_word, singular

__all__ = [
    "CODE",
    "SIZE",
    "Cutter",
    "Token",
    "Tokeniser",
    "leading_number",
    "part_behind",
    "plain",
    "product_word",
    "singular",
]
_NAMING = frozenset({scan.DATE, scan.PERCENT, scan.CLOCK, scan.ORDINAL})
"""What looks like a day, a share or an hour, and is a word of a name where the catalog has it: 31/40, 70%, 1:43, 60th."""
_CODE = re.compile(r"[a-z\d]+(?:[-_/.][a-z\d]+)*")
_LEADING = re.compile(r"\d+(?:\.\d+)?")
_METRIC: Mapping[str, tuple[Decimal, str]] = {
    "cm": (Decimal(10), "mm"),
    "l": (Decimal(1000), "ml"),
    "kg": (Decimal(1000), "g"),
}
"""Sizes are compared in the smaller unit, so that 1L and 1000ml are the same size."""
_AFTER_COMMA = frozenset(listed("after_a_decimal_comma"))
_NEEDS_SIZE = frozenset({"m", "l", "in", "s", "ins", "w", "v"})
"""Measures that may be something else: apart from their number they count where the catalog has that size."""
LONGEST_MEASURE = 6
LONGEST_MODEL = 3
SOLD_BY_MEASURE = frozenset({"kg", "g", "l", "ml"})


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts runs of a script without spaces into the longest words it knows."""

    words: frozenset[str]
    longest: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def of(words: Iterable[str]) -> Cutter:
        known = frozenset(words)
        longest: dict[str, int] = {}
        for word in known:
            longest[word[0]] = max(longest.get(word[0], 0), len(word))
        return Cutter(known, longest)

    def cut(self, run: str) -> list[str]:
        """Known words, the longest first from the left; characters nobody knows stay together."""
        parts: list[str] = []
        position, unknown = 0, 0
        while position < len(run):
            size = self._known_at(run, position)
            if size:
                parts += (run[unknown:position], run[position : position + size])
                unknown = position + size
            position += size or 1
        return list(filter(None, (*parts, run[unknown:])))

    def _known_at(self, run: str, position: int) -> int:
        for size in range(min(self.longest.get(run[position], 0), len(run) - position), 0, -1):
            end = position + size
            if run[position:end] in self.words and not keeps_mark(run[end : end + 1]):
                return size
        return 0


def size_key(value: Decimal, measure: str) -> str:
    """One spelling for one size: 30cm and 300mm are both 300mm."""
    times, unit = _METRIC.get(measure, (Decimal(1), measure))
    return plain(value * times) + unit


@lru_cache(maxsize=4096)
def leading_number(size: str) -> Decimal:
    """The number a size begins with: 14 of 14in, 57 of 57x40."""
    found = _LEADING.match(size)
    return Decimal(found.group()) if found else Decimal(-1)


class Tokeniser:
    """Reads folded text with one lexicon and one catalog's words for scripts without spaces.

    `sizes` holds the sizes the catalog knows; None while the catalog itself is read, when every size counts. `units` are
    words for packs that the catalog has and the lexicon may not.
    """

    def __init__(
        self,
        cutter: Cutter,
        sizes: Collection[str] | None = None,
        codes: Mapping[str, str] | None = None,
        words: Collection[str] = (),
        units: Mapping[str, Roles] | None = None,
    ) -> None:
        self._lexicon: Lexicon = lexicon()
        self._cutter = cutter
        self._sizes = sizes
        self._codes = codes or {}
        self._words_known = words
        self._units = units or {}
        self._names: SpelledNames | None = None

    def read(
        self,
        text: str,
        repair: Callable[[str], str | None] | None = None,
        pieces: Iterable[scan.Piece] | None = None,
    ) -> list[Token]:
        """The typed tokens of `text`. `repair` may offer the known words behind a word nobody knows."""
        tokens = self.pieces(text, pieces)
        if repair is not None:
            tokens = [mended for token in tokens for mended in self._mended(token, repair)]
        if self._names is not None:
            tokens = self._names.join(tokens)
        return self.typed(tokens)

    def typed(self, tokens: list[Token]) -> list[Token]:
        """The pieces with their roles, phrases, numbers and sizes joined."""
        return self._sizes_of(join_numbers(self._phrases(tokens)))

    def pieces(self, text: str, pieces: Iterable[scan.Piece] | None = None) -> list[Token]:
        """The words, numbers and marks of `text` before they are joined to anything, without roles."""
        return self._words(text, scan.pieces(text) if pieces is None else pieces)

    def claiming(self, names: SpelledNames) -> Tokeniser:
        """The same tokeniser, which claims these names before anything else is read."""
        other = copy(self)
        other._names = names
        return other

    def _mended(self, token: Token, repair: Callable[[str], str | None]) -> list[Token]:
        known = token.text in self._lexicon.words or token.text in self._units
        words = repair(token.text) if token.kind == scan.WORD and len(token.text) > 1 and not known else None
        if words is None:
            return [token]
        together = words.replace(" ", "") in (token.text, singular(token.text))
        return [
            Token(scan.WORD, word, token.start, token.end, token.glued, repaired=not together) for word in words.split()
        ]

    def _words(self, text: str, pieces: Iterable[scan.Piece]) -> list[Token]:
        tokens: list[Token] = []
        codes = self._codes_in(text)
        code_end = -1
        for piece in pieces:
            start = piece.start
            if start in codes:
                code_end, sku = codes[start]
                tokens.append(Token(CODE, text[start:code_end], start, code_end, piece.glued, word=sku))
            if start >= code_end:
                self._add(tokens, self._as_named(piece))
        return tokens

    def _as_named(self, piece: scan.Piece) -> scan.Piece:
        """What looks like a day or a share, as a word where the catalog has it as one."""
        if piece.kind not in _NAMING or not self._may_be(_without_joints(piece.text)):
            return piece
        return piece._replace(kind=scan.WORD, text=piece.text.replace(" ", ""))

    def _may_be(self, word: str) -> bool:
        """Whether the catalog has the word; while the catalog itself is read, every word may be one of it."""
        return self._sizes is None or word in self._words_known

    def _is_size(self, key: str) -> bool:
        return self._sizes is None or key in self._sizes

    def _add(self, tokens: list[Token], piece: scan.Piece) -> None:
        """Adds the tokens of one piece to those before it."""
        if piece.kind == scan.NUMBER and piece.glued and self._numbers_model(tokens, piece.text):
            letters = tokens.pop()
            tokens.append(Token(scan.WORD, letters.text + piece.text, letters.start, piece.end, letters.glued))
        elif piece.kind == scan.RUN:
            tokens += _side_by_side(piece, self._with_their_packs(self._cutter.cut(piece.text)))
        elif piece.kind == scan.WORD and piece.glued and token_at(tokens, len(tokens) - 1).kind == scan.NUMBER:
            measure = self._measure_before_goods(piece.text)
            tokens += _side_by_side(piece, filter(None, (piece.text[:measure], piece.text[measure:])))
        else:
            tokens.append(Token(piece.kind, piece.text, piece.start, piece.end, piece.glued))

    def _with_their_packs(self, parts: Sequence[str]) -> list[str]:
        """垃圾袋, 打包盒: a word for a pack right behind characters nobody knows, or behind another such word, belongs to a name
        that the catalog does not have; behind a number it counts."""
        if self._sizes is None:
            return list(parts)
        out: list[str] = []
        for at, part in enumerate(parts):
            named = (
                bool(out) and self._is_pack(part) and (self._is_strange(parts[at - 1]) or self._is_pack(parts[at - 1]))
            )
            if named and not self._counts(parts[: at - 1]):
                out[-1] += part
            else:
                out.append(part)
        return out

    def _is_pack(self, part: str) -> bool:
        return set(self._lexicon.structure.alone(part)) == {"unit"} and part not in self._words_known

    def _is_strange(self, part: str) -> bool:
        return part not in self._lexicon.words and part not in self._words_known

    def _counts(self, before: Sequence[str]) -> bool:
        return bool(before) and "number" in self._lexicon.structure.alone(before[-1])

    def _numbers_model(self, tokens: list[Token], digits: str) -> bool:
        """M10, N95, WD40: letters and a number written as one, where the catalog writes them so."""
        letters = tokens[-1]
        if letters.kind != scan.WORD or len(letters.text) > LONGEST_MODEL or not letters.text.isascii():
            return False
        behind_number = letters.glued and token_at(tokens, len(tokens) - 2).kind == scan.NUMBER
        return not behind_number and self._may_be(letters.text + digits)

    def _measure_before_goods(self, word: str) -> int:
        """9inbox: how long the measure is that is written together with the goods behind it; 0 when there is none."""
        if word in self._lexicon.words or product_word(word) in self._words_known:
            return 0
        for size in range(min(len(word) - 3, LONGEST_MEASURE), 0, -1):
            if (
                "measure" in self._lexicon.structure.alone(word[:size])
                and product_word(word[size:]) in self._words_known
            ):
                return size
        return 0

    def _codes_in(self, text: str) -> dict[int, tuple[int, str]]:
        """Where the catalog's own codes stand, by where they start."""
        found = _CODE.finditer(text) if self._codes else ()
        return {m.start(): (m.end(), self._codes[m.group()]) for m in found if m.group() in self._codes}

    def _phrases(self, tokens: list[Token]) -> list[Token]:
        """Joins the words of a known phrase into one token and gives every token its roles."""
        words = [token.text for token in tokens]
        merged: list[Token] = []
        position = 0
        while position < len(tokens):
            token, size = self._phrase_at(tokens, words, position)
            if token.text in self._units and not token.has("unit"):
                token.roles = {**token.roles, **self._units[token.text]}
            if not token.names:
                _look_up(token, token_at(tokens, position + 1))
            merged.append(token)
            position += size
        return merged

    def _phrase_at(self, tokens: list[Token], words: list[str], position: int) -> tuple[Token, int]:
        """The token with its roles, of as many tokens as the longest phrase there has."""
        token = tokens[position]
        found = self._lexicon.structure.longest(words, position) if not token.names else None
        if found is None or token.kind in scan.NOISE:
            return token, 1
        size, token.roles = found
        if size == 1:
            return token, 1
        text, end = " ".join(words[position : position + size]), tokens[position + size - 1].end
        return Token(scan.WORD, text, token.start, end, token.glued, token.roles), size

    def _sizes_of(self, tokens: list[Token]) -> list[Token]:
        """Numbers with the measure behind them become sizes: 10in, 8oz, 80x80, 2ply."""
        out: list[Token] = []
        position = 0
        while position < len(tokens):
            size = self._size_at(tokens, position)
            if size is None:
                out.append(tokens[position])
                position += 1
                continue
            token, position = size
            out.append(token)
        return out

    def _size_at(self, tokens: list[Token], position: int) -> tuple[Token, int] | None:
        token = tokens[position]
        if token.value is None or token.kind != scan.NUMBER:
            return None
        grid = self._grid_at(tokens, position) or self._range_at(tokens, position)
        return grid or self._measure_at(tokens, position)

    def _range_at(self, tokens: list[Token], position: int) -> tuple[Token, int] | None:
        """8-16mm, 600-800: a grade between two numbers, only as the catalog has it."""
        first, last = tokens[position], token_at(tokens, position + 2)
        if not _is_hyphen(tokens, position + 1) or last.kind != scan.NUMBER:
            return None
        if first.value is None or last.value is None:
            return None
        key = f"{plain(first.value)}-{plain(last.value)}"
        measure = token_at(tokens, position + 3).roles.get("measure")
        if measure and self._is_size(key + measure):
            return _size(first, tokens[position + 3], key + measure), position + 4
        return (_size(first, last, key), position + 3) if self._is_size(key) else None

    def _grid_at(self, tokens: list[Token], position: int) -> tuple[Token, int] | None:
        """80x80, 9 x 6: only sizes that the catalog has, the longest first, else it is a multiplication."""
        parts, at = [tokens[position]], position + 1
        while token_at(tokens, at).text in BETWEEN_SIDES and token_at(tokens, at + 1).kind == scan.NUMBER:
            parts.append(tokens[at + 1])
            at += 2
        for count in range(len(parts), 1, -1):
            key = "x".join(plain(part.value) for part in parts[:count] if part.value is not None)
            if self._is_size(key):
                end = position + 2 * count - 1
                end += token_at(tokens, end).glued and token_at(tokens, end).has("measure")
                return _size(tokens[position], tokens[end - 1], key), end
        return None

    def _measure_at(self, tokens: list[Token], position: int) -> tuple[Token, int] | None:
        number, at = tokens[position], position + 1 + _is_hyphen(tokens, position + 1)
        unit = token_at(tokens, at)
        measure = "in" if unit.glued and unit.text in ('"', "''") else unit.roles.get("measure")
        if measure is None or number.value is None:
            return None
        key = size_key(number.value, measure)
        if not (unit.glued or self._measures(tokens, at, key)):
            return None
        size = _size(number, unit, key)
        size.value = number.value
        if measure not in SOLD_BY_MEASURE:
            return size, at + 1
        size.unit, part = measure, part_behind(tokens, at + 1)
        if part is None:
            return size, at + 1
        size.value, size.word = number.value + part, size_key(number.value + part, measure)
        return size, at + 2

    def _measures(self, tokens: list[Token], at: int, key: str) -> bool:
        """Whether a word apart from its number measures it: "5 g" does, "5 m" and "5 in" may be words of their own."""
        unit = tokens[at]
        if unit.text in _NEEDS_SIZE and not self._is_size(key):
            return False
        return self._sizes is None or unit.text != "in" or not _is_preposition(tokens, at)


def _is_hyphen(tokens: list[Token], at: int) -> bool:
    """The dash of 10-in: written on to both."""
    return tokens_are_glued(tokens, at) and token_at(tokens, at).text == "-"


def tokens_are_glued(tokens: list[Token], at: int) -> bool:
    return token_at(tokens, at).glued and token_at(tokens, at + 1).glued


def _side_by_side(piece: scan.Piece, words: Iterable[str]) -> Iterator[Token]:
    """The words of one piece, each behind the other."""
    start, glued = piece.start, piece.glued
    for word in words:
        yield Token(scan.WORD, word, start, start + len(word), glued)
        start, glued = start + len(word), True


def _look_up(token: Token, after: Token) -> None:
    """Gives a word the word it is looked up by, and a number its value."""
    if token.kind == scan.WORD:
        token.word = product_word(_without_joints(token.text))
    elif token.kind == scan.NUMBER:
        _number(token, token.text.replace(",", ""))
    elif token.kind == scan.ODD and _is_decimal(token.text) and after.text in _AFTER_COMMA:
        _number(token, token.text.replace(",", "."))


def _number(token: Token, digits: str) -> None:
    token.kind, token.value = scan.NUMBER, Decimal(digits)
    token.word = plain(token.value)


def _without_joints(word: str) -> str:
    """12-12-17 and 121217 are one word of a name, as wi-fi and wifi are."""
    return word.replace(" ", "").replace("-", "") if word[:1].isdigit() else word.replace("-", "")


def _is_decimal(text: str) -> bool:
    """1,5: before a weight or volume the comma is a decimal one; anywhere else it is asked about."""
    whole, _, part = text.partition(",")
    return whole.isdigit() and part.isdigit()


def _is_preposition(tokens: list[Token], at: int) -> bool:
    follower = token_at(tokens, at + 1)
    return follower.kind != scan.WORD or follower.has("article") or follower.text in ("the", "one")


def _size(first: Token, last: Token, key: str) -> Token:
    return Token(SIZE, key, first.start, last.end, first.glued, word=key)
