"""The parts of a message that only tell of something before it asks for goods: "last time 2 boxes were missing, so send 12"."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from bot.language import scan
from bot.language.tokeniser import SIZE, Token
from bot.understanding.cues import Cues
from bot.understanding.spans import Element, Mention

TOLD = frozenset({"complaint", "told", "thanked"})
WANTED = frozenset({"want", "anew"})
PARTS = frozenset({",", ".", ";", "!", "?"})


def told_places(tokens: Sequence[Token], cues: Cues) -> frozenset[int]:
    """The places of tokens in a part that tells of the past, where a later part asks for an amount."""
    if not cues.places_any(*TOLD):
        return frozenset()
    parts = _parts(tokens)
    said = _said_in(parts, tokens, cues)
    wants = [
        at for at, part in enumerate(parts) if said[at] & WANTED and _counts(part, tokens) and not _tells(said[at])
    ]
    last = max(wants, default=0)
    return frozenset(
        at for place, part in enumerate(parts[:last]) if _tells(said[place]) and not _mends(part, tokens) for at in part
    )


def wish_places(tokens: Sequence[Token], cues: Cues) -> frozenset[int]:
    """The places of tokens at which a wish is said to begin."""
    starts = {place for role, place in cues.places if role in WANTED}
    return frozenset(at for at, token in enumerate(tokens) if token.start in starts) if starts else frozenset()


def _parts(tokens: Sequence[Token]) -> list[list[int]]:
    parts: list[list[int]] = [[]]
    for at, token in enumerate(tokens):
        parts[-1].append(at)
        if token.kind == scan.LINE or token.text in PARTS:
            parts.append([])
    return [part for part in parts if part]


def _said_in(parts: list[list[int]], tokens: Sequence[Token], cues: Cues) -> list[set[str]]:
    starts = [tokens[part[0]].start for part in parts]
    said: list[set[str]] = [set() for _ in parts]
    for role, place in cues.places:
        said[max(0, bisect_right(starts, place) - 1)].add(role)
    return said


def _tells(said: set[str]) -> bool:
    return not said.isdisjoint(TOLD) and said.isdisjoint(("want", "repeat"))


def _mends(part: list[int], tokens: Sequence[Token]) -> bool:
    return any(tokens[at].has("correct") for at in part)


def _counts(part: list[int], tokens: Sequence[Token]) -> bool:
    return any(tokens[at].kind in (scan.NUMBER, SIZE) or tokens[at].has("one_unit") for at in part)


def only_thanked_for(elements: Iterable[Element], tokens: Sequence[Token], cues: Cues) -> bool:
    """ "thanks for the extra 2kg carrots": all the goods named are thanked for."""
    if not cues.places_any("thanked") or cues.has("want"):
        return False
    named = {e.start for e in elements if isinstance(e, Mention)}
    parts = _parts(tokens)
    said = _said_in(parts, tokens, cues)
    naming = [roles for part, roles in zip(parts, said, strict=True) if not named.isdisjoint(part)]
    return bool(naming) and all("thanked" in roles for roles in naming)
