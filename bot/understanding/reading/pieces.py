"""What a stretch of tokens may be to an order: goods, an amount, a unit, a cue, a mark between them, or nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from bot.understanding.spans import Mention, Quantity


class Kind(StrEnum):
    """The kinds of element that the grammar knows."""

    GOODS = "G"
    AMOUNT = "Q"
    CUE = "C"
    MARK = "M"
    GAP = "-"


class Piece(NamedTuple):
    """Tokens `start` to `end` (not included) read as one element. `form` is its class for the weights."""

    kind: Kind
    start: int
    end: int
    form: str
    goods: Mention | None = None
    amount: Quantity | None = None
    role: str = ""
    """Of a cue or mark: what it does."""
