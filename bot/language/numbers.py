"""Joins the words and digits that make one number: two hundred and fifty, dua ribu lima ratus, 一万二, 1 1/2, 1.5k.

A number is a row of parts, each with the power of ten that it fills. A scale word multiplies the parts below it ("twenty
five" hundred, "dua ratus lima" puluh), and a smaller part follows a larger one. Words that count nothing exact ("a few
hundred", "200 plus", 两百多) make an odd number without a value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from bot.language import scan
from bot.language.languages import listed
from bot.language.scripts import has_short_tails
from bot.language.token import NOWHERE, Token, plain, token_at

HALF = Decimal("0.5")
HUNDRED, THOUSAND = Decimal(100), Decimal(1000)
UNITS = frozenset({"unit", "measure"})
_JOINED = frozenset({"scale", "number", "and", "vague", "vague_tail"})
"""Roles of words that may go on with a number."""
JOINING = frozenset(listed("joins_number"))
MORE_PARTS = frozenset(listed("half_and_more"))
"""Malay says "one half" for one and a half."""


@dataclass(frozen=True, slots=True)
class _Part:
    value: Decimal
    fills: Decimal
    """The power of ten below which another part may follow; 1 when none may."""


@dataclass(slots=True)
class _Number:
    """What was read so far, from the largest part to the smallest."""

    parts: list[_Part] = field(default_factory=list)
    rest: Decimal = Decimal(0)
    """What no scale multiplies: a half, decimals, the short tail of 两千五."""
    scaled: bool = False
    """The last part ends with a scale word."""

    @property
    def value(self) -> Decimal:
        return sum((part.value for part in self.parts), Decimal(0)) + self.rest

    def add(self, value: Decimal, fills: Decimal) -> None:
        self.parts.append(_Part(value, fills))
        self.scaled = False

    def scale(self, scale: Decimal) -> None:
        """Multiplies the parts below the scale; a scale alone counts one of it."""
        below = [part for part in self.parts if part.fills < scale]
        value = sum((part.value for part in below), Decimal(0)) or Decimal(1)
        self.parts = [part for part in self.parts if part.fills >= scale]
        self.parts.append(_Part((value + self.rest) * scale, scale))
        self.rest, self.scaled = Decimal(0), True

    def takes(self, value: Decimal) -> bool:
        """Whether a part so large may follow."""
        return not self.parts or value < self.parts[-1].fills


def join_numbers(tokens: list[Token]) -> list[Token]:
    """The tokens with each number as one of them."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if _stands_alone(tokens, at):
            at += 1
        else:
            token, at = _number_or_word(tokens, at)
        out.append(token)
    return _with_halves(out)


def _stands_alone(tokens: list[Token], at: int) -> bool:
    """A word that counts nothing, or digits with nothing beside them that they could be joined to: most tokens."""
    token, after = tokens[at], token_at(tokens, at + 1)
    if token.roles or token.kind == scan.DATE:
        return False
    if token.value is None:
        return True
    if token_at(tokens, at - 1).roles:
        return False
    return after.kind != scan.DATE and after.text not in ("point", "+") and _JOINED.isdisjoint(after.roles)


def _number_or_word(tokens: list[Token], at: int) -> tuple[Token, int]:
    token = tokens[at]
    counted = token_at(tokens, at + 1).has("scale")
    if token.has("vague") and (counted or token.has("scale")):
        _, end = _number_at(tokens, at + (not token.has("scale")))
        return _odd(tokens[at:end]), end
    if token.has("article") and counted:
        number, end = _number_at(tokens, at + 1)
        number.start = token.start
        return _exact_or_odd(tokens, number, at, end)
    if _begins(tokens, at):
        number, end = _number_at(tokens, at)
        return _exact_or_odd(tokens, number, at, end)
    if token.has("pair_number"):
        token.kind, token.value = scan.NUMBER, Decimal(token.roles["pair_number"])
    return token, at + 1


def _begins(tokens: list[Token], at: int) -> bool:
    token = token_at(tokens, at)
    if token.kind == scan.DATE:
        return is_fraction(tokens, at)
    return token.value is not None or token.has("number") or (token.has("scale") and token.text != "k")


def is_fraction(tokens: list[Token], at: int) -> bool:
    """1/2 is a half only before a unit or a plain word, or after a number; else it is a date."""
    token = tokens[at]
    if token.kind != scan.DATE or token.text.count("/") != 1:
        return False
    if token.has("number") and token_at(tokens, at - 1).value is not None:
        return True
    top, bottom = map(int, token.text.split("/"))
    return 0 < top < bottom and _is_of(token, token_at(tokens, at + 1))


def _is_of(fraction: Token, after: Token) -> bool:
    """Whether the fraction may be one of what stands behind it."""
    plain_word = after.kind == scan.WORD and not after.roles
    return after.has_any(UNITS) or (fraction.has("number") and plain_word)


def part_behind(tokens: list[Token], at: int) -> Decimal | None:
    """A half or a quarter behind a unit: 六公斤半, 两箱半, dua kilo suku."""
    part = token_at(tokens, at)
    if part.value not in (HALF, HALF / 2) or not part.has("number"):
        return None
    return None if token_at(tokens, at + 1).has_any(UNITS) else part.value


# -- one number


def _number_at(tokens: list[Token], start: int) -> tuple[Token, int]:
    number = _Number()
    at = start
    while size := _take(number, tokens, start, at):
        at += size
    _short_tail(number, tokens[start:at])
    first, last = tokens[start], tokens[at - 1]
    value = number.value
    token = Token(scan.NUMBER, plain(value), first.start, last.end, first.glued, first.roles, value, plain(value))
    return token, at


def _take(number: _Number, tokens: list[Token], start: int, at: int) -> int:
    """Takes what stands at `at` into the number; how many tokens that were, 0 where the number ends before it."""
    token = token_at(tokens, at)
    if token.has("scale"):
        return _take_scale(number, token)
    value = value_at(tokens, at)
    if value is not None:
        return _take_value(number, tokens, start, at, value)
    if at == start:
        return 1
    return _take_joint_of_scales(number, tokens, at) if number.scaled else _take_joint(number, tokens, at)


def _take_joint(number: _Number, tokens: list[Token], at: int) -> int:
    """ "and a half", "point two"."""
    half = _half_behind_and(tokens, at)
    if half:
        number.rest += HALF
        return half
    return _take_decimals(number, tokens, at) if token_at(tokens, at).text == "point" else 0


def _take_joint_of_scales(number: _Number, tokens: list[Token], at: int) -> int:
    """The "and" of "two hundred and fifty"."""
    if token_at(tokens, at).text not in JOINING:
        return 0
    follower = value_at(tokens, at + 1)
    smaller = follower is not None and follower < HUNDRED and number.takes(follower)
    return int(smaller and token_at(tokens, at + 1).has("number"))


def _take_scale(number: _Number, token: Token) -> int:
    scale = Decimal(token.roles["scale"])
    if (token.text == "k" and not token.glued) or (number.scaled and scale < THOUSAND):
        return 0
    number.scale(scale)
    return 1


def _take_value(number: _Number, tokens: list[Token], start: int, at: int, value: Decimal) -> int:
    token = tokens[at]
    if at > start and 0 < value < 1:
        return _take_part(number, token, value)
    if at > start and token.kind == scan.NUMBER and not token.has("number"):
        return _take_digits(number, tokens, at, value)
    if _spoken(number, tokens, start, at, value):
        number.parts = [_Part(number.value * HUNDRED, HUNDRED)]
    elif not (number.takes(value) or _follows_zero(number, token)):
        return 0
    number.add(value, _fills(token, value))
    return 1


def _follows_zero(number: _Number, token: Token) -> bool:
    return number.parts[-1].value == 0 and has_short_tails(token.text)


def _take_part(number: _Number, token: Token, value: Decimal) -> int:
    """A half behind a whole number: "1 1/2", "satu setengah"."""
    whole = not number.scaled and number.value == number.value.to_integral_value()
    taken = whole and (token.kind == scan.DATE or token.text in MORE_PARTS)
    number.rest += value if taken else 0
    return int(taken)


def _take_digits(number: _Number, tokens: list[Token], at: int, value: Decimal) -> int:
    """ "2 thousand 5 hundred", "2 thousand 500"; digits behind anything else are another number."""
    if number.scaled and _short_digit(tokens, at, value):
        number.rest += value * number.parts[-1].fills / 10
        return 1
    room = number.parts[-1].fills
    fits = number.scaled and number.takes(value) and room >= HUNDRED and tokens[at - 1].text != "k"
    if not fits or (value * 10 < room and not token_at(tokens, at + 1).has("scale")):
        return 0
    number.add(value, Decimal(1))
    return 1


def _short_digit(tokens: list[Token], at: int, value: Decimal) -> bool:
    """1万2, 2k5: a digit written on behind a scale counts in the next one."""
    scale = tokens[at - 1]
    return tokens[at].glued and value < 10 and (has_short_tails(scale.text) or (scale.text == "k" and scale.glued))


def _spoken(number: _Number, tokens: list[Token], start: int, at: int, value: Decimal) -> bool:
    """ "six fifty ml": hundreds that are not said, before a measure."""
    if at != start + 1 or number.scaled or not tokens[at].has("number"):
        return False
    return number.value < 10 <= value < HUNDRED and token_at(tokens, at + 1).has("measure")


def _fills(token: Token, value: Decimal) -> Decimal:
    """How much room a number in words leaves for the next: below 10 behind twenty, below 100 behind seratus."""
    if not token.has("number") or value <= 10 or value != value.to_integral_value():
        return Decimal(1)
    digits = plain(value)
    return Decimal(10) ** (len(digits) - len(digits.rstrip("0")))


def _half_behind_and(tokens: list[Token], at: int) -> int:
    """ "and a half" before a unit ("five and a half kilos") or at the end: how many tokens it takes."""
    article = token_at(tokens, at + 1).has("article")
    half, behind = token_at(tokens, at + 1 + article), token_at(tokens, at + 2 + article)
    if not token_at(tokens, at).has("and") or half.roles.get("number") != plain(HALF):
        return 0
    measured = behind.has_any(UNITS) or behind.has("scale")
    return 2 + article if measured or (article and behind is NOWHERE) else 0


def _take_decimals(number: _Number, tokens: list[Token], at: int) -> int:
    """ "three point two five"."""
    digits, end = "", at + 1
    while (value := value_at(tokens, end)) is not None and value < 10:
        digits += plain(value)
        end += 1
    number.rest += Decimal(f"0.{digits}") if digits.isdigit() else Decimal(0)
    return end - at


def _short_tail(number: _Number, tokens: list[Token]) -> None:
    """两千五 is 2500: a last sign counts in the next scale, unless a zero stands before it (两千零五)."""
    if len(number.parts) < 2 or not all(has_short_tails(token.text) for token in tokens[-2:]):
        return
    large, last = number.parts[-2:]
    zero = any(part.value == 0 for part in number.parts)
    if large.fills >= HUNDRED and last.fills == 1 and last.value < 10 and not zero:
        number.rest += last.value * large.fills / 10 - last.value


def value_at(tokens: list[Token], at: int) -> Decimal | None:
    """The number that one token says, by itself."""
    token = token_at(tokens, at)
    if token.value is not None and token.kind == scan.NUMBER:
        return token.value
    if token.kind == scan.DATE:
        return _fraction(token.text) if is_fraction(tokens, at) else None
    said = token.roles.get("number", "/")
    return None if "/" in said else Decimal(said)


def _fraction(text: str) -> Decimal:
    top, bottom = map(Decimal, text.split("/"))
    return top / bottom


# -- halves behind a unit


def _with_halves(tokens: list[Token]) -> list[Token]:
    """ "3 dozen and a half", "a carton and a half": the half belongs to the number before the unit."""
    if not any(token.value == HALF for token in tokens):
        return tokens
    out: list[Token] = []
    for at, token in enumerate(tokens):
        out.append(token)
        joined = 3 + token_at(out, len(out) - 2).has("article")
        counts_on = token_at(tokens, at + 1).has_any(UNITS)
        if len(out) > joined and not counts_on and _is_half_of(out[-joined - 1 :]):
            _add_half(out[-joined - 1], out[-joined], token)
            del out[-joined + 1 :]
    return out


def _add_half(number: Token, unit: Token, half: Token) -> None:
    number.kind, number.value = scan.NUMBER, (number.value or Decimal(1)) + HALF
    number.word = number.text = plain(number.value)
    unit.end = half.end


def _is_half_of(tokens: list[Token]) -> bool:
    """A whole number or an article, its unit, "and" (with "a"), and the word for a half."""
    number, unit, joint, half = tokens[0], tokens[1], tokens[2], tokens[-1]
    whole = number.has("article") or (number.value is not None and number.value == number.value.to_integral_value())
    counted = whole and number.kind in (scan.NUMBER, scan.WORD) and unit.has("unit")
    return counted and joint.text in JOINING and half.value == HALF and half.has("number")


# -- numbers that count nothing exact


def _odd(tokens: list[Token]) -> Token:
    """One odd number of all these words."""
    return Token(scan.ODD, " ".join(token.text for token in tokens), tokens[0].start, tokens[-1].end, tokens[0].glued)


def _exact_or_odd(tokens: list[Token], number: Token, start: int, end: int) -> tuple[Token, int]:
    """The number, or an odd one where the words around it take its exactness away: over 20, twenty something, 200+, 两百多."""
    behind = _vague_end(tokens, number, end)
    led = token_at(tokens, start - 1).has("vague_lead")
    return (_odd(tokens[start:behind]), behind) if led or behind > end else (number, end)


def _vague_end(tokens: list[Token], number: Token, end: int) -> int:
    """Where the words behind a number end that make it vague; `end` where none do."""
    behind = token_at(tokens, end)
    if _two_in_a_row(number, behind):
        return end + 1 + token_at(tokens, end + 1).has("scale")
    if behind.text == "+":
        return end + _is_more(tokens, end)
    tail = behind.has("vague_tail") or (behind.has("vague") and has_short_tails(behind.text))
    return end + (tail and not _begins(tokens, end + 1))


def _is_more(tokens: list[Token], at: int) -> bool:
    """ "200+" with nothing to add behind it."""
    return tokens[at].glued and not (token_at(tokens, at + 1).glued or _begins(tokens, at + 1))


def _two_in_a_row(number: Token, behind: Token) -> bool:
    """两三箱, "dua tiga kotak", "two three ctn": two or three."""
    if not number.has("number") or not behind.has("number") or "/" in behind.roles["number"]:
        return False
    one, two = number.value, Decimal(behind.roles["number"])
    return one is not None and one >= 1 and two == one + 1 and two < 10
