"""Makes text safe to store and cuts replies to a provider's length. No words of our own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

BULLET = "• "
PRICE = re.compile(r" × [^=]+ =")
"""The unit price inside an order's line (bot/replies/render.py)."""


def storable(text: str) -> str:
    """NFC, without NUL and lone surrogates, which PostgreSQL cannot hold."""
    clean = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    return unicodedata.normalize("NFC", clean)


def storable_values(value: Any) -> Any:
    """The same shape with every text in it storable, keys too."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): storable_values(item) for key, item in value.items()}
    return [storable_values(item) for item in value] if isinstance(value, list | tuple) else value


def length(text: str) -> int:
    """As the providers count: UTF-16 units, so that an emoji is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def with_struck(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with each line of the spans (in UTF-16 units) between waves; spans that reach outside are cut to it."""
    units = text.encode("utf-16-le", "surrogatepass")
    for start, end in sorted(spans, reverse=True):
        before, inside, behind = units[: 2 * start], units[2 * start : 2 * end], units[2 * end :]
        struck = "\n".join(map(_between_waves, inside.decode("utf-16-le", "surrogatepass").split("\n")))
        units = before + struck.encode("utf-16-le", "surrogatepass") + behind
    return units.decode("utf-16-le", "surrogatepass")


def _between_waves(line: str) -> str:
    words = line.strip()
    return line.replace(words, f"~{words}~", 1) if words else line


def parts_of(text: str, limit: int, *, whole: bool) -> list[str]:
    """`text` as messages of at most `limit`: several, or, for what must be read as one (`whole`), one that is made to fit."""
    if length(text) <= limit:
        return [text]
    return [fit(text, limit)] if whole else split_at_lines(text, limit)


def fit(text: str, limit: int) -> str:
    """One message of at most `limit`: first without the items' unit prices, then with the last items counted instead of listed.

    Items are the lines that begin with a bullet; what stands around them (number, totals, delivery) is always kept.
    """
    lines = [PRICE.sub(" =", line) if line.startswith(BULLET) else line for line in text.split("\n")]
    items = [position for position, line in enumerate(lines) if line.startswith(BULLET)]
    left_out = 0
    while length("\n".join(lines)) > limit and items:
        position = items.pop()
        left_out += 1
        del lines[position : position + (1 if left_out == 1 else 2)]
        lines.insert(position, f"{BULLET}… +{left_out}")
    return "\n".join(lines) if length("\n".join(lines)) <= limit else _head("\n".join(lines), limit)


def split_at_lines(text: str, limit: int) -> list[str]:
    """`text` in parts of at most `limit`, cut at line ends where there are any."""
    parts: list[str] = []
    current = ""
    for line in text.split("\n"):
        while length(line) > limit:
            if current:
                parts.append(current)
                current = ""
            parts.append(_head(line, limit))
            line = line[len(parts[-1]) :]
        joined = f"{current}\n{line}" if current else line
        if length(joined) > limit:
            parts.append(current)
            joined = line
        current = joined
    return [*parts, current] if current else parts


def _head(text: str, limit: int) -> str:
    """The longest beginning of at most `limit`."""
    end = min(len(text), limit)
    while length(text[:end]) > limit:
        end -= length(text[:end]) - limit
    return text[:end]
