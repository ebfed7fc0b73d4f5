"""The net under the reader: every token of a message has one role, and what has none is quoted back before anything is placed.

It looks at no rule of the reading. It only asks what the reading used, and whether the rest is something that is known to mean
nothing for the order: courtesy, a time, a phone, an address, a signature.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum
from itertools import groupby

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.folding import Folded
from bot.language.lexicon import lexicon
from bot.language.tokeniser import Token

MAX_DOUBTS = 5
TIMES = frozenset({"x", "*"})


class TokenUse(StrEnum):
    """What a token is to the reading."""

    USED = "used"
    NOISE = "noise"
    MARK = "mark"
    FRAME = "frame"
    LEFT = "left"


def roles_of(
    tokens: Sequence[Token], used: Collection[int], spoken: Collection[int], index: CatalogIndex
) -> list[TokenUse]:
    """The role of each token. `used`: places the reading accounts for; `spoken`: places of known phrases (cues)."""
    return [_role(tokens, at, used, spoken, index) for at in range(len(tokens))]


def left_over(tokens: Sequence[Token], roles: Sequence[TokenUse], folded: Folded) -> tuple[str, ...]:
    """The customer's own words that nothing explains, a stretch at a time, at most `MAX_DOUBTS`."""
    return tuple(folded.quote(tokens[a].start, tokens[b].end) for a, b in _stretches(roles))[:MAX_DOUBTS]


def _stretches(roles: Sequence[TokenUse]) -> Iterator[tuple[int, int]]:
    """The first and the last place of each run of what is left."""
    for role, run in groupby(range(len(roles)), key=lambda at: roles[at]):
        places = list(run)
        if role is TokenUse.LEFT:
            yield places[0], places[-1]


def _role(
    tokens: Sequence[Token], at: int, used: Collection[int], spoken: Collection[int], index: CatalogIndex
) -> TokenUse:
    token = tokens[at]
    if token.kind == scan.UNSURE or (token.has("special") and at not in used):
        return TokenUse.LEFT
    if at in used:
        return TokenUse.USED
    if token.kind in (scan.MARK, scan.LINE):
        return TokenUse.MARK
    if token.kind in scan.NOISE:
        return TokenUse.NOISE
    if token.kind == scan.WORD and (at in spoken or token.text in TIMES or _known(token, index)):
        return TokenUse.FRAME
    if token.has("stop") and not token.has("attribute"):
        return TokenUse.FRAME  # "the large one"
    if token.has("attribute") and at > 0 and tokens[at - 1].has("past_verb"):
        return TokenUse.FRAME  # "the cola came flat": how it was, and not which is wanted
    return TokenUse.LEFT


def _known(token: Token, index: CatalogIndex) -> bool:
    """A word of the languages that neither counts nor names goods here."""
    if any(token.has(role) for role in ("unit", "negate", "attribute")) and not token.has("filler"):
        return False
    return (bool(token.roles) or token.text in lexicon().chatter) and not index.knows(token.word)
