"""Mends a misspelt word when exactly one known word is near enough; otherwise leaves it to be asked about.

A real word that is no product must not become one ("cork" is no "fork"), so swapped, missing and doubled letters are
mended in short words, and a different letter only in long ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import chain, combinations, filterfalse, groupby, pairwise, takewhile

from rapidfuzz import process
from rapidfuzz.distance import OSA

MIN_LETTERS = 4
MIN_FOR_CONFUSED = 5
MIN_FOR_OTHER_LETTER = 6
MIN_FOR_TWO_SLIPS = 8
MIN_BONES = 2
VOWELS = frozenset("aeiou")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
CONFUSED = frozenset(map(frozenset, chain(combinations(VOWELS, 2), *map(pairwise, _ROWS))))
"""Letters side by side on a keyboard's row, which a finger may confuse, and vowels, which an ear may."""
_WORD = re.compile("[A-Za-z]{3,}")


class Spelling:
    """Knows the words of the catalog and of the languages."""

    def __init__(self, product_words: Collection[str], language_words: Iterable[str]) -> None:
        self._products = frozenset(product_words)
        self._choices: Sequence[str] = sorted(filter(_WORD.fullmatch, {*product_words, *language_words}))
        self._skeletons: dict[tuple[str, str], list[str]] = {}
        for known in filter(_WORD.fullmatch, sorted(self._products)):
            self._skeletons.setdefault((known[0], skeleton(known)), []).append(known)

    def mend(self, word: str, base: str) -> str | None:
        """The known word, or two known words written as one, behind `word` (singular `base`); None when unsure."""
        if not word.isascii() or not word.isalpha() or base in self._products:
            return None
        if len(base) < MIN_LETTERS:
            return self._without_vowels(base) or self._without_vowels(base.removesuffix("s"))
        return self._split(base) or self._nearest_of(word, base) or self._without_vowels(base)

    def _without_vowels(self, word: str) -> str | None:
        """The one product word that `word` is a shortening of by its consonants: glvs, recpt, crm."""
        bones = skeleton(word)
        if len(bones) < MIN_BONES or len(word) - len(bones) > 1:
            return None
        fits = self._skeletons.get((word[0], bones), ())
        return fits[0] if len(fits) == 1 and len(word) < len(fits[0]) else None

    def _split(self, word: str) -> str | None:
        """Two product words written as one, the second perhaps by its consonants."""
        parts = [(word[:cut], word[cut:]) for cut in range(3, len(word) - 1) if word[:cut] in self._products]
        whole = (pair for pair in parts if len(pair[1]) > 2 and pair[1] in self._products)
        shortened = ((first, full) for first, rest in parts if (full := self._without_vowels(rest)))
        found = next(chain(whole, shortened), None)
        return " ".join(found) if found else None

    def _nearest_of(self, *words: str) -> str | None:
        return next(filter(None, map(self._nearest, dict.fromkeys(words))), None)

    def _nearest(self, word: str) -> str | None:
        closest = self._closest(word)
        for narrowed in (self._sold, _most_alike, _same_bones):
            if len(closest) > 1:
                closest = narrowed(word, closest)
        return closest[0] if len(closest) == 1 else None

    def _closest(self, word: str) -> list[str]:
        """The known words that the fewest slips turn into `word`, so far as a person makes such slips."""
        slips = 2 if len(word) >= MIN_FOR_TWO_SLIPS else 1
        found = process.extract(word, self._choices, scorer=OSA.distance, score_cutoff=slips, limit=6)
        near = [(distance, choice) for choice, distance, _ in found if plausible(word, choice, int(distance))]
        least = min(near, default=(0, ""))[0]
        return [choice for distance, choice in near if distance == least]

    def _sold(self, _word: str, choices: list[str]) -> list[str]:
        return [choice for choice in choices if choice in self._products] or choices


def _shared_start(word: str, choice: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, choice, strict=False)))


def _same_bones(word: str, choices: list[str]) -> list[str]:
    return [choice for choice in choices if skeleton(choice) == skeleton(word)]


def _most_alike(word: str, choices: list[str]) -> list[str]:
    """Those that begin like the word for longest, where that is clearly longer."""
    shared = sorted(((_shared_start(word, choice), choice) for choice in choices), reverse=True)
    return [shared[0][1]] if shared[0][0] >= shared[1][0] + 2 else choices


def skeleton(word: str) -> str:
    """The consonants of a word, doubled ones once."""
    return "".join(letter for letter, _ in groupby(filterfalse(VOWELS.__contains__, word)))


def plausible(word: str, choice: str, slips: int) -> bool:
    """Whether a person who meant `choice` would type `word`."""
    if len(choice) < MIN_LETTERS - 1 or word[0] != choice[0]:
        return False
    if len(word) != len(choice):
        return True
    if sorted(word) == sorted(choice):
        return slips == 1 or len(word) >= MIN_FOR_TWO_SLIPS
    return len(word) >= (_long_enough(word, choice) if slips == 1 else MIN_FOR_TWO_SLIPS)


def _long_enough(word: str, choice: str) -> int:
    """How long a word must be for another letter to stand in it by mistake."""
    differing = next(pair for pair in zip(word, choice, strict=True) if pair[0] != pair[1])
    return MIN_FOR_CONFUSED if frozenset(differing) in CONFUSED else MIN_FOR_OTHER_LETTER
