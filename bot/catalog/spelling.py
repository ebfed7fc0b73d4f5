"""Mends a misspelt word when exactly one known word is near enough; otherwise leaves it to be asked about.

A real word that is no product must not become one ("cork" is no "fork"), so swapped, missing and doubled letters are
mended in short words, and a different letter only in long ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

MIN_LETTERS = 4
MIN_FOR_OTHER_LETTER = 6
MIN_FOR_TWO_SLIPS = 8
MIN_BONES = 2
VOWELS = frozenset("aeiou")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS = frozenset(frozenset(pair) for row in _ROWS for pair in pairwise(row))
"""Letters side by side on a keyboard's row, which a finger may confuse."""


class Spelling:
    """Knows the words of the catalog and of the languages."""

    def __init__(self, product_words: Collection[str], language_words: Iterable[str]) -> None:
        self._products = frozenset(product_words)
        self._choices: Sequence[str] = sorted(
            {w for w in (*product_words, *language_words) if len(w) >= 3 and w.isascii() and w.isalpha()}
        )
        self._skeletons: dict[tuple[str, str], list[str]] = {}
        for known in sorted(self._products):
            if len(known) >= 3 and known.isascii() and known.isalpha():
                self._skeletons.setdefault((known[0], skeleton(known)), []).append(known)

    def mend(self, word: str, base: str) -> str | None:
        """The known word, or two known words written as one, behind `word` (singular `base`); None when unsure."""
        if not word.isascii() or not word.isalpha() or base in self._products:
            return None
        if len(base) < MIN_LETTERS:
            return self._without_vowels(base) or self._without_vowels(base.removesuffix("s"))
        near = self._split(base) or self._nearest(word) or (self._nearest(base) if base != word else None)
        return near or self._without_vowels(base)

    def _without_vowels(self, word: str) -> str | None:
        """The one product word that `word` is a shortening of by its consonants: glvs, recpt, crm."""
        bones = skeleton(word)
        if len(bones) < MIN_BONES or len(word) - len(bones) > 1:
            return None
        fits = self._skeletons.get((word[0], bones), ())
        return fits[0] if len(fits) == 1 and len(word) < len(fits[0]) else None

    def _split(self, word: str) -> str | None:
        for cut in range(3, len(word) - 2):
            if word[:cut] in self._products and word[cut:] in self._products:
                return f"{word[:cut]} {word[cut:]}"
        for cut in range(3, len(word) - 1):
            rest = self._without_vowels(word[cut:]) if word[:cut] in self._products else None
            if rest is not None:
                return f"{word[:cut]} {rest}"
        return None

    def _nearest(self, word: str) -> str | None:
        slips = 2 if len(word) >= MIN_FOR_TWO_SLIPS else 1
        found = process.extract(word, self._choices, scorer=OSA.distance, score_cutoff=slips, limit=6)
        near = [(int(distance), choice) for choice, distance, _ in found if plausible(word, choice, int(distance))]
        if not near:
            return None
        best = min(near)[0]
        closest = [choice for distance, choice in near if distance == best]
        if len(closest) > 1:
            closest = [choice for choice in closest if choice in self._products] or closest
        if len(closest) > 1:
            closest = _most_alike(word, closest)
        if len(closest) > 1:
            closest = [choice for choice in closest if skeleton(choice) == skeleton(word)]
        return closest[0] if len(closest) == 1 else None


def _most_alike(word: str, choices: list[str]) -> list[str]:
    """Those that begin like the word for longest, where that is clearly longer."""
    shared = sorted(((_shared_start(word, choice), choice) for choice in choices), reverse=True)
    return [shared[0][1]] if shared[0][0] >= shared[1][0] + 2 else choices


def _shared_start(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def skeleton(word: str) -> str:
    """The consonants of a word, doubled ones once."""
    bones = [letter for letter in word if letter not in VOWELS]
    return "".join(letter for place, letter in enumerate(bones) if place == 0 or bones[place - 1] != letter)


def plausible(word: str, choice: str, slips: int) -> bool:
    """Whether a person who meant `choice` would type `word`."""
    if len(choice) < MIN_LETTERS - 1 or word[0] != choice[0]:
        return False
    if slips > 1 or len(word) != len(choice) or sorted(word) == sorted(choice):
        return len(word) != len(choice) or slips == 1 or len(word) >= MIN_FOR_TWO_SLIPS
    differing = [(a, b) for a, b in zip(word, choice, strict=True) if a != b]
    near = len(differing) == 1 and (VOWELS.issuperset(differing[0]) or frozenset(differing[0]) in NEIGHBOURS)
    return (near and len(word) >= MIN_LETTERS + 1) or len(word) >= MIN_FOR_OTHER_LETTER
