"""Finds the stretches of a message that are no part of what is wanted, before a word of them is read.

Stamps of forwarded chats, quoted replies, crossed-out and unticked items, counts of stock. Each becomes one piece of its own
kind, so that nothing behind this stage can take a day, an amount or goods out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.language.apart import find_apart
from bot.language.folding import Folded
from bot.language.scan import APART, QUOTED, STAMP, STOCK, STRUCK, UNSURE, UNTICKED, Region
from bot.language.sections import find_sections
from bot.language.stamps import Span, find_quotes, find_stamps, lines
from bot.language.ticks import find_boxes, find_struck


def find_regions(folded: Folded) -> list[Region]:
    """The regions in order; none overlaps another. Linear in the text."""
    text = folded.text
    quotes = find_quotes(folded)
    answered = any(line.strip() for start, line in lines(text) if (start, start + len(line)) not in quotes)
    unticked, empty = find_boxes(folded)
    stock, asked = find_sections(text)
    found = [
        *_of(STAMP, find_stamps(text)),
        *_of(QUOTED if answered else UNSURE, quotes if answered else [(a, a + 1) for a, _ in quotes]),
        *_of(STRUCK, find_struck(text)),
        *_of(UNTICKED, unticked),
        *_of(STOCK, stock),
        *_of(APART, find_apart(text)),
        *_of(UNSURE, [*empty, *asked]),
    ]
    return list(_apart(found))


def _of(kind: str, spans: Iterable[Span]) -> list[Region]:
    return [Region(start, end, kind) for start, end in spans]


def _apart(found: list[Region]) -> Iterator[Region]:
    """The regions in order, each cut where an earlier one reaches into it."""
    end = 0
    for region in sorted(found, key=lambda region: (region.start, -region.end)):
        if region.end > end:
            yield region._replace(start=max(region.start, end))
            end = region.end
