"""One word, number, size or mark of a message, with what the languages know about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.language.languages import listed
from bot.language.lexicon import NO_ROLES, Roles

SIZE = "size"
CODE = "code"
BETWEEN_SIDES = frozenset({"x", "*", *listed("between_two_sides")})
"""What joins the sides of a size: 80x80, 9 by 6."""


@dataclass(slots=True)
class Token:
    """One word, number, size or mark of a message, with what the lexicon knows about it.

    `word` is the word products are looked up by: singular, and one word for every name of a colour or size.
    """

    kind: str
    text: str
    start: int
    end: int
    glued: bool = False
    roles: Roles = NO_ROLES
    value: Decimal | None = None
    word: str = ""
    unit: str | None = None
    """Of a size in kg, g, l or ml: the measure that was said, since it may turn out to be a quantity."""
    repaired: bool = False
    """The spelling was mended: whatever is found by it needs a YES."""
    names: tuple[str, ...] = ()
    """Of a name that is one token (named.py): the words it is looked up by."""

    def has(self, role: str) -> bool:
        return role in self.roles

    def has_any(self, roles: Collection[str]) -> bool:
        return any(role in self.roles for role in roles)


NOWHERE = Token("", "", -1, -1)
"""What stands before the first token and behind the last: it has no role, no value and no text."""


def token_at(tokens: Sequence[Token], at: int) -> Token:
    """The token at that place, `NOWHERE` outside of the message."""
    return tokens[at] if 0 <= at < len(tokens) else NOWHERE


def plain(value: Decimal) -> str:
    """A number as people would write it: 10, 1.5, 1000."""
    return f"{value.normalize():f}"
