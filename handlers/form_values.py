"""Reads what an address or a form says, strictly: what no page of ours sends is refused in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import request

from bot.errors import BadInputError

LARGEST = 2**62


def whole(name: str, default: int | None, *, least: int = 1, most: int = LARGEST) -> int | None:
    """A whole number of the address."""
    given = request.args.get(name, "")
    if not given:
        return default
    if not given.isascii() or not given.isdecimal() or len(given) > 19 or not least <= int(given) <= most:
        raise BadInputError(f"{name} is a whole number from {least} on")
    return int(given)


def choice(name: str, values: Sequence[str], default: str | None) -> str | None:
    """One of these values; `default` when nothing is said."""
    given = request.args.get(name, "")
    if not given:
        return default
    if given not in values:
        raise BadInputError(f"{name} is one of {', '.join(values)}")
    return given


def day(name: str, default: date | None) -> date | None:
    """A day as `2026-11-28`."""
    given = request.values.get(name, "")
    if not given:
        return default
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise BadInputError(f"{name} is a day such as 2026-11-28") from error


def given(name: str) -> str:
    """Text of the address, without the spaces around it; empty when it is not there."""
    return request.args.get(name, "").strip()
