"""Recognises why something is changed, which says nothing of the change itself: "..., we have a party", 因为公司有活动."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot.language import scan
from bot.language.languages import listed
from bot.language.token import Token

_TELLS = frozenset(listed("tells_why"))
_BECAUSE = frozenset(listed("because"))
_CONDITIONS = frozenset(listed("conditions"))
_MARKS = (scan.MARK, scan.LINE)
_COUNTS = frozenset({scan.NUMBER, scan.ODD, scan.PRICE})
_ACTS = ("negate", "correct", "op", "unit", "weekday", "day")


def stretches(tokens: Sequence[Token]) -> Iterator[list[int]]:
    """The places between marks, without the marks."""
    run: list[int] = []
    for at, token in enumerate(tokens):
        if token.kind not in _MARKS:
            run.append(at)
        if run and (
            token.kind in _MARKS or token.text.endswith(" .")
        ):  # "3 ctn. Lift ...": the stop is part of the unit
            yield run
            run = []
    if run:
        yield run


def is_reason(tokens: Sequence[Token], run: Sequence[int]) -> bool:
    """ "we have a party", "customer cancelled": who or what it is about, and nothing that counts, acts or sets a condition."""
    return _tells(tokens, run) and len(run) > 1 and not any(_may_act(tokens[at]) for at in run)


def reasons_among(tokens: Sequence[Token]) -> list[list[int]]:
    """The stretches that are reasons."""
    return [run for run in stretches(tokens) if is_reason(tokens, run)]


def reasons_in(tokens: Sequence[Token]) -> frozenset[int]:
    """The places of the stretches that are reasons."""
    return frozenset(at for run in reasons_among(tokens) for at in run)


def _leads(token: Token) -> bool:
    return token.text.split()[0] in _BECAUSE or token.has("purpose")


def because(tokens: Sequence[Token], used: Collection[int]) -> set[int]:
    """The places from a "because" to the end of its sentence, where nothing in them is part of the change."""
    for run in stretches(tokens):
        start = next((place for place, at in enumerate(run) if _leads(tokens[at])), None)
        if (
            start is not None
            and _tells(tokens, run[start:])
            and not any(_may_act(tokens[at]) or at in used for at in run[start + 1 :])
        ):
            return set(run[start:])
    return set()


def _tells(tokens: Sequence[Token], run: Sequence[int]) -> bool:
    words = [word for at in run for word in tokens[at].text.split()]
    return any(word in _TELLS for word in words) or any(tokens[at].has("event") for at in run)


def _may_act(token: Token) -> bool:
    conditional = not _CONDITIONS.isdisjoint(token.text.split())
    return conditional or token.kind in _COUNTS or any(token.has(role) for role in _ACTS)
