"""Cuts folded text into raw pieces: words, numbers, runs of a script without spaces, and things with digits that count nothing.

Prices, phones, addresses, clocks and references are recognised here by their shape, before anything can count them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.language.scripts import SPACED, UNSPACED

NUMBER, WORD, RUN, LINE, MARK = "number", "word", "run", "line", "mark"
PRICE, PHONE, PLACE, CLOCK, PERCENT, REFERENCE, LINK = (
    "price",
    "phone",
    "place",
    "clock",
    "percent",
    "reference",
    "link",
)
DATE, ORDINAL, ODD = "date", "ordinal", "odd"
STAMP, QUOTED, STRUCK, UNTICKED, STOCK, UNSURE = "stamp", "quoted", "struck", "unticked", "stock", "unsure"
APART = "apart"
REGIONS = frozenset({STAMP, QUOTED, STRUCK, UNTICKED, STOCK, APART, UNSURE})
"""Kinds of whole stretches (regions.py)."""
NOISE = REGIONS | {PRICE, PHONE, PLACE, CLOCK, PERCENT, REFERENCE, LINK}

# name of the piece, and its shape; the first that fits wins
_SHAPES: tuple[tuple[str, str], ...] = (
    (WORD, r"(?!(?:sgd|usd|myr|inv|ord|ref|sku|acc|tkt|singapore)\b)[a-z]{3,}(?=[ ,\n]|$)"),  # most words, at once
    (LINK, r"</?[a-z][^<>\n]{0,60}>|\[/?inst\]"),
    (LINK, r"https?://\S{1,200}|www\.\S{1,200}|[\w.]{1,60}@\w{1,60}\.\w{2,20}"),
    (PRICE, r"(?:us|s)?\$\s?\d[\d,]*(?:\.\d+)?k?|\b(?:sgd|rm|usd|myr)\s?\d[\d,]*(?:\.\d+)?"),
    (PRICE, r"@\s?\d+(?:\.\d+)?|\b\d+(?:\.\d+)?\s?(?:sgd|dollars?|bucks|ringgit|cents?)\b"),
    (PHONE, r"\+\d[\d \-]{6,16}\d|\b[3689]\d{3}[ -]?\d{4}\b|\b0\d{1,2}-\d{3,4} ?\d{4}\b"),
    (PLACE, r"\bs ?\(?\d{6}\)?|\bsingapore ?\(?\d{6}\)?|#\s?[a-z]?\d{1,6}(?:-\d{1,5})*[a-z]?"),
    (DATE, r"\b20\d\d[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.](?:20)?\d\d\b"),
    (CLOCK, r"\b\d{1,2}(?:[:.]\d\d)? ?(?:-|to) ?\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b"),
    (CLOCK, r"\b\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b|\b\d{1,2}:\d\d\b|\b\d{3,4} ?hrs?\b"),
    (PERCENT, r"\d+(?:\.\d+)? ?%"),
    (REFERENCE, r"\b(?:po|so|do|inv|ord|ref|pi|sku|acc|tkt)[-#:. ]{0,3}\d{3,12}\b"),
    (DATE, r"\b\d{1,2}月\d{1,2}[号日]?|\b\d{1,2}[号日]|(?<![/\d])\d{1,2}/\d{1,2}(?![/\d])"),
    (REFERENCE, r"\b\d{7,}[a-z]?\b"),
    (ORDINAL, r"\b\d{1,2}(?:st|nd|rd|th)\b"),
    (ODD, r"\b\d+(?:_\d+)+\b|\b\d+e\d+\b|\b0x\d[\da-f]*\b|\b\d+,\d{1,2}\b(?!,)"),
    (WORD, r"\b\d-?in-?1\b|\b[a-mo-wyz]\d\b(?!\d|/)|\b[a-z]&[a-z]\b"),
    (NUMBER, r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"),
    (WORD, rf"[a-z\u00c0-\u024f]+(?:'[a-z]+)*|[{SPACED}]+"),
    (RUN, rf"[{UNSPACED}]+"),
    (WORD, r"[^\W\d_]+"),
    (LINE, r"\n+"),
    (MARK, r"\S"),
)
_PIECE = re.compile("|".join(f"({shape})" for _, shape in _SHAPES))
_KIND = (None, *(kind for kind, _ in _SHAPES))


class Region(NamedTuple):
    """Characters `start` to `end` (not included) that are one piece. UNSURE ones may turn the meaning of what is around."""

    start: int
    end: int
    kind: str


class Piece(NamedTuple):
    """One raw piece. `glued` when nothing stands between it and the piece before."""

    kind: str
    text: str
    start: int
    end: int
    glued: bool


def pieces(text: str, regions: Iterable[Region] = ()) -> Iterator[Piece]:
    """The pieces of folded text in order; each region is one piece of its kind. Linear: no shape looks back far."""
    at = 0
    for region in regions:
        yield from _between(text, at, region.start)
        yield Piece(region.kind, text[region.start : region.end], region.start, region.end, False)
        at = region.end
    yield from _between(text, at, len(text))


def _between(text: str, start: int, end: int) -> Iterator[Piece]:
    last_end = -1
    for match in _PIECE.finditer(text, start, end):
        first, last = match.span()
        kind = _KIND[match.lastindex or 0] or MARK
        yield Piece(kind, match.group(), first, last, first == last_end)
        last_end = last
