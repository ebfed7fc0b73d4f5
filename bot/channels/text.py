"""Makes text safe to store and cuts replies to a provider's length. No words of our own."""

from __future__ import annotations

import unicodedata
from typing import Any


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


def split_at_lines(text: str, limit: int) -> list[str]:
    """`text` in parts of at most `limit` characters, cut at line ends where there are any."""
    parts: list[str] = []
    current = ""
    for line in text.split("\n"):
        while len(line) > limit:
            if current:
                parts.append(current)
                current = ""
            parts.append(line[:limit])
            line = line[limit:]
        joined = f"{current}\n{line}" if current else line
        if len(joined) > limit:
            parts.append(current)
            joined = line
        current = joined
    return [*parts, current] if current else parts
