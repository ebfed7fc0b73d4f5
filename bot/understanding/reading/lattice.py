"""The lattice: for each place of a message the elements that may begin there. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.languages import listed
from bot.language.lexicon import lexicon
from bot.language.scripts import is_unspaced
from bot.language.tokeniser import SIZE, Token
from bot.understanding.reading.amounts import Amounts
from bot.understanding.reading.goods import GoodsWords
from bot.understanding.reading.pieces import Kind, Piece
from bot.understanding.spans import Kind as ElementKind
from bot.understanding.spans import Mention, Quantity

MARKS = {",": ",", ";": ".", ".": ".", "!": ".", "?": ".", "&": "and", "+": "+", "/": "/", ":": ":", "-": "-", "=": "=", ">": "-",
         "(": "(", ")": ")", "*": "x"}  # fmt: skip
FORM_DOTS = 5
CUES = (
    "negate",
    "correct",
    "op",
    "stock",
    "past_verb",
    "direction",
    "every",
    "is_right",
    "ran_out",
    "each",
    "both",
    "all",
    "or",
    "and",
    "to",
)
COSTLY = ("negate", "correct", "op", "stock", "each", "both", "ran_out", "past_verb", "is_right", "every", "how_many")
"""Cues that change an order; passing over one has its price."""
KINDS = frozenset(listed("counts_kinds"))
LIKEWISE = frozenset({"too", "also", "as well", "juga", "也", "likewise"})


class Lattice:
    """The elements of one message, by where they begin. `days` maps where a day begins to where it ends; `explained` holds the
    tokens that some shape accounts for."""

    def __init__(
        self,
        tokens: list[Token],
        days: dict[int, int],
        explained: set[int],
        told: frozenset[int],
        wishes: frozenset[int],
        index: CatalogIndex,
        context: str = "new",
    ) -> None:
        self.context = context
        self.told = told
        self.wishes = wishes
        """Where words say that something is wanted: a report ends there."""
        self.tokens = tokens
        self.days = days
        self.explained = explained
        self.index = index
        skip = {at for start, end in days.items() for at in range(start, end)}
        self.goods = GoodsWords(tokens, skip, index)
        self.amounts = Amounts(tokens, index, strange_units=context == "new")
        self.changing = any(t.has("op") or t.has("direction") for t in tokens)
        self.known: dict[int, list[Piece]] = {}

    def at(self, start: int) -> list[Piece]:
        """What may begin at this token."""
        found = self.known.get(start)
        if found is None:
            found = self.known[start] = list(self._at(start))
        return found

    def _at(self, start: int) -> Iterator[Piece]:
        token = self.tokens[start]
        if start in self.days:
            yield Piece(Kind.GAP, start, self.days[start], "day")
        elif token.kind == scan.STOCK and not token.text[:1].isdigit():
            yield Piece(Kind.CUE, start, start + 1, "stock.ahead", role="stock")  # "have 3 rolls" of the goods behind
        elif token.kind in scan.NOISE:
            yield Piece(Kind.GAP, start, start + 1, "noise")
        elif token.kind == scan.LINE:
            yield Piece(Kind.MARK, start, start + 1, "n", role="n")
        elif token.kind == scan.MARK and token.text not in ("¤", "-"):
            yield self._mark(start, token)
        elif self._numbers_list(start, token):
            yield Piece(Kind.MARK, start, start + 2, "n", role="n")
        else:
            yield from self._content(start, token)

    def _numbers_list(self, start: int, token: Token) -> bool:
        """ "1) red chilli 3kg 2) padi 1kg": a number with a bracket that nothing opens."""
        behind = self.tokens[start + 1] if start + 1 < len(self.tokens) else None
        if token.kind != scan.NUMBER or behind is None or behind.text != ")" or not behind.glued:
            return False
        return not any(t.text == "(" for t in self.tokens[max(0, start - 6) : start])

    def _mark(self, start: int, token: Token) -> Piece:
        end = start + 1
        if token.text == ".":
            while end < len(self.tokens) and self.tokens[end].text == ".":
                end += 1
            if end - start >= FORM_DOTS:
                return Piece(Kind.MARK, start, end, ":", role=":")
        if token.text == "*" and self._starts_line(start):
            return Piece(Kind.GAP, start, end, "mark")
        role = MARKS.get(token.text)
        return Piece(Kind.MARK, start, end, role, role=role) if role else Piece(Kind.GAP, start, end, "mark")

    def _starts_line(self, at: int) -> bool:
        return at == 0 or self.tokens[at - 1].kind == scan.LINE

    def _content(self, start: int, token: Token) -> Iterator[Piece]:
        if token.has("special"):
            yield Piece(Kind.GAP, start, start + 1, "special")
            return
        if start in self.explained or self._no_order_apart(start, token):
            yield Piece(Kind.GAP, start, start + 1, "explained")
            return
        if token.text == "-" and not any(self.amounts.at(start)):
            yield self._dash(start)
        if weight := self.amounts.weighs(start):
            yield Piece(Kind.AMOUNT, start, weight.end, "Qm", amount=weight)
            return
        whole = self.goods.whole_name(start)
        for goods in self.goods.at(start):
            yield Piece(Kind.GOODS, start, goods.end, self._goods_form(goods), goods=goods)
        label = self.amounts.labelled(start)
        if label is not None:
            yield Piece(Kind.AMOUNT, start, label.end, "Bl", amount=label)
        for amount in () if self.goods.inside_grade(start) else self.amounts.at(start):
            form = "Qp" if whole > amount.end else self._amount_form(amount)
            role = "leads" if self._known_goods_at(self._behind_of(amount.end)) else ""
            yield Piece(Kind.AMOUNT, start, amount.end, form, amount=amount, role=role)
        if token.names:
            yield Piece(Kind.GAP, start, start + 1, "known")
            return
        if token.kind == scan.WORD:
            yield from self._cues(start, token)
            unknown = self.goods.unknown(start)
            if unknown is not None:
                yield Piece(Kind.GOODS, start, unknown.end, "U", goods=unknown)
        if token.text != "-" and not token.has("and"):
            yield Piece(Kind.GAP, start, start + 1, self._gap_form(start, token))

    def _no_order_apart(self, start: int, token: Token) -> bool:
        """ "not a new order, just add 2 pkt": says of the order which it is, and takes back no goods."""
        behind = self.tokens[start + 1] if start + 1 < len(self.tokens) else None
        return token.has("negate") and behind is not None and behind.kind == scan.APART

    def _dash(self, start: int) -> Piece:
        if self._starts_line(start):
            return Piece(Kind.GAP, start, start + 1, "mark")
        return Piece(Kind.MARK, start, start + 1, "-", role="-")

    def _cues(self, start: int, token: Token) -> Iterator[Piece]:
        for role in CUES:
            if role == "negate" and start + 1 in self.days:
                continue  # "Tuesday instead of Monday" takes back a day
            if role in ("op", "direction") and (self._brings(start, token) or self._of_a_price(start)):
                continue
            if role in token.roles and (role != "to" or self.changing):
                meaning = token.roles[role]
                yield Piece(
                    Kind.CUE,
                    start,
                    start + 1,
                    f"{role}.{meaning}" if role in ("negate", "op", "stock") else role,
                    role=role,
                )
        if token.has("all"):
            yield from self._all_in(start)
        if token.text in LIKEWISE:
            yield Piece(Kind.CUE, start, start + 1, "likewise", role="likewise")

    def _of_a_price(self, start: int) -> bool:
        """ "30% off": takes off the price, and off no amount."""
        return start > 0 and self.tokens[start - 1].kind == scan.PERCENT

    def _brings(self, start: int, token: Token) -> bool:
        """ "can you drop 2 sacks at the back door": where there is no order to take from, to drop an amount is to bring it."""
        return self.context == "new" and token.text == "drop" and any(self.amounts.at(start + 1))

    def _thin(self, at: int) -> bool:
        token = self.tokens[at]
        return (token.has("filler") or token.has("stop")) and not token.has("unit")

    def _all_in(self, start: int) -> Iterator[Piece]:
        """ "all in packets": a unit for every number before, where nothing follows that it could count."""
        at = start + 1
        while at < len(self.tokens) and self._thin(at):
            at += 1
        ends = at + 1 >= len(self.tokens) or self.tokens[at + 1].kind in (scan.MARK, scan.LINE)
        if at < len(self.tokens) and self.tokens[at].has("unit") and ends:
            unit = Quantity(ElementKind.QUANTITY, start, at + 1, unit=self.tokens[at].roles["unit"], loose=True)
            yield Piece(Kind.CUE, start, at + 1, "all_in", amount=unit, role="all_in")

    def _gap_form(self, start: int, token: Token) -> str:
        """The class of a token that is passed over."""
        if token.kind in (scan.NUMBER, scan.ODD, SIZE, scan.DATE, scan.ORDINAL):
            return "one" if token.has("stop") and token.value == 1 else "number"
        if self.index.knows(token.word):
            return (
                "known+"
                if token.has("filler") or token.has("stop") or token.has("head_count") or token.has("article")
                else "known"
            )
        cue = next((role for role in COSTLY if role in token.roles), None)
        if cue is not None:
            return f"{cue}+" if token.has("filler") or token.has("stop") else cue
        if token.has("unit"):
            return "unit+" if token.has("filler") or self._noun_of_size(start, token) else "unit"
        if token.has("attribute"):
            return "attribute"
        if token.text == "x":
            return "x"
        return "word" if token.roles or token.text in lexicon().chatter else "unknown"

    def _noun_of_size(self, start: int, token: Token) -> bool:
        """ "10寸盒": the noun of a size, where words are written without spaces."""
        return start > 0 and is_unspaced(token.text) and self.tokens[start - 1].kind == SIZE and token.glued

    def _amount_form(self, amount: Quantity) -> str:
        """The class of an amount, and whether it leaves a unit behind."""
        form = amount_form(amount)
        if amount.pack_of is not None:
            return "Qh"
        if form == "Qm" and self._points(amount.end):
            return "Qn"  # "the 5kg one"
        if form == "B" and amount.value is None and self._names_goods_alone(amount):
            return "B~"
        if form == "Q" and amount.value == 1 and self.tokens[amount.start].has("stop"):
            pointed = amount.start > 0 and self.tokens[amount.start - 1].has("attribute")
            return "Q" if self._goods_behind(amount.end) and not pointed else "Q1"
        behind = self.tokens[amount.end] if amount.end < len(self.tokens) else None
        if form not in ("Q", "Qo", "A") or behind is None or not behind.has("unit") or behind.has("op"):
            return form
        return form + ("~" if self.index.knows(behind.word) else "!")

    def _names_goods_alone(self, amount: Quantity) -> bool:
        """ "the boxes": a word for a pack that is also one of goods, with no number beside it."""
        beside = self.tokens[max(0, amount.start - 1) : amount.end + 2]
        return self.index.knows(self.tokens[amount.start].word) and not any(t.kind == scan.NUMBER for t in beside)

    def _points(self, at: int) -> bool:
        """A word for the one or ones that are meant."""
        token = self.tokens[at] if at < len(self.tokens) else None
        return token is not None and (token.text in KINDS or (token.value == 1 and token.has("stop")))

    def _behind_of(self, at: int) -> int:
        """ "4 packets of forks"."""
        return at + 1 if at < len(self.tokens) and self.tokens[at].text == "of" else at

    def _known_goods_at(self, at: int) -> bool:
        return at < len(self.tokens) and self.tokens[at].kind != scan.NUMBER and any(self.goods.at(at))

    def _goods_behind(self, at: int) -> bool:
        return at < len(self.tokens) and (any(self.goods.at(at)) or self.goods.unknown(at) is not None)

    def _goods_form(self, goods: Mention) -> str:
        if goods.sku is not None:
            return "G"
        if not self.index.holding(goods.bag):
            return "Mx" if goods.modifier else "Gx"
        if goods.modifier:
            return "M"
        first = goods.parts[0][2]
        weak = len(goods.parts) == 1 and (
            first.has("filler") or first.has("head_count") or first.has("article") or first.text == "can"
        )
        if weak:
            return "Gw"
        if self.index.exact(goods.bag):
            return "G"
        return "Gh" if any(word in self.index.heads for word in goods.words) else "Gl"


def amount_form(amount: Quantity) -> str:
    """The class of an amount for the weights."""
    if amount.same:
        return "Qs"
    if amount.odd:
        return "Qo"
    if amount.loose:
        return "B" if amount.unit else "A"
    if amount.size is not None:
        return "Qm"
    if amount.value is None:
        return "Qv"
    return "Qu" if amount.unit else "Q"
