"""The parts of a message that matter to an order: mentions of goods, amounts, breaks and cues between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.catalog.index import Bag
from bot.language.tokeniser import Token

STRONG, NEWLINE, COMMA, JOIN = 4.0, 4.5, 2.0, 1.5
"""How unlikely it is that goods and their amount stand on two sides of a full stop, a new line, a comma, an "and"."""


class Kind(StrEnum):
    MENTION = "mention"
    QUANTITY = "quantity"
    BREAK = "break"
    CUE = "cue"
    DAY = "day"


@dataclass(slots=True)
class Element:
    """Tokens `start` to `end` (not included)."""

    kind: Kind
    start: int
    end: int


@dataclass(slots=True)
class Break(Element):
    """What stands between mentions; `strength` is how unlikely a pair crosses it."""

    strength: float = 1.0
    text: str = ""


@dataclass(slots=True)
class Cue(Element):
    """A word that changes what the words around it do: negation, correction, an operation."""

    roles: dict[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(slots=True)
class Quantity(Element):
    """`value` of `unit`; None when none was said ("some"). `odd` when it has to be asked about: a choice, a negative."""

    value: Decimal | None = None
    unit: str | None = None
    odd: bool = False
    each: bool = False
    parts: tuple[tuple[Decimal, str | None], ...] = ()
    loose: bool = False
    """An article or "one" that may not count anything."""
    size: Token | None = None
    """The weight or volume it was read from; beside goods of that size it is a size after all."""
    op: str | None = None
    """ "2 more", "1 case less"."""
    pack_of: Decimal | None = None
    """What a pack was said to hold."""
    same: bool = False
    """ "the same number of lids": as many as of what was named before."""
    weight: Token | None = None
    """Of "1 25kg sack": what a pack was said to hold, which may be the size in the goods' name."""
    of_those: bool = False
    """ "3 of the 8x8": counts what was counted before."""

    @property
    def pieces(self) -> tuple[tuple[Decimal, str | None], ...]:
        """The pieces of a sum, or the one amount."""
        return self.parts or (() if self.value is None else ((self.value, self.unit),))


@dataclass(slots=True)
class Mention(Element):
    """Words that may name a product."""

    words: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    sizes: list[Token] = field(default_factory=list)
    parts: list[tuple[int, str, Token]] = field(default_factory=list)
    """Where each word stood, the word, its token."""
    sku: str | None = None
    repaired: bool = False
    modifier: bool = False
    """Only words for size or colour: it speaks of the goods named beside it."""
    counted_by: Quantity | None = None
    """Of "two 25kg sacks of flour": the number that counts packs of that size."""

    lender: Mention | None = None
    """Where its goods were named, when only a size or colour was said: "S 100" under "Kraft bags:"."""

    @property
    def bag(self) -> Bag:
        return frozenset(self.words)
