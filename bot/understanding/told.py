"""Leaves out what a message only tells of before it asks for something: "last time 2 boxes were missing, so send 12".

What came short, late or torn, what was had before and what is thanked for is no amount wanted, when a later part of the
message asks for goods. Where nothing is asked for afterwards nothing is left out: that is a complaint, or a question.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.language.tokeniser import Token
from bot.understanding.cues import Cues
from bot.understanding.spans import COMMA, Break, Cue, Element, Mention, Quantity

_TOLD = ("complaint", "told", "thanked")
_NOT_TOLD = ("want", "repeat")


@dataclass(slots=True)
class _Part:
    """A stretch between commas or stops, with what is said in it."""

    elements: list[Element] = field(default_factory=list)
    roles: set[str] = field(default_factory=set)

    @property
    def told(self) -> bool:
        corrects = any(isinstance(e, Cue) and "correct" in e.roles for e in self.elements)
        return not corrects and self.roles.isdisjoint(_NOT_TOLD) and not self.roles.isdisjoint(_TOLD)

    @property
    def wants(self) -> bool:
        asks = "want" in self.roles or "anew" in self.roles
        return asks and any(isinstance(e, Quantity) and e.value is not None for e in self.elements)


def without_told(elements: list[Element], tokens: Sequence[Token], cues: Cues) -> list[Element]:
    """The elements without the amounts only told of; their goods stay when what is asked for afterwards names none."""
    if not cues.places_any(*_TOLD):
        return elements
    parts = _parts(elements, tokens, cues)
    last = max((at for at, part in enumerate(parts) if part.wants and not part.told), default=0)
    named = any(
        isinstance(e, Mention) and e.words for part in parts[: last + 1] if not part.told for e in part.elements
    )
    drop = (Mention, Quantity, Cue) if named else (Quantity, Cue)
    return [
        element
        for at, part in enumerate(parts)
        for element in part.elements
        if not (at < last and part.told and isinstance(element, drop))
    ]


def only_thanked_for(elements: Iterable[Element], tokens: Sequence[Token], cues: Cues) -> bool:
    """ "thanks for the extra 2kg carrots": all the goods named are thanked for."""
    if not cues.places_any("thanked") or cues.has("want"):
        return False
    parts = [
        part for part in _parts(list(elements), tokens, cues) if any(isinstance(e, Mention) for e in part.elements)
    ]
    return bool(parts) and all("thanked" in part.roles for part in parts)


def _parts(elements: list[Element], tokens: Sequence[Token], cues: Cues) -> list[_Part]:
    parts, starts = [_Part()], [0]
    for element in elements:
        parts[-1].elements.append(element)
        if isinstance(element, Break) and element.strength >= COMMA:
            parts.append(_Part())
            starts.append(tokens[element.start].start)
    for role, place in cues.places:
        if role != "complaint" or not _in_a_name(place, elements, tokens):
            parts[bisect_right(starts, place) - 1].roles.add(role)
    return parts


def _in_a_name(place: int, elements: list[Element], tokens: Sequence[Token]) -> bool:
    """ "sour cream" complains of nothing."""
    named = (e for e in elements if isinstance(e, Mention) and e.words and not e.unknown)
    return any(tokens[e.start].start <= place < tokens[e.end - 1].end for e in named)
