"""Types the numbers that count no goods by what they are: a unit number, a plate, a share of several messages, an hour.

Only shapes and words of language decide, never what the rest of the message is read as; a number that stands right before a unit
or goods is left alone. Such a number then has a role in the account of the message and can be no amount.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.languages import listed
from bot.language.token import Token

_MARKS_BEHIND = frozenset({":", ")", "-", "."})
_VEHICLES = frozenset(listed("vehicles"))
_UNIT_NUMBERS = frozenset(listed("unit_number_leads"))
_BETWEEN = frozenset(listed("between"))
_DAY_LEADS = frozenset(listed("day_leads"))
_STARTS = frozenset(listed("starts_a_clause"))
_HOUR_LEADS = frozenset(listed("hour_leads"))
_PLATE = re.compile(r"[a-z]{2,3}")
"""The letters that the plate of a vehicle begins with."""
_OPENERS = frozenset(listed("part_leads"))
VEHICLE_REACH = 4
POSTAL = 6
ADDRESS_REACH = 6
HOURS = 24
LONGEST_MONTH = 12
LONGEST_DAY = 31


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Tokens `start` to `end` (not included) are one of a kind; `text` where it is read further."""

    start: int
    end: int
    kind: str
    text: str = ""


def typed(tokens: list[Token], index: CatalogIndex) -> list[Token]:
    """The tokens, each stretch that counts nothing as one token of the kind of what it is."""
    look = _Look(tokens, index)
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        found = look.at(at) if tokens[at].kind in (scan.NUMBER, scan.DATE, scan.ODD) else None
        if found is None:
            out.append(tokens[at])
            at += 1
            continue
        del out[len(out) - (at - found.start) :]
        out.append(_as_one(tokens[found.start : found.end], found))
        at = found.end
    return out


def _as_one(inside: Sequence[Token], found: _Stretch) -> Token:
    text = found.text or " ".join(token.text for token in inside)
    return Token(found.kind, text, inside[0].start, inside[-1].end, inside[0].glued)


class _Look:
    def __init__(self, tokens: Sequence[Token], index: CatalogIndex) -> None:
        self.tokens = tokens
        self.index = index

    def at(self, at: int) -> _Stretch | None:
        """The stretch around one number that is no amount."""
        if self.tokens[at].kind == scan.DATE:
            return self._bracketed_part(at)
        readings = (self._part, self._two_numbers, self._plate, self._car, self._between, self._hour, self._postal)
        return next((found for read in readings if (found := read(at)) is not None), None)

    def _token(self, at: int) -> Token | None:
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def _text(self, at: int) -> str:
        token = self._token(at)
        return token.text if token is not None else ""

    def _number(self, at: int) -> bool:
        token = self._token(at)
        return token is not None and token.kind == scan.NUMBER

    def _counts(self, at: int) -> bool:
        """Whether a unit or goods stand here, so that the number before them is an amount."""
        token = self._token(at)
        if token is None:
            return False
        return token.has("unit") or token.has("measure") or self.index.knows(token.word)

    def _has(self, at: int, role: str) -> bool:
        token = self._token(at)
        return token is not None and token.has(role)

    def _ends_line(self, at: int) -> bool:
        token = self._token(at)
        return token is None or token.kind == scan.LINE

    def _starts_line(self, at: int) -> bool:
        before = self._token(at - 1)
        return before is None or before.kind == scan.LINE

    def _bracketed_part(self, at: int) -> _Stretch | None:
        """ "(2/3)" at the start or the end of a line."""
        top, _, bottom = self.tokens[at].text.partition("/")
        bracketed = self._text(at - 1) == "(" and self._text(at + 1) == ")"
        if not bracketed or not (top.isdigit() and bottom.isdigit()) or int(top) > int(bottom):
            return None
        return (
            _Stretch(at - 1, at + 2, scan.REFERENCE) if self._starts_line(at - 1) or self._ends_line(at + 2) else None
        )

    def _part(self, at: int) -> _Stretch | None:
        """ "Order 3 of 5:", "page 1 of 2": which of several messages this is."""
        opened = self._starts_line(at) or self._text(at - 1) in _OPENERS or self._text(at - 1) == "("
        if not opened or self._text(at + 1) not in ("of", "/") or not self._number(at + 2):
            return None
        one, all_ = self.tokens[at].value, self.tokens[at + 2].value
        ends = self._ends_line(at + 3) or self._text(at + 3) in _MARKS_BEHIND
        counted = one is not None and all_ is not None and 1 <= one <= all_
        return _Stretch(at, at + 3, scan.REFERENCE) if counted and ends else None

    def _two_numbers(self, at: int) -> _Stretch | None:
        """ "unit 12-34", "02-15 Hougang Mall", "by 25-11": two numbers with a dash that no unit follows."""
        joined = self._text(at + 1) == "-" and self.tokens[at + 1].glued and self._number(at + 2)
        if not joined or not self.tokens[at + 2].glued:
            return None
        if self._text(at - 1) in _UNIT_NUMBERS:
            return _Stretch(at - 1, at + 3, scan.PLACE)
        if self._counts(at + 3):
            return None
        if self._asked_day(at):
            return _Stretch(at, at + 3, scan.DATE, f"{self.tokens[at].text}/{self.tokens[at + 2].text}")
        if self._zero(at) or self._zero(at + 2) or self._named_behind(at + 3):
            return _Stretch(at, at + 3, scan.PLACE)
        return _Stretch(at, at + 3, scan.UNSURE) if at and self.tokens[at - 1].has("unit") else None

    def _zero(self, at: int) -> bool:
        return self.tokens[at].text.startswith("0")

    def _asked_day(self, at: int) -> bool:
        """Behind a word that asks for a day, and such as a calendar has."""
        day, month = self.tokens[at].value, self.tokens[at + 2].value
        if day is None or month is None or not (1 <= day <= LONGEST_DAY and 1 <= month <= LONGEST_MONTH):
            return False
        before = at - 1 - (self._text(at - 1) == ":")
        return self._text(before) in _DAY_LEADS

    def _named_behind(self, at: int) -> bool:
        """The name of a building or a town."""
        token = self._token(at)
        if token is None or token.kind != scan.WORD or self.index.knows(token.word):
            return False
        return token.has("town") or token.has("place") or not token.roles

    def _plate(self, at: int) -> _Stretch | None:
        """ "lorry GBH 1234 A": the digits of a vehicle's plate, a few words behind the word for it."""
        start = next((back for back in range(at - 1, at - VEHICLE_REACH, -1) if self._text(back) in _VEHICLES), None)
        if start is None or self._counts(at + 1) or any(self.tokens[b].kind != scan.WORD for b in range(start, at)):
            return None
        letter = self._token(at + 1)
        ends = at + 1 + (letter is not None and letter.kind == scan.WORD and len(letter.text) == 1)
        return _Stretch(start, ends, scan.REFERENCE)

    def _car(self, at: int) -> _Stretch | None:
        """ "SKB5521K": letters, digits and a letter in one word, which no code of the catalog is."""
        before = self._token(at - 1)
        if before is None or before.kind != scan.WORD or not self.tokens[at].glued or self.index.knows(before.word):
            return None
        if not _PLATE.fullmatch(before.text) or self._counts(at + 1) or not self._ends_in_letter(at):
            return None
        return _Stretch(at - 1, at + 1 + self._is_letter(at + 1), scan.REFERENCE)

    def _ends_in_letter(self, at: int) -> bool:
        """ "5521K", which is read as so many thousand, or a letter right behind."""
        number = self.tokens[at]
        short = number.text.removesuffix("000")
        return (short != number.text and number.end - number.start == len(short) + 1) or self._is_letter(at + 1)

    def _is_letter(self, at: int) -> bool:
        token = self._token(at)
        return token is not None and token.glued and len(token.text) == 1 and token.text.isalpha()

    def _hour(self, at: int) -> _Stretch | None:
        """ "19/4 before 12": the hour of a day that is said, at the end of a clause."""
        value, behind = self.tokens[at].value, self._token(at + 1)
        ends = behind is None or behind.kind in (scan.LINE, scan.MARK) or behind.text in _STARTS
        if not ends or value is None or not 1 <= value <= HOURS or self._text(at - 1) not in _HOUR_LEADS:
            return None
        dated = any(token.kind == scan.DATE or token.has("day") or token.has("weekday") for token in self.tokens)
        return _Stretch(at - 1, at + 1, scan.CLOCK) if dated else None

    def _between(self, at: int) -> _Stretch | None:
        """ "between 9 and 11": hours."""
        joined = self._token(at + 1)
        if self._text(at - 1) not in _BETWEEN or joined is None or not self._number(at + 2):
            return None
        if not (joined.has("and") or joined.has("to") or joined.text == "-") or self._counts(at + 3):
            return None
        hours = all((self.tokens[place].value or 0) <= HOURS for place in (at, at + 2))
        dated = not hours or any(self._has(at + 3, role) for role in ("month", "day_mark", "duration"))
        return None if dated else _Stretch(at - 1, at + 3, scan.CLOCK)

    def _postal(self, at: int) -> _Stretch | None:
        """A postal code behind the rest of an address."""
        text = self.tokens[at].text
        near = self.tokens[max(at - ADDRESS_REACH, 0) : at]
        placed = any(token.kind == scan.PLACE or token.has("place") or token.has("town") for token in near)
        coded = len(text) == POSTAL and text.isdigit() and placed and not self._counts(at + 1)
        return _Stretch(at, at + 1, scan.PLACE) if coded else None
