"""Reads typed tokens as the elements of an order: mentions of goods, quantities, separators and cues between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.catalog.index import Bag, CatalogIndex
from bot.understanding import scan
from bot.understanding.tokens import CODE, SIZE, Token, plain


class Kind(StrEnum):
    MENTION = "mention"
    QUANTITY = "quantity"
    BREAK = "break"
    CUE = "cue"


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

    role: str = ""
    value: str = ""
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


@dataclass(slots=True)
class Mention(Element):
    """Words that may name a product."""

    words: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    sizes: list[Token] = field(default_factory=list)
    sku: str | None = None
    repaired: bool = False
    every: bool = False

    @property
    def bag(self) -> Bag:
        return frozenset(self.words)


STRONG, NEWLINE, COMMA, JOIN, SOFT = 4.0, 4.5, 2.0, 1.5, 0.0
_MARKS = {",": COMMA, ";": STRONG, ".": STRONG, "!": STRONG, "?": STRONG, "&": JOIN, "+": JOIN, "/": 0.3, ":": 0.3, "-": 0.3,
          "=": 0.0, ">": 0.3, "(": 1.0, ")": 1.0, "*": 0.0}  # fmt: skip
_CUE_ROLES = ("negate", "correct", "op")
_TIMES = frozenset({"x", "*"})


def find_elements(tokens: list[Token], skip: set[int], index: CatalogIndex) -> list[Element]:
    """The elements in order. `skip` holds the tokens that name days."""
    return _Reader(tokens, skip, index).read()


class _Reader:
    """One pass over the tokens."""

    def __init__(self, tokens: list[Token], skip: set[int], index: CatalogIndex) -> None:
        self.tokens = tokens
        self.skip = skip
        self.index = index
        self.elements: list[Element] = []
        self.mention: Mention | None = None
        self.line_start = True
        self.counts = sum(token.kind == scan.NUMBER for token in tokens)

    def read(self) -> list[Element]:
        at = 0
        while at < len(self.tokens):
            at = max(self._step(at), at + 1)
        self._close()
        return self.elements

    def _step(self, at: int) -> int:
        token = self.tokens[at]
        if at in self.skip or token.kind in scan.NOISE or token.kind in (scan.DATE, scan.ORDINAL):
            self._close()
            return at + 1
        starts_line, self.line_start = self.line_start, token.kind == scan.LINE
        if token.kind == CODE:
            self._close()
            self.elements.append(Mention(Kind.MENTION, at, at + 1, sku=token.word))
            return at + 1
        if token.kind == scan.LINE:
            return self._break(at, NEWLINE)
        if token.kind == scan.ODD:
            self._close()
            self.elements.append(Quantity(Kind.QUANTITY, at, at + 1, odd=True))
            return at + 1
        phrase = self._phrase(at)
        if phrase:
            return phrase
        if token.kind == scan.NUMBER:
            return self._number(at, starts_line)
        if token.kind == SIZE:
            self._open(at).words.append(token.word)
            self._extend(at, token)
            self.mention.sizes.append(token)  # type: ignore[union-attr]
            return at + 1
        if token.kind == scan.MARK:
            return self._mark(at, starts_line)
        return self._word(at)

    # -- breaks and cues

    def _break(self, at: int, strength: float) -> int:
        self._close()
        self.elements.append(Break(Kind.BREAK, at, at + 1, strength, self.tokens[at].text))
        return at + 1

    def _mark(self, at: int, starts_line: bool) -> int:
        token = self.tokens[at]
        if token.text in _MARKS:
            if token.text in "-*" and starts_line:
                self.line_start = True
                return at + 1
            if token.text == "-" and token.glued and self._glued_after(at) and self.mention is not None:
                return at + 1
            return self._break(at, _MARKS[token.text])
        if token.text == "¤":
            self._close()
            self.elements.append(Quantity(Kind.QUANTITY, at, at + 1, odd=True))
        return at + 1

    def _glued_after(self, at: int) -> bool:
        return at + 1 < len(self.tokens) and self.tokens[at + 1].glued

    # -- numbers

    def _number(self, at: int, starts_line: bool) -> int:
        numbered = self._numbered(at)
        if numbered:
            return numbered
        if self._is_noise(at):
            self._close()
            return at + 1
        after = self._token(at + 1)
        if starts_line and after is not None and after.text in (")", ".") and after.glued:
            self.line_start = True
            return at + 2
        if after is not None and after.text == ")" and after.glued and not self._open_bracket(at):
            return self._break(at, NEWLINE) + 1
        return self._quantity(at)

    def _open_bracket(self, at: int) -> bool:
        return any(token.text == "(" for token in self.tokens[max(0, at - 6) : at])

    def _numbered(self, at: int) -> int:
        """A number that belongs to a name: 4-cup, 3 compartment; only beside another number that can be the quantity."""
        token, after = self.tokens[at], self._token(at + 1)
        if token.value is None or after is None:
            return 0
        hyphen = after.text == "-" and after.glued
        noun = self._token(at + 2) if hyphen else after
        if noun is None or noun.kind != scan.WORD or plain(token.value) + noun.word not in self.index.numbered:
            return 0
        if not hyphen and not after.glued and self.counts < 2:
            return 0
        self._open(at).words.append(plain(token.value) + noun.word)
        end = at + 2 + hyphen
        self.mention.end = end  # type: ignore[union-attr]
        return end

    def _is_noise(self, at: int) -> bool:
        before, after = self._token(at - 1), self._token(at + 1)
        if before is not None and (before.has("reference") or before.roles.get("place") == "before"):
            return not (before.has("unit") and self._counts_before(at - 1))
        if before is not None and before.has("clock_before"):
            return True
        if after is None or after.kind != scan.WORD:
            return False
        if after.has("unit") or self.index.knows(after.word):
            return False
        if after.has("head_count") or after.has("duration") or after.has("clock") or after.has("money"):
            return True
        return self._street(at)

    def _counts_before(self, at: int) -> bool:
        before = self._token(at - 1)
        return before is not None and before.kind == scan.NUMBER

    def _street(self, at: int) -> bool:
        for ahead in range(at + 1, min(at + 4, len(self.tokens))):
            token = self.tokens[ahead]
            if token.kind != scan.WORD or self.index.knows(token.word) or token.has("unit"):
                return False
            if token.roles.get("place") == "street":
                for inside in range(at, ahead + 1):
                    self.skip.add(inside)
                return True
        return False

    def _token(self, at: int) -> Token | None:
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def _quantity(self, at: int) -> int:
        self._close()
        token = self.tokens[at]
        quantity = Quantity(Kind.QUANTITY, at, at + 1, value=token.value)
        if self._negative(at):
            quantity.odd = True
            quantity.value = -token.value if token.value is not None else None
        end = self._unit_after(quantity, at + 1)
        end = self._choice(quantity, end)
        end = self._half_after(quantity, end)
        each = self._token(end)
        if each is not None and each.has("each"):
            quantity.each, end = True, end + 1
        quantity.end = end
        self.elements.append(quantity)
        return end

    def _negative(self, at: int) -> bool:
        token, before = self.tokens[at], self._token(at - 1)
        if before is None or before.text != "-" or not token.glued or before.glued:
            return False
        earlier = self._token(at - 2)
        return earlier is None or earlier.kind not in (scan.LINE,)

    def _unit_after(self, quantity: Quantity, at: int) -> int:
        """Takes the unit behind a number, when it is one and not the product's own word."""
        while (token := self._token(at)) is not None and (token.text in _TIMES or (token.text == "-" and token.glued)):
            if token.text == "-" and not self._glued_after(at):
                break
            at += 1
        unit = self._token(at)
        if unit is None or not unit.has("unit") or not self._is_unit(at):
            return at if at == quantity.start + 1 else self._back_over_times(at)
        quantity.unit = unit.roles["unit"]
        return at + 1

    def _back_over_times(self, at: int) -> int:
        return at

    def _is_unit(self, at: int) -> bool:
        """A unit word that the catalog also uses in names counts only when goods stand on one side of it."""
        unit = self.tokens[at]
        if not self.index.knows(unit.word):
            return unit.text != "can" or self._goods_at(at + 1)
        if self._phrase_at(at) > 1 and not self._goods_at(at + 1):
            return False
        if self._goods_at(at + 1):
            return True
        return self._unpaired_mention()

    def _unpaired_mention(self) -> bool:
        for element in reversed(self.elements):
            if element.kind == Kind.QUANTITY:
                return False
            if element.kind == Kind.MENTION:
                return True
        return False

    def _goods_at(self, at: int) -> bool:
        token = self._token(at)
        while token is not None and token.has("stop") and token.text in ("of", "the", "的", "for", "size"):
            at += 1
            token = self._token(at)
        if token is None or at in self.skip:
            return False
        if token.kind in (SIZE, CODE):
            return True
        return token.kind == scan.WORD and (self.index.knows(token.word) or not token.roles) and not token.has("and")

    def _choice(self, quantity: Quantity, at: int) -> int:
        """2 or 3 pkt, 10-20, 2 to 3: no quantity was said."""
        token, number = self._token(at), self._token(at + 1)
        if token is None or number is None or number.kind != scan.NUMBER or number.value is None:
            return at
        ranged = token.text in ("-", "to", "/") and (token.glued or token.text == "to") and number.glued == token.glued
        if not token.has("or") and not ranged:
            return at
        quantity.odd, quantity.value = True, None
        return self._unit_after(quantity, at + 2)

    def _half_after(self, quantity: Quantity, at: int) -> int:
        """两箱半; 2 and a half cartons; one and a half."""
        token = self._token(at)
        if token is None or quantity.value is None:
            return at
        if token.text == "半" and quantity.unit is not None and not self._unit_at(at + 1):
            quantity.value += Decimal("0.5")
            return at + 1
        half = self._token(at + 1)
        if quantity.unit is None and token.text == "and" and half is not None and half.value == Decimal("0.5"):
            end = self._unit_after(quantity, at + 2)
            if quantity.unit is not None:
                quantity.value += Decimal("0.5")
                return end
        return at

    def _unit_at(self, at: int) -> bool:
        token = self._token(at)
        return token is not None and token.has("unit")

    # -- words

    def _word(self, at: int) -> int:
        token = self.tokens[at]
        counted = self._counted_word(at)
        if counted:
            return counted
        known = self.index.knows(token.word)
        if known and not token.has("stop"):
            if not any(token.has(role) for role in (*_CUE_ROLES, "and", "each", "all")) or self.mention is not None:
                self._open(at).words.append(token.word)
                self._extend(at, token)
                return at + 1
        if token.has("and"):
            return self._break(at, JOIN)
        if token.has("or"):
            return self._cue(at, "or")
        if token.has("each"):
            self._close()
            for element in reversed(self.elements):
                if isinstance(element, Quantity):
                    element.each = True
                    break
            return at + 1
        if token.has("all"):
            return self._cue(at, "all")
        for role in _CUE_ROLES:
            if token.has(role):
                return self._cue(at, role)
        if token.has("attribute") and self._content_follows(at):
            self._open(at).words.append(token.word)
            self._extend(at, token)
            return at + 1
        if token.has("stop"):
            return at + 1 if self.mention is not None and self._content_follows(at) else self._end(at)
        if token.roles:
            return self._end(at)
        self._open(at).unknown.append(token.text)
        self._extend(at, token)
        return at + 1

    def _counted_word(self, at: int) -> int:
        """Words that count without a number: a carton, sekotak, a few packets, and a bare unit."""
        token = self.tokens[at]
        if token.has("one_unit"):
            self._close()
            self.elements.append(Quantity(Kind.QUANTITY, at, at + 1, Decimal(1), token.roles["one_unit"]))
            return at + 1
        if token.has("article") and (self._unit_word(at + 1) or self._goods_at(at + 1)):
            self._close()
            quantity = Quantity(Kind.QUANTITY, at, at + 1, Decimal(1), loose=True)
            quantity.end = self._unit_after(quantity, at + 1)
            quantity.loose = quantity.unit is None
            self.elements.append(quantity)
            return quantity.end
        if token.has("vague") and (self._unit_word(at + 1) or self._goods_at(at + 1)):
            self._close()
            quantity = Quantity(Kind.QUANTITY, at, at + 1, None)
            quantity.end = self._unit_after(quantity, at + 1)
            self.elements.append(quantity)
            return quantity.end
        before = self._token(at - 1)
        if (
            token.has("unit")
            and not self.index.knows(token.word)
            and (before is None or before.text not in ("per", "/"))
        ):
            if token.text == "can" or (self.mention is not None and token.has("filler")):
                return 0
            self._close()
            self.elements.append(Quantity(Kind.QUANTITY, at, at + 1, None, token.roles["unit"]))
            return at + 1
        return 0

    def _unit_word(self, at: int) -> bool:
        token = self._token(at)
        return token is not None and token.has("unit") and self._is_unit(at)

    def _content_follows(self, at: int) -> bool:
        for ahead in range(at + 1, min(at + 4, len(self.tokens))):
            token = self.tokens[ahead]
            if ahead in self.skip:
                return False
            if token.kind == SIZE:
                return True
            if token.kind != scan.WORD:
                return False
            if self.index.knows(token.word) and not token.has("stop"):
                return True
            if not token.has("stop") and not token.has("attribute"):
                return False
        return False

    def _cue(self, at: int, role: str) -> int:
        self._close()
        token = self.tokens[at]
        self.elements.append(Cue(Kind.CUE, at, at + 1, role, token.roles.get(role, ""), token.text))
        return at + 1

    def _end(self, at: int) -> int:
        self._close()
        return at + 1

    # -- mentions

    def _phrase(self, at: int) -> int:
        """A whole name as the catalog writes it, when it holds a number or a word the lexicon would take for itself."""
        size = self._phrase_at(at)
        if size < 2:
            return 0
        inside = self.tokens[at : at + size]
        special = any(
            t.kind == scan.NUMBER or t.has("unit") or t.has("and") or t.has("filler") or t.has("op") for t in inside[1:]
        )
        if not special or inside[0].kind == scan.NUMBER:
            return 0
        mention = self._open(at)
        mention.words.extend(_phrase_words(inside))
        for token in inside:
            mention.repaired |= token.repaired
            if token.kind == SIZE:
                mention.sizes.append(token)
        mention.end = at + size
        return at + size

    def _phrase_at(self, at: int) -> int:
        """How many tokens from here make a whole name of the catalog."""
        first = self.tokens[at]
        longest = 0
        for phrase in self.index.phrases.get(first.word, ()):
            size = self._covers(at, phrase)
            if size > longest:
                longest = size
        return longest

    def _covers(self, at: int, phrase: tuple[str, ...]) -> int:
        position = at
        for word in phrase:
            token = self._token(position)
            while token is not None and position > at and (token.has("stop") or token.has("and") or token.text == "-"):
                if token.word == word:
                    break
                position += 1
                token = self._token(position)
            if token is None or position in self.skip or token.word != word:
                return 0
            position += 1
        return position - at

    def _open(self, at: int) -> Mention:
        if self.mention is None:
            self.mention = Mention(Kind.MENTION, at, at + 1)
        return self.mention

    def _extend(self, at: int, token: Token) -> None:
        if self.mention is not None:
            self.mention.end = at + 1
            self.mention.repaired |= token.repaired

    def _close(self) -> None:
        if self.mention is not None:
            self.elements.append(self.mention)
            self.mention = None


def _phrase_words(tokens: list[Token]) -> list[str]:
    return [
        t.word
        for t in tokens
        if t.kind in (scan.WORD, SIZE) and not (t.has("stop") and not t.has("attribute")) and not t.has("and")
    ]
