"""Finds what a customer crossed out or left unticked in a list: "~10 ctn~ 5 ctn", "[ ] lids 2 ctn"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.language.folding import Folded
from bot.language.stamps import Span, lines

_STRUCK = re.compile(
    r"(?<![\w~])(~{1,2})(?=[^\s~])[^~\n]*?(?<=[^\s~])\1(?![\w~])|<(s|del|strike)>[^<\n]*</\2>", re.IGNORECASE
)
_EMPTY = re.compile(r"\[\s{0,3}\](?!\()|(?<![\w)])\(\s{1,3}\)")
_TICK = re.compile(r"\[ ?(?:[xv*/]|\n- |;) ?\]|\((?:[xv]|\n- )\)|^- ", re.MULTILINE)
_TICK_SIGNS = frozenset("☑✅✔✓🗹")


def find_struck(text: str) -> Iterator[Span]:
    """Stretches between the marks that a chat shows as crossed out."""
    if "~" in text or "<" in text:
        yield from (found.span() for found in _STRUCK.finditer(text))


def find_boxes(folded: Folded) -> tuple[list[Span], list[Span]]:
    """`(unticked, empty)`: the items of empty boxes where another box is ticked; else the empty boxes themselves.

    Where nothing is ticked the boxes may be no more than bullets, and it has to be asked.
    """
    text = folded.text
    if "[" not in text and "( " not in text:
        return [], []
    empty = [found.span() for found in _EMPTY.finditer(text)]
    if not empty or not _anything_ticked(folded):
        return [], empty
    return list(_items(text)), []


def _anything_ticked(folded: Folded) -> bool:
    return not _TICK_SIGNS.isdisjoint(folded.source) or any(
        found.group() != "- " for found in _TICK.finditer(folded.text)
    )


def _items(text: str) -> Iterator[Span]:
    """What each empty box stands for: the words behind it, or those before it where boxes end their lines."""
    for start, line in lines(text):
        boxes = [(found.span(), bool(_EMPTY.fullmatch(found.group()))) for found in _boxes(line)]
        if not boxes:
            continue
        before = line[: boxes[0][0][0]].strip(" -*.,;:")
        places = [place for span, _ in boxes for place in span]
        cuts = [0, *places[1::2]] if before else [*places[0::2], len(line)]
        for (_, empty), first, last in zip(boxes, cuts, cuts[1:], strict=False):
            if empty:
                yield start + first, start + last


def _boxes(line: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"{_EMPTY.pattern}|\[ ?[xv*/;] ?\]", line)
