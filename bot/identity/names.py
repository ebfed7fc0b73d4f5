"""Which outlets a text names. Whole names only, after folding; the answer may raise a question and never decides anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.language.folding import fold

MIN_LETTERS = 3
"""Shorter names are in every other message."""
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def words_of(text: str) -> tuple[str, ...]:
    """`This is A & W  Jewel's` as this, is, a, and, w, jewel; `and` and `&` are the same word."""
    plain = fold(text).text.replace("&", " and ").replace("'s ", " ").removesuffix("'s")
    return tuple(word for word in _BETWEEN_WORDS.split(plain) if word)


@dataclass(frozen=True, slots=True)
class OutletNames:
    """The names of all outlets, by first word, and as they are written, by id."""

    by_first: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]]
    labels: Mapping[int, str]

    @staticmethod
    def of(names: Iterable[tuple[int, str]]) -> OutletNames:
        """From (outlet id, name). A name without three letters is left out: nothing, `%` and `_` name no outlet."""
        found: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        labels = dict(names)
        for outlet_id, name in labels.items():
            words = words_of(name)
            if sum(char.isalnum() for char in name) >= MIN_LETTERS:
                found.setdefault(words[0], []).append((words, outlet_id))
        return OutletNames({first: tuple(group) for first, group in found.items()}, labels)

    def named_in(self, text: str) -> frozenset[int]:
        """The ids of the outlets whose whole name stands in `text`; of two at the same place, the longer."""
        said, position = words_of(text), 0
        ids: set[int] = set()
        while position < len(said):
            here = [
                (len(words), outlet_id)
                for words, outlet_id in self.by_first.get(said[position], ())
                if said[position : position + len(words)] == words
            ]
            longest = max((length for length, _ in here), default=0)
            ids.update(outlet_id for length, outlet_id in here if length == longest)
            position += longest or 1
        return frozenset(ids)
