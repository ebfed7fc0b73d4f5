"""Reads which of a numbered or sized list a short answer picks: "#2", "no 2", "1 and 3", "第2个", "the small one"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from bot.catalog.index import Bag, CatalogIndex
from bot.language import scan
from bot.language.languages import listed
from bot.language.tokeniser import Token
from bot.understanding.intent import Question

LEADS = frozenset({"#", *listed("before_a_choice")})
_COUNTED = frozenset(listed("counts_a_choice"))
_CLOSED_BY = frozenset({")", *listed("closes_a_choice")})
LETTERS = "abcdefgh"
MOST_PLACES = 9
"""No list that the bot numbers is longer."""
_DIGIT = re.compile(r"#?\s?(\d)号?")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([a-z]+)")
_CHATTER = ("filler", "courtesy", "and", "stop", "both", "greeting", "place", "reference", "ordinal")
_UNITS = frozenset({"mm", "ml", "g", "in", "oz", "lb", "m", "ft", "w"})
_PARTS = frozenset(",;.，、。")
_EXTENTS = frozenset({"small", "medium", "large"})


def picked(tokens: Sequence[Token], count: int) -> tuple[int, ...]:
    """The places (from 1) that a message of nothing else picks of a list of `count`; none when it says more than that.

    A bare number may be an amount as well, so that alone it picks nothing here.
    """
    places: list[int] = []
    marked = False
    for at in range(len(tokens)):
        place = _place(tokens, at, count)
        if place is not None:
            places.append(place)
            marked |= _is_marked(tokens, at)
        elif not _says_nothing(tokens, at, after_pick=bool(places)):
            return ()
    return tuple(dict.fromkeys(places)) if marked or len(places) > 1 else ()


def places_picked(pending: Sequence[Question], tokens: Sequence[Token]) -> tuple[int, ...]:
    """Which of the one open question's products a message of nothing else picks by number."""
    if len(pending) != 1 or len(pending[0].candidates) < 2:
        return ()
    places = picked(tokens, len(pending[0].candidates))
    return places if len(places) < 2 or pending[0].quantity_said is not None else ()


def ends_of(tokens: Sequence[Token]) -> tuple[range, ...]:
    """The first and the last words of a message that a comma, a line or an "and" parts: "first one pls" of "first one pls,
    and soap make it 3". None of a message in one part."""
    at = [place for place, token in enumerate(tokens) if _parts(token)]
    return (range(at[0]), range(at[-1] + 1, len(tokens))) if at else ()


def _parts(token: Token) -> bool:
    return token.kind == scan.LINE or (token.kind == scan.MARK and token.text in _PARTS) or token.has("and")


def marked_place(tokens: Sequence[Token], at: int, count: int) -> int | None:
    """The place, from 1, that "number 3" or "#3" picks of a list of `count`; None for a bare number, which may count."""
    return _place(tokens, at, count) if _is_marked(tokens, at) else None


def leads(tokens: Sequence[Token], at: int, count: int) -> bool:
    """Whether a word or a sign only leads to a place: the "number" of "number 3"."""
    if tokens[at].text in LEADS or tokens[at].has("reference"):
        behind = next((n for n in range(at + 1, len(tokens)) if tokens[n].text not in (".", ":", "(")), at)
        return behind > at and marked_place(tokens, behind, count) is not None
    return tokens[at].text in _CLOSED_BY and at > 0 and marked_place(tokens, at - 1, count) is not None


def _place(tokens: Sequence[Token], at: int, count: int) -> int | None:
    token, before = tokens[at], tokens[at - 1] if at else None
    place = None
    if token.kind == scan.NUMBER and token.value is not None:
        pronoun = token.has("stop") and not (before is not None and before.text in LEADS)
        place = int(token.value) if token.value == token.value.to_integral_value() and not pronoun else None
    elif token.kind in (scan.PLACE, scan.DATE, scan.ORDINAL):
        digit = _DIGIT.match(token.text)
        place = int(digit.group(1)) if digit else None
    elif token.has("ordinal"):
        place = int(token.roles["ordinal"])
    elif len(token.text) == 1 and token.text in LETTERS and (len(tokens) == 1 or (before and before.text in LEADS)):
        place = LETTERS.index(token.text) + 1
    return place if place is not None and 1 <= place <= count else None


def _is_marked(tokens: Sequence[Token], at: int) -> bool:
    """ "no 2", "2)", "#2", "second": more than a bare number."""
    if tokens[at].kind != scan.NUMBER:
        return True
    lead = at - 1
    while lead >= 0 and tokens[lead].text in (".", ":", "("):
        lead -= 1
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    led = lead >= 0 and (tokens[lead].text in LEADS or tokens[lead].has("reference"))
    return led or (after is not None and after.text in _CLOSED_BY)


def _says_nothing(tokens: Sequence[Token], at: int, *, after_pick: bool) -> bool:
    token = tokens[at]
    if token.kind == scan.LINE or token.text in LEADS or token.text in _COUNTED:
        return True
    if token.kind == scan.MARK:
        return token.text in ".,:#()!&+/" or (token.text == "-" and not after_pick)
    if token.has("negate") and token.text not in LEADS:
        return False
    return any(token.has(role) for role in _CHATTER)


def by_extent(words: Bag, candidates: Sequence[str], index: CatalogIndex) -> tuple[str, ...]:
    """ "the small one" of 250g and 5kg: the candidates whose size is least, or greatest, or in the middle of three."""
    if len(words) != 1 or not words <= _EXTENTS or len(candidates) < 2:
        return ()
    ranked = _by_size(candidates, index)
    if len(ranked) < 2:
        return ()
    if "medium" in words:
        return ranked[1] if len(ranked) == 3 else ()
    return ranked[0] if "small" in words else ranked[-1]


def _by_size(candidates: Collection[str], index: CatalogIndex) -> list[tuple[str, ...]]:
    """The candidates by the one measure in which they differ, the smallest first."""
    sizes = [dict(_measured(index.held.get(sku, frozenset()))) for sku in candidates]
    shared = [unit for unit in sizes[0] if all(unit in size for size in sizes)]
    if len(shared) != 1:
        return []
    ranks: dict[Decimal, list[str]] = {}
    for sku, size in zip(candidates, sizes, strict=True):
        ranks.setdefault(size[shared[0]], []).append(sku)
    return [tuple(ranks[size]) for size in sorted(ranks)]


def _measured(words: Bag) -> Iterator[tuple[str, Decimal]]:
    """The sizes among a product's words, by their measure; a measure with two of them tells nothing."""
    found = [match for word in words if (match := _SIZE.fullmatch(word)) and match[2] in _UNITS]
    for match in found:
        if sum(other[2] == match[2] for other in found) == 1:
            yield match[2], Decimal(match[1])
