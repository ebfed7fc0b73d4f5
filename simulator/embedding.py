"""Deterministic text vectors: texts with words in common point the same way. No learning, no randomness."""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections.abc import Iterator

WORD = re.compile(r"\w+")


def embed(text: str, size: int) -> array[float]:
    """A unit vector of 32-bit floats; words weigh twice their three-letter pieces."""
    vector = array("f", bytes(4 * size))
    for feature, weight in _features(text.lower()):
        place = zlib.crc32(feature.encode())
        vector[place % size] += weight if place & 0x10000 else -weight
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return array("f", (value / length for value in vector))


def _features(text: str) -> Iterator[tuple[str, float]]:
    yield "", 0.01
    for word in WORD.findall(text):
        yield word, 2.0
        for start in range(len(word) - 2):
            yield word[start : start + 3], 1.0
