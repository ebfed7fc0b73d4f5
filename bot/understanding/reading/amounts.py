"""The amounts that may begin at a token: a number with or without its unit, an article, a measure, words that count nothing certain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.catalog.index import CatalogIndex
from bot.catalog.units import DOZEN, PIECE
from bot.language import scan
from bot.language.lexicon import unit_near
from bot.language.numbers import HALF
from bot.language.tokeniser import SIZE, Token, part_behind, plain
from bot.understanding.spans import Kind, Quantity

TIMES = frozenset({"x", "*"})
MORE = {"more": "add", "extra": "add", "additional": "add", "lagi": "add", "less": "sub", "fewer": "sub"}
RANGE = frozenset({"-", "to", "/", "~"})


class Amounts:
    """Reads amounts out of one message's tokens."""

    def __init__(self, tokens: list[Token], index: CatalogIndex, *, strange_units: bool = True) -> None:
        self.strange_units = strange_units
        self.tokens = tokens
        self.index = index
        self.bullets = sum(
            token.text == "-" and (at == 0 or tokens[at - 1].kind == scan.LINE) for at, token in enumerate(tokens)
        )

    def at(self, start: int) -> Iterator[Quantity]:
        """Every amount that may begin here, the longest first."""
        if start >= len(self.tokens):
            return
        token = self.tokens[start]
        if token.kind == scan.NUMBER and token.value is not None:
            yield from self._counted(start, token.value)
        elif token.kind == scan.ODD or token.text == "¤":
            yield from self._with_units(Quantity(Kind.QUANTITY, start, start + 1, odd=True))
        elif token.kind == SIZE and token.unit and token.value is not None:
            yield self._measured(start, token)
        elif token.text == "-":
            yield from self._negative(start)
        elif token.kind == scan.WORD:
            yield from self._worded(start, token)

    # -- numbers

    def _counted(self, start: int, value: Decimal) -> Iterator[Quantity]:
        vague = self._has(start - 1, "vague")
        number = Quantity(Kind.QUANTITY, start, start + 1, None if vague else value, odd=vague)
        number.end = self._in_words(start + 1, value)
        number = self._and_half(number)
        yield from self._with_units(number)

    def _and_half(self, number: Quantity) -> Quantity:
        """ "one and a half"."""
        at = number.end + 1
        if number.value is None or not self._has(number.end, "and"):
            return number
        at += self._has(at, "article")
        half = self._token(at)
        if half is None or half.value != HALF or not half.has("number"):
            return number
        return replace(number, value=number.value + HALF, end=at + 1)

    def _in_words(self, at: int, value: Decimal) -> int:
        """10 (ten) cartons."""
        inside = self.tokens[at : at + 3]
        if len(inside) == 3 and inside[0].text == "(" and inside[2].text == ")" and inside[1].value == value:
            return at + 3
        return at

    def _with_units(self, number: Quantity) -> Iterator[Quantity]:
        """The number with what stands behind it, and the number alone."""
        if self._text(number.end) == "of" and number.unit is None and number.value is not None:
            number = replace(number, of_those=True)
        choice = self._choice(number)
        if choice is not None and choice.unit is not None:
            yield choice
            return
        if choice is not None:
            yield from self._with_units(choice)
            return
        for unit in self._units_behind(number):
            yield self._finished(unit)
        if self._text(number.end) not in MORE:
            yield self._finished(number)

    def _finished(self, amount: Quantity) -> Quantity:
        """With the half behind its unit, and its "each"."""
        part = part_behind(self.tokens, amount.end)
        if amount.value is not None and amount.unit is not None and part is not None:
            amount = replace(amount, value=amount.value + part, end=amount.end + 1)
        if self._has(amount.end, "each"):
            amount = replace(amount, each=True, end=amount.end + 1)
        return amount

    def _choice(self, number: Quantity) -> Quantity | None:
        """2 or 3, 10-20, 2 to 3: nothing certain was said."""
        joint, other = self._token(number.end), self._token(number.end + 1)
        if joint is None or other is None or other.value is None:
            return None
        if other.kind == SIZE and other.unit and (joint.has("or") or joint.text == "to"):
            return replace(number, value=None, unit=other.unit, odd=True, end=number.end + 2)
        if other.kind != scan.NUMBER:
            return None
        glued = joint.glued and other.glued
        if joint.has("or") or joint.text == "to" or (joint.text in RANGE and glued and not self._strokes(number.end)):
            return replace(number, value=None, odd=True, end=number.end + 2)
        return None

    def _strokes(self, at: int) -> bool:
        """ "3/2/1": amounts one after another."""
        return self.tokens[at].text == "/" and sum(t.text == "/" for t in self.tokens[max(0, at - 2) : at + 4]) >= 2

    def _units_behind(self, number: Quantity) -> Iterator[Quantity]:
        """ "5 ctn", "5 x ctn", "2 more boxes", "a full bag"."""
        at, op = number.end, number.op
        while (token := self._token(at)) is not None and self._between(at, token):
            op = MORE.get(token.text, op)
            at += 1
        held = self._pack_between(number, at) or self._weight_between(number, at)
        if held is not None:
            yield held
        unit = self._token(at)
        if unit is None:
            if op is not None:
                yield replace(number, op=op, end=at)
        elif unit.has("unit"):
            yield from self._unit(replace(number, unit=unit.roles["unit"], end=at + 1, op=op))
        elif self._strange(number, at):
            yield replace(number, unit=unit_near(unit.text) or unit.text, end=at + 1)
        elif op is not None:
            yield replace(number, op=op, end=at)

    def _between(self, at: int, token: Token) -> bool:
        if token.text in TIMES or token.text in MORE:
            return True
        if token.text == "-" and token.glued:
            return self._token(at + 1) is not None and self.tokens[at + 1].glued
        return (token.has("filler") or token.has("attribute")) and self._has(at + 1, "unit") and not token.has("unit")

    def _unit(self, amount: Quantity) -> Iterator[Quantity]:
        behind = self._token(amount.end)
        if behind is not None and behind.text in MORE:
            amount = replace(amount, op=MORE[behind.text], end=amount.end + 1)
        held = self._holding(amount)
        if held is not None:
            yield held
        if amount.unit == DOZEN and amount.value is not None and self._has(amount.end, "unit"):
            unit = self.tokens[amount.end].roles["unit"]
            yield replace(amount, value=amount.value * 12, unit=unit, end=amount.end + 1)
        yield amount

    def _holding(self, amount: Quantity) -> Quantity | None:
        """ "one packet of 100", "5 boxes (100 pcs each)": what the pack holds."""
        of, number = self._token(amount.end), self._token(amount.end + 1)
        if of is not None and of.text == "of" and number is not None and number.kind == SIZE and number.unit:
            return self._holding_weight(amount, number)
        if of is None or number is None or number.kind != scan.NUMBER:
            return None
        pieces = self._has(amount.end + 2, "unit") and self.tokens[amount.end + 2].roles["unit"] == PIECE
        if of.text == "of" and not self._names(amount.end + 1) and (pieces or not self._has(amount.end + 2, "unit")):
            return replace(amount, pack_of=number.value, end=amount.end + 2 + pieces)
        closed = self._has(amount.end + 3, "each") and self._text(amount.end + 4) == ")"
        return (
            replace(amount, pack_of=number.value, end=amount.end + 5) if of.text == "(" and pieces and closed else None
        )

    def _holding_weight(self, amount: Quantity, weight: Token) -> Quantity | None:
        """ "a crate of 10kg"; not "a crate of 10kg potatoes", whose name may hold it."""
        behind = self._token(amount.end + 2)
        if weight.value is None or weight.word in self.index.sizes or (behind and self.index.knows(behind.word)):
            return None
        held = weight.value / 1000 if weight.unit in ("g", "ml") else weight.value
        return replace(amount, pack_of=held, end=amount.end + 2)

    def _names(self, at: int) -> bool:
        """The number belongs to the name behind it: 3 compartment."""
        noun = self._token(at + 1)
        value = self.tokens[at].value
        return value is not None and (
            self.index.knows(self.tokens[at].word)
            or (noun is not None and plain(value) + noun.word in self.index.numbered)
        )

    def _pack_between(self, number: Quantity, at: int) -> Quantity | None:
        """ "3 x 100-pc packets"."""
        inner = self._token(at)
        if inner is None or inner.kind != scan.NUMBER:
            return None
        at += 1 + (self._text(at + 1) == "-")
        if not self._has(at, "unit") or not self._has(at + 1, "unit") or self.tokens[at].roles["unit"] != PIECE:
            return None
        return replace(number, unit=self.tokens[at + 1].roles["unit"], pack_of=inner.value, end=at + 2)

    def _weight_between(self, number: Quantity, at: int) -> Quantity | None:
        """ "1 25kg sack": one sack of that weight."""
        weight, unit = self._token(at), self._token(at + 1)
        if weight is None or weight.kind != SIZE or not weight.unit or weight.value is None or number.odd:
            return None
        if unit is None or not unit.has("unit"):
            return None
        held = weight.value / 1000 if weight.unit in ("g", "ml") else weight.value
        return replace(number, unit=unit.roles["unit"], pack_of=held, weight=weight, end=at + 2)

    def _strange(self, number: Quantity, at: int) -> bool:
        """ "noodles 3 fathoms": a word nobody knows where a unit would end the item."""
        word, behind = self.tokens[at], self._token(at + 1)
        if (
            not self.strange_units
            or word.kind != scan.WORD
            or word.roles
            or len(word.text) < 2
            or not word.text.isascii()
        ):
            return False
        if at != number.end or self.index.knows(word.word):
            return False
        return behind is None or behind.kind in (scan.LINE, scan.MARK) or behind.has("and")

    # -- measures, negatives and words

    def _measured(self, start: int, token: Token) -> Quantity:
        unit = "litre" if token.unit == "l" else token.unit
        return self._finished(Quantity(Kind.QUANTITY, start, start + 1, token.value, unit, size=token))

    def weighs(self, start: int) -> Quantity | None:
        """ "500ml of soy sauce" where nobody knows soy sauce: the measure is how much of it is wanted."""
        token, goods = self.tokens[start], self._token(start + 2)
        if (
            token.kind != SIZE
            or not token.unit
            or token.value is None
            or self._text(start + 1) != "of"
            or goods is None
        ):
            return None
        strange = goods.kind == scan.WORD and not goods.roles and not self.index.knows(goods.word)
        return replace(self._measured(start, token), of_those=True) if strange else None

    def _negative(self, start: int) -> Iterator[Quantity]:
        number, before = self._token(start + 1), self._token(start - 1)
        if number is None or not number.glued or self.tokens[start].glued or number.value is None:
            return
        if self.bullets > 1 and (before is None or before.kind == scan.LINE):
            return
        for amount in self.at(start + 1):
            if amount.value is not None:
                yield replace(amount, start=start, value=-amount.value, odd=True)

    def _worded(self, start: int, token: Token) -> Iterator[Quantity]:
        """Words that count: a carton, sekotak, a few packets, the same number of."""
        if token.has("same_amount"):
            yield Quantity(Kind.QUANTITY, start, start + 1, same=True)
        if token.has("one_unit"):
            yield self._finished(Quantity(Kind.QUANTITY, start, start + 1, Decimal(1), token.roles["one_unit"]))
        if token.has("how_many"):
            yield from self._with_units(Quantity(Kind.QUANTITY, start, start + 1, odd=True))
        if token.has("article") or token.has("vague"):
            one = Quantity(Kind.QUANTITY, start, start + 1, Decimal(1) if token.has("article") else None)
            one.op = "add" if token.roles.get("op") == "add" else None
            yield from self._units_behind(one)
            yield replace(one, loose=True)
        if token.has("unit"):
            value = Decimal(1) if self._one_of(start, token) else None
            yield Quantity(Kind.QUANTITY, start, start + 1, value, token.roles["unit"], loose=True)

    def labelled(self, start: int) -> Quantity | None:
        """ "Unit: packet": the unit of a number said before, on a form."""
        if not (self._has(start, "unit") and self._text(start + 1) == ":" and self._has(start + 2, "unit")):
            return None
        return Quantity(Kind.QUANTITY, start, start + 3, unit=self.tokens[start + 2].roles["unit"], loose=True)

    def _one_of(self, at: int, token: Token) -> bool:
        """ "roll of foil please": a unit in the singular at the start of an item."""
        before = self._token(at - 1)
        opens = before is None or before.kind in (scan.LINE, scan.MARK) or before.has("courtesy") or before.has("and")
        return opens and token.text == token.roles["unit"] and self._text(at + 1) == "of"

    def _token(self, at: int) -> Token | None:
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def _has(self, at: int, role: str) -> bool:
        return 0 <= at < len(self.tokens) and role in self.tokens[at].roles

    def _text(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""
