"""Where the sentences of a passage end, so that it can be quoted in part and in its own words."""

from __future__ import annotations

import re

_NO_END = re.compile(
    r"(?:\b(?:approx|no|e\.g|i\.e|etc|incl|excl|mr|mrs|ms|dr|st|vs|tel|ext|max|min|fig)|\b[A-Z])\.$", re.IGNORECASE
)
_END = re.compile(r"(?<=[.!?])[\"\u201d')]*\s+(?=[\"\u201c'(]?[A-Z0-9])|(?<=[\u3002\uff01\uff1f])\s*")
_LISTED = re.compile(r"^\s*(?:[-*\u2022]|\d+[.)])\s+")


def sentences(text: str) -> tuple[str, ...]:
    """The sentences in order, each a piece of the text with its line breaks made blanks; an item of a list is one by itself."""
    return tuple(sentence for block in _blocks(text) for sentence in _split(block))


def _blocks(text: str) -> list[str]:
    """Paragraphs as one line each, items of lists by themselves."""
    blocks: list[str] = []
    open_paragraph = False
    for line in text.splitlines():
        listed = _LISTED.match(line) is not None
        if line.strip() and (listed or not open_paragraph):
            blocks.append(line.strip())
        elif line.strip():
            blocks[-1] = f"{blocks[-1]} {line.strip()}"
        open_paragraph = bool(line.strip())
    return blocks


def _split(block: str) -> list[str]:
    parts: list[str] = []
    for piece in _END.split(block):
        if parts and _NO_END.search(parts[-1]):
            parts[-1] = f"{parts[-1]} {piece}"
        elif piece.strip():
            parts.append(piece.strip())
    return parts
