"""Stretches of a message that count and name no goods, told by their shape: numbers of a list, addresses, codes, signatures, heads.

They look at one message's tokens and at what the catalog knows, and never at what the reading makes of the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.languages import listed
from bot.language.tokeniser import SIZE, Token

Span = tuple[int, int]
LONGEST_STREET = 5
"""Words of a street or building behind its number."""
LONGEST_NAME = 3
LONGEST_TITLE = 6
LONGEST_CODE = 4
"""Letters before the number of a form or a job."""
_WANTS_FOR = listed("wants_for")
"""Before a "for": "looking for covers" tells of no purpose."""
PER = frozenset({"per", "/", "each"})


def explained(tokens: Sequence[Token], index: CatalogIndex) -> set[int]:
    """The places of tokens that such a stretch takes in."""
    look = _Shapes(tokens, index)
    return {at for start, end in look.find() for at in range(start, end)}


def counts_goods(index: CatalogIndex, word: Token, after: Token | None) -> bool:
    """ "pin 6 packet", where pins are sold: the number behind a word for a paper or a code has a unit, and counts goods."""
    return index.knows(word.word) and after is not None and after.has("unit")


class _Shapes:
    def __init__(self, tokens: Sequence[Token], index: CatalogIndex) -> None:
        self.tokens = tokens
        self.index = index

    def find(self) -> Iterator[Span]:
        for at, token in enumerate(self.tokens):
            if self._starts_line(at):
                yield from self._list_number(at)
            yield from self._by_kind(at, token)
            yield from self._by_word(at, token)
            yield from self._by_mark(at, token)
        yield from self._signature()

    def _by_kind(self, at: int, token: Token) -> Iterator[Span]:
        if token.kind == scan.NUMBER:
            yield from self._number(at)
            yield from self._several_in_one(at)
        if token.kind == scan.ORDINAL or token.has("ordinal"):
            yield from self._floor(at)
        if token.kind == scan.PRICE:
            yield from self._price(at)
        if token.kind == scan.PHONE:
            yield from self._called(at)
        if token.kind == scan.PLACE or self._before_place(at):
            yield from self._address_around(at)

    def _by_word(self, at: int, token: Token) -> Iterator[Span]:
        if token.has("reference"):
            yield from self._code(at + 1)
        if token.has("greeting") or token.has("signs"):
            yield from self._name(at + 1)
        if token.has("purpose") and not self._is(at - 1, *_WANTS_FOR):
            yield from self._purpose(at + 1)
        if token.roles.get("place") == "street":
            yield from self._named_street(at)

    def _by_mark(self, at: int, token: Token) -> Iterator[Span]:
        if token.text == "(":
            yield from self._letter(at)
        if token.text == ":" or token.has("here"):
            yield from self._title(at)

    def _token(self, at: int) -> Token | None:
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def _is(self, at: int, *texts: str) -> bool:
        token = self._token(at)
        return token is not None and token.text in texts

    def _has(self, at: int, *roles: str) -> bool:
        token = self._token(at)
        return token is not None and any(token.has(role) for role in roles)

    def _starts_line(self, at: int) -> bool:
        before = self._token(at - 1)
        return before is None or before.kind == scan.LINE

    def _list_number(self, at: int) -> Iterator[Span]:
        """ "1. ", "2) ", "a) ", "(3) " at the start of a line."""
        start = at + self._is(at, "(")
        token, mark = self._token(start), self._token(start + 1)
        if token is None or mark is None or mark.text not in (")", ".", "/", ":") or not mark.glued:
            return
        if len(token.text) <= 2 and (token.kind == scan.NUMBER or len(token.text) == 1):
            yield at, start + 2

    def _number(self, at: int) -> Iterator[Span]:
        """Heads, hours, tables, streets: what stands beside the number says what it counts."""
        if (
            self._has(at + 1, "head_count", "duration", "clock", "money") or self._behind_number(at + 1)
        ) and not self._goods(at + 1):
            yield at, at + 2
        counts = at > 0 and counts_goods(self.index, self.tokens[at - 1], self._token(at + 1))
        if (self._has(at - 1, "clock_before", "reference") and not counts) or self._before_place(at - 1):
            yield at - 1, self._range_end(at)
        if self._is(at - 1, ":") and self._has(at - 2, "head_count"):
            yield at - 2, at + 1
        yield from self._street(at)

    def _several_in_one(self, at: int) -> Iterator[Span]:
        """ "cutlery set 3 in 1": what it is, and no amount."""
        one = self._token(at + 2)
        if self._is(at + 1, "in") and one is not None and one.value == 1 and not self._has(at + 3, "unit"):
            yield at, at + 3

    def _before_place(self, at: int) -> bool:
        token = self._token(at)
        if token is None or token.roles.get("place") != "before" or self.index.knows(token.word):
            return False
        counted = self._token(at - 1) if token.has("unit") else None
        return counted is None or not (counted.kind in (scan.NUMBER, SIZE) or self._goods(at - 1))

    def _behind_number(self, at: int) -> bool:
        """The 楼 of 二楼."""
        token = self._token(at)
        return token is not None and token.roles.get("place") == "behind"

    def _floor(self, at: int) -> Iterator[Span]:
        """ "2nd floor"."""
        if self._has(at + 1, "place"):
            yield at, at + 2

    def _price(self, at: int) -> Iterator[Span]:
        """ "$75 per carton": what it is the price of."""
        per, unit = self._token(at + 1), self._token(at + 2)
        if per is not None and (per.text in PER or per.has("article")) and unit is not None and unit.has("unit"):
            yield at, at + 3

    def _called(self, at: int) -> Iterator[Span]:
        """ "打给李小姐 91112222": the name between the word for a call and its number."""
        for back in range(at - 1, max(at - LONGEST_NAME - 2, -1), -1):
            token = self.tokens[back]
            if token.has("note") or token.has("signs"):
                yield back + 1, at
            if token.kind != scan.WORD or token.has("unit") or self._has(back, "note", "signs"):
                return

    def _named_street(self, at: int) -> Iterator[Span]:
        """ "Lim Chu Kang Lane 6", at the start of a line or clause: names, a word for a street, its number."""
        number = self._token(at + 1)
        if number is None or number.kind != scan.NUMBER or self._has(at + 2, "unit") or self._goods(at + 2):
            return
        start = at
        while start > 0 and self._in_street_name(start - 1):
            start -= 1
        before = self._token(start - 1)
        opens = (
            before is None or before.kind in (scan.LINE, scan.MARK) or before.has("to") or before.text in ("at", "to")
        )
        if start < at and opens:
            yield start, at + 2

    def _in_street_name(self, at: int) -> bool:
        token = self.tokens[at]
        return token.kind == scan.WORD and not self._goods(at) and (not token.roles or token.has("town"))

    def _letter(self, at: int) -> Iterator[Span]:
        """ "(b)" before the next thing of a list."""
        letter = self._token(at + 1)
        if letter is not None and len(letter.text) == 1 and letter.text.isalpha() and self._is(at + 2, ")"):
            yield at, at + 3

    def _range_end(self, at: int) -> int:
        """ "tables 12 to 40"."""
        to, number = self._token(at + 1), self._token(at + 2)
        ranged = to is not None and to.text in ("to", "-") and number is not None and number.kind == scan.NUMBER
        return at + 3 if ranged else at + 1

    def _goods(self, at: int) -> bool:
        token = self._token(at)
        return token is not None and self.index.knows(token.word)

    def _street(self, at: int) -> Iterator[Span]:
        """ "12 Pasir Ris Street 11": a number, names, a word for a street, perhaps its own number."""
        for ahead in range(at + 1, min(at + LONGEST_STREET, len(self.tokens))):
            token = self.tokens[ahead]
            if token.kind != scan.WORD or token.has("unit") or (self._goods(ahead) and not token.has("town")):
                return
            if token.roles.get("place") == "street" and ahead > at + 1:
                number = self._token(ahead + 1)
                ends = ahead + 1 + (number is not None and number.kind == scan.NUMBER)
                yield at, ends
                return

    def _code(self, at: int) -> Iterator[Span]:
        """ "Job no. J-2219", "cost centre 7741": what stands behind a word for a code."""
        end = at
        while self._is(end, ".", ":", "#", "no", "-"):
            end += 1
        token = self._token(end)
        if token is None:
            return
        if len(token.text) <= LONGEST_CODE and self._coded(end + 1):
            yield at, end + 3
        elif token.kind in (scan.NUMBER, scan.ORDINAL) and not (end > at and self._has(end + 1, "unit")):
            yield at, end + 1  # "just add to invoice. 1 btl bleach": a stop, and an amount behind it

    def _coded(self, at: int) -> bool:
        """A dash and a number, written together."""
        dash, number = self._token(at), self._token(at + 1)
        return dash is not None and dash.text == "-" and dash.glued and number is not None and number.glued

    def _address_around(self, at: int) -> Iterator[Span]:
        """The names between the parts of an address, as far as the next mark."""
        end = at + 1
        while (token := self._token(end)) is not None and self._in_address(end, token):
            end += 1
        start = at
        while (token := self._token(start - 1)) is not None and self._in_address(start - 1, token):
            start -= 1
        yield start, end

    def _in_address(self, at: int, token: Token) -> bool:
        if token.kind == scan.PLACE or token.has("place") or token.has("town"):
            return not self._goods(at) or token.has("town")
        if token.kind == scan.NUMBER:
            return self._has(at - 1, "place", "town") and not self._has(at + 1, "unit")
        return token.kind == scan.WORD and not token.roles and not self._goods(at)

    def _name(self, at: int) -> Iterator[Span]:
        """Who is greeted, or signs: up to three words nobody knows."""
        while self._is(at, ",", "-", ":", ".", "!") or self._has(at, "greeting", "courtesy"):
            at += 1
        end = at
        while end < at + LONGEST_NAME and (token := self._token(end)) is not None and self._may_be_name(end, token):
            end += 1
        if end > at and self._ends_there(end):
            yield at, end

    def _ends_there(self, at: int) -> bool:
        """A name ends at a mark, a phone, a word of the languages or the end, and never at an amount."""
        token = self._token(at)
        return token is None or (token.kind not in (scan.NUMBER, SIZE) and not token.has("unit"))

    def _purpose(self, at: int) -> Iterator[Span]:
        """ "for the hotel's breakfast buffet": what goods are for, in words that no goods have."""
        while self._has(at, "stop", "article", "occasion", "attribute") and not self._goods(at):
            at += 1
        end = at
        while (token := self._token(end)) is not None and self._says_what_for(end, token):
            end += 1
        yield at, end

    def _says_what_for(self, at: int, token: Token) -> bool:
        leads = token.word not in self.index.heads and not token.has("unit") and not self._goods(at + 1)
        return token.kind == scan.WORD and (
            self._blank(at, token) or token.has("occasion") or token.has("event") or (leads and not token.roles)
        )

    def _title(self, at: int) -> Iterator[Span]:
        """ "Burger Barn Novena:", "Dragon Dim Sum Hougang here": a line's first words, none of which names goods or counts."""
        start = at
        while (token := self._token(start - 1)) is not None and token.kind == scan.WORD and not self._tells(start - 1):
            start -= 1
        before = self._token(start - 1)
        opens = before is None or before.kind == scan.LINE or before.text in (",", ".", "!", ":", "-")
        if opens and at - start <= LONGEST_TITLE and not self._names_goods(start, at):
            yield start, at

    def _names_goods(self, start: int, end: int) -> bool:
        """ "cola: 320ml 4 cases": every word is one of goods, and some goods have them all."""
        words = [token.word for token in self.tokens[start:end]]
        named = any(not token.has("attribute") for token in self.tokens[start:end])
        return named and all(map(self.index.knows, words)) and bool(self.index.holding(words))

    def _tells(self, at: int) -> bool:
        """Goods by their whole name, or a word that changes what is wanted."""
        named = self.index.exact(frozenset((self.tokens[at].word,)))
        return self._heads(at) or bool(named) or self._has(at, "correct", "negate", "op", "stock")

    def _heads(self, at: int) -> bool:
        """A word that says what goods are, and not only of which kind: the box of "burger box"."""
        token = self.tokens[at]
        return token.has("unit") or (self._goods(at) and (token.word in self.index.heads or token.kind == SIZE))

    def _may_be_name(self, at: int, token: Token) -> bool:
        return token.kind == scan.WORD and (not token.roles or token.has("town")) and not self._heads(at)

    def _blank(self, at: int, token: Token) -> bool:
        return token.kind == scan.WORD and not token.roles and not self._goods(at)

    def _signature(self) -> Iterator[Span]:
        """A last line or bracket of names only, behind a closing or a dash."""
        end = len(self.tokens)
        start = end
        while start > 0 and self._blank(start - 1, self.tokens[start - 1]):
            start -= 1
        before = self._token(start - 1)
        if start < end and end - start <= LONGEST_NAME and before is not None and before.text in ("-", "("):
            yield start, end
