"""Turns folded text into typed tokens: words with the roles the lexicon gives them, numbers, sizes, noise.

The same eyes read a message and the names of the catalog, so both speak of "10in" whether it was 10 inch, 10" or 10寸.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from bot.language import scan
from bot.language.languages import listed
from bot.language.lexicon import NO_ROLES, Lexicon, Roles, lexicon
from bot.language.named import SpelledNames
from bot.language.numbers import join_numbers, part_behind
from bot.language.scripts import keeps_mark
from bot.language.token import BETWEEN_SIDES, CODE, SIZE, Token, plain
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
_SHORT_MEASURES = frozenset({"m", "l", "g", "in", "s", "ins", "w", "v"})
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
            if size == 0:
                position += 1
                continue
            if unknown < position:
                parts.append(run[unknown:position])
            parts.append(run[position : position + size])
            position += size
            unknown = position
        if unknown < len(run):
            parts.append(run[unknown:])
        return parts

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
        if token.kind != scan.WORD or len(token.text) < 2 or token.text in self._lexicon.words:
            return [token]
        if token.text in self._units:
            return [token]
        words = repair(token.text)
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
        for kind, word, start, end, glued in pieces:
            if start in codes:
                code_end, sku = codes[start]
                tokens.append(Token(CODE, text[start:code_end], start, code_end, glued, word=sku))
            if start < code_end:
                continue
            if kind in _NAMING and (self._sizes is None or _without_joints(word) in self._words_known):
                kind, word = scan.WORD, word.replace(" ", "")
            if kind == scan.WORD and glued and tokens and tokens[-1].kind == scan.NUMBER:
                measure = self._measure_before_goods(word)
                if measure:
                    tokens.append(Token(kind, word[:measure], start, start + measure, glued))
                    word, start, glued = word[measure:], start + measure, True
            if kind == scan.NUMBER and glued and self._numbers_model(tokens, word):
                letters = tokens.pop()
                tokens.append(Token(scan.WORD, letters.text + word, letters.start, end, letters.glued))
                continue
            if kind != scan.RUN:
                tokens.append(Token(kind, word, start, end, glued))
                continue
            for part in self._cutter.cut(word):
                tokens.append(Token(scan.WORD, part, start, start + len(part), glued))
                start, glued = start + len(part), True
        return tokens

    def _numbers_model(self, tokens: list[Token], digits: str) -> bool:
        """M10, N95, WD40: letters and a number written as one, where the catalog writes them so."""
        letters = tokens[-1]
        if letters.kind != scan.WORD or len(letters.text) > LONGEST_MODEL or not letters.text.isascii():
            return False
        if letters.glued and len(tokens) > 1 and tokens[-2].kind == scan.NUMBER:
            return False
        return self._sizes is None or letters.text + digits in self._words_known

    def _measure_before_goods(self, word: str) -> int:
        """9inbox: how long the measure is that is written together with the goods behind it; 0 when there is none."""
        if word in self._lexicon.words or product_word(word) in self._words_known:
            return 0
        for size in range(min(len(word) - 3, LONGEST_MEASURE), 0, -1):
            if "measure" in self._roles(word[:size]) and product_word(word[size:]) in self._words_known:
                return size
        return 0

    def _roles(self, word: str) -> Roles:
        return next((r for words, r in self._lexicon.structure.by_first.get(word, ()) if len(words) == 1), NO_ROLES)

    def _codes_in(self, text: str) -> dict[int, tuple[int, str]]:
        """Where the catalog's own codes stand, by where they start."""
        if not self._codes:
            return {}
        found = {}
        for match in _CODE.finditer(text):
            sku = self._codes.get(match.group())
            if sku is not None:
                found[match.start()] = (match.end(), sku)
        return found

    def _phrases(self, tokens: list[Token]) -> list[Token]:
        """Joins the words of a known phrase into one token and gives every token its roles."""
        words = [token.text for token in tokens]
        merged: list[Token] = []
        position = 0
        while position < len(tokens):
            token = tokens[position]
            found = self._lexicon.structure.longest(words, position) if not token.names else None
            size = 1
            if found is not None and token.kind not in scan.NOISE:
                size, token.roles = found
                if size > 1:
                    last = tokens[position + size - 1]
                    token = Token(
                        scan.WORD,
                        " ".join(words[position : position + size]),
                        token.start,
                        last.end,
                        token.glued,
                        found[1],
                    )
            if token.text in self._units and not token.has("unit"):
                token.roles = {**token.roles, **self._units[token.text]}
            if token.names:
                pass
            elif token.kind == scan.WORD:
                token.word = product_word(_without_joints(token.text))
            elif token.kind == scan.ODD and _decimal_comma(tokens, position):
                token.kind, token.value = scan.NUMBER, Decimal(token.text.replace(",", "."))
                token.word = plain(token.value)
            elif token.kind == scan.NUMBER:
                token.value = Decimal(token.text.replace(",", ""))
                token.word = plain(token.value)
            merged.append(token)
            position += size
        return merged

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
        inside = tokens[position : position + 3]
        if len(inside) < 3 or inside[1].text != "-" or not (inside[1].glued and inside[2].glued):
            return None
        if inside[2].kind != scan.NUMBER or inside[2].value is None or inside[0].value is None:
            return None
        unit = tokens[position + 3] if position + 3 < len(tokens) else None
        measure = unit.roles.get("measure", "") if unit is not None else ""
        key = f"{plain(inside[0].value)}-{plain(inside[2].value)}"
        for word, size in ((key + measure, 4), (key, 3)):
            if (size == 3 or measure) and (self._sizes is None or word in self._sizes):
                return _size(inside[0], tokens[position + size - 1], word), position + size
        return None

    def _grid_at(self, tokens: list[Token], position: int) -> tuple[Token, int] | None:
        """80x80, 9 x 6: only sizes that the catalog has, the longest first, else it is a multiplication."""
        parts, at = [tokens[position]], position + 1
        while at + 1 < len(tokens) and tokens[at].text in BETWEEN_SIDES and tokens[at + 1].kind == scan.NUMBER:
            parts.append(tokens[at + 1])
            at += 2
        for count in range(len(parts), 1, -1):
            key = "x".join(plain(part.value) for part in parts[:count] if part.value is not None)
            if self._sizes is None or key in self._sizes:
                end = position + 2 * count - 1
                end += end < len(tokens) and tokens[end].glued and tokens[end].has("measure")
                return _size(tokens[position], tokens[end - 1], key), end
        return None

    def _measure_at(self, tokens: list[Token], position: int) -> tuple[Token, int] | None:
        number, at = tokens[position], position + 1
        hyphen = at + 1 < len(tokens) and tokens[at].text == "-" and tokens[at].glued and tokens[at + 1].glued
        at += hyphen
        if at >= len(tokens) or number.value is None:
            return None
        unit = tokens[at]
        measure = "in" if unit.text in ('"', "''") and unit.glued else unit.roles.get("measure")
        if measure is None:
            return None
        key = size_key(number.value, measure)
        spaced = not unit.glued and unit.text in _SHORT_MEASURES
        if spaced and self._sizes is not None and key not in self._sizes and unit.text not in ("g", "kg", "ml"):
            return None
        if not unit.glued and unit.text == "in" and self._sizes is not None and _is_preposition(tokens, at):
            return None
        size = _size(number, unit, key)
        size.value = number.value
        size.unit = measure if measure in SOLD_BY_MEASURE else None
        part = part_behind(tokens, at + 1)
        if size.unit and part is not None:
            size.value, size.word = number.value + part, size_key(number.value + part, measure)
            return size, at + 2
        return size, at + 1


def _without_joints(word: str) -> str:
    """12-12-17 and 121217 are one word of a name, as wi-fi and wifi are."""
    return word.replace(" ", "").replace("-", "") if word[:1].isdigit() else word.replace("-", "")


def _decimal_comma(tokens: list[Token], at: int) -> bool:
    """1,5 kg: a comma before a weight or volume is a decimal one; anywhere else it is asked about."""
    whole, comma, part = tokens[at].text.partition(",")
    unit = tokens[at + 1].text if at + 1 < len(tokens) else ""
    return bool(comma) and whole.isdigit() and part.isdigit() and unit in _AFTER_COMMA


def _is_preposition(tokens: list[Token], at: int) -> bool:
    follower = tokens[at + 1] if at + 1 < len(tokens) else None
    return follower is None or follower.kind != scan.WORD or follower.has("article") or follower.text in ("the", "one")


def _size(first: Token, last: Token, key: str) -> Token:
    return Token(SIZE, key, first.start, last.end, first.glued, word=key)
