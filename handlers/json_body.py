"""Reads the JSON of a request strictly: what two parsers could read differently, or what is too deep, is refused in words."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from bot.errors import BadInputError


def strict_json(raw: bytes) -> Any:
    """Raises BadInputError for what is not JSON, holds a key twice or NaN, or is nested deeper than a parser goes."""
    try:
        return json.loads(raw, parse_constant=_refused, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise BadInputError("the body is not JSON", code="payload") from error


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a key stands twice")
    return read
