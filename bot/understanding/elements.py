"""Cuts a message beside an order into the elements that the grammar of changes reads: goods, amounts, breaks and cues in a row.

A message without an order is cut by the search (reading/lattice). Nothing is decided here about what is wanted.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.catalog.index import CatalogIndex
from bot.catalog.names import AND
from bot.catalog.units import PIECE, factor
from bot.language import scan
from bot.language.languages import listed
from bot.language.lexicon import unit_near
from bot.language.tokeniser import CODE, SIZE, Token, leading_number, part_behind, plain
from bot.understanding.measured import split_amounts, split_names, take_pack_size
from bot.understanding.noise import Noise
from bot.understanding.spans import COMMA, JOIN, NEWLINE, STRONG, Break, Cue, Element, Kind, Mention, Quantity

_MARKS = {",": COMMA, ";": STRONG, ".": STRONG, "!": STRONG, "?": STRONG, "&": JOIN, "+": JOIN, "/": 0.3, ":": 0.3, "-": 0.3,
          "=": 0.0, ">": 0.3, "(": 0.4, ")": 1.0, "*": 0.0}  # fmt: skip
_CUE_ROLES = ("negate", "correct", "op", "stock", "past_verb", "direction", "every", "is_right", "ran_out")
FORM_DOTS = 5
"""So many dots lead from a name to its amount; fewer are a pause."""
_TIMES = frozenset({"x", "*"})
_BRIDGES = frozenset(listed("inside_a_name"))
_PRONOUNS = frozenset({"1", *listed("stands_for_goods")})
_KINDS = frozenset(listed("counts_kinds"))
_MORE, _LESS = frozenset(listed("so_much_more")), frozenset(listed("so_much_less"))
LABELS = frozenset(listed("heads_a_unit"))
AHEAD = 4


def find_elements(tokens: list[Token], skip: set[int], index: CatalogIndex) -> list[Element]:
    """The elements in order. `skip` holds the tokens that name days."""
    return _Reader(tokens, skip, index).read()


class _Reader:
    """One pass over the tokens."""

    def __init__(self, tokens: list[Token], skip: set[int], index: CatalogIndex) -> None:
        self.tokens = tokens
        self.skip = skip
        self.index = index
        self.noise = Noise(tokens, skip, index)
        self.elements: list[Element] = []
        self.mention: Mention | None = None
        self.line_start = True
        self.each_next = False
        self.bullets: int | None = None
        self.last_quantity: Quantity | None = None
        self.changing = any(token.roles.get("op") in ("set", "swap") or token.has("direction") for token in tokens)
        self.counts = sum(token.kind == scan.NUMBER for token in tokens)

    def read(self) -> list[Element]:
        at = 0
        while at < len(self.tokens):
            at = max(self._step(at), at + 1)
        self._close()
        return self.elements

    def _token(self, at: int) -> Token | None:
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def _step(self, at: int) -> int:
        token = self.tokens[at]
        if at in self.skip or token.kind in scan.NOISE or token.kind in (scan.DATE, scan.ORDINAL):
            self._close()
            self.elements.append(Element(Kind.DAY, at, at + 1))
            return at + 1
        starts_line, self.line_start = self.line_start, token.kind == scan.LINE
        if token.names:
            return self._take_name(at, token)
        if token.kind == CODE:
            return self._add(Mention(Kind.MENTION, at, at + 1, sku=token.word))
        if token.kind == scan.LINE:
            return self._break(at, NEWLINE)
        if token.kind == scan.ODD:
            quantity = Quantity(Kind.QUANTITY, at, at + 1, odd=True)
            end = self._unit_after(quantity, at + 1)
            quantity.end = end
            self._add(quantity)
            return end
        phrase = self._phrase(at)
        if phrase:
            return phrase
        if token.kind == scan.NUMBER:
            return self._number(at, starts_line)
        if token.kind == SIZE and token.unit and token.value is not None and self._negative(at):
            return self._add(Quantity(Kind.QUANTITY, at, at + 1, -token.value, token.unit, odd=True))
        if token.kind == SIZE:
            return self._weighs(at) or self._take(at, token)
        if token.kind == scan.MARK:
            return self._mark(at, starts_line)
        return self._word(at)

    def _weighs(self, at: int) -> int:
        """ "2kg of rice" where nobody knows rice: the weight is how much of it is wanted."""
        of, goods, token = self._token(at + 1), self._token(at + 2), self.tokens[at]
        if token.unit is None or token.value is None or of is None or of.text != "of" or goods is None:
            return 0
        if goods.kind != scan.WORD or goods.roles or self.index.knows(goods.word):
            return 0
        unit = "litre" if token.unit == "l" else token.unit
        return self._add(Quantity(Kind.QUANTITY, at, at + 1, token.value, unit, size=token))

    # -- breaks and cues

    def _add(self, element: Element) -> int:
        self._close()
        self.elements.append(element)
        if isinstance(element, Quantity):
            self.last_quantity = element
        return element.end

    def _break(self, at: int, strength: float) -> int:
        self.each_next = self.each_next and strength < STRONG
        return self._add(Break(Kind.BREAK, at, at + 1, strength, self.tokens[at].text))

    def _cue(self, at: int) -> int:
        token = self.tokens[at]
        return self._add(Cue(Kind.CUE, at, at + 1, dict(token.roles), token.text))

    def _mark(self, at: int, starts_line: bool) -> int:
        token = self.tokens[at]
        if token.text == "¤":
            return self._add(Quantity(Kind.QUANTITY, at, at + 1, odd=True))
        if token.text not in _MARKS:
            return at + 1
        if token.text == "." and (dots := self._dots(at)) >= FORM_DOTS:
            return self._break(at, _MARKS[":"]) - 1 + dots
        if token.text in "-*" and starts_line:
            self.line_start = True
            return at + 1
        if token.text == "-" and token.glued and self._glued(at + 1) and self.mention is not None:
            return at + 1
        if token.text == "+" and not token.glued and self._glued(at + 1) and self.mention is not None:
            return self._add(Cue(Kind.CUE, at, at + 1, {"op": "add"}, token.text))
        return self._break(at, _MARKS[token.text])

    def _dots(self, at: int) -> int:
        end = at
        while (token := self._token(end)) is not None and token.text == ".":
            end += 1
        return end - at

    def _glued(self, at: int) -> bool:
        token = self._token(at)
        return token is not None and token.glued

    # -- numbers

    def _number(self, at: int, starts_line: bool) -> int:
        numbered = self._numbered(at) or self._bare_size(at)
        if numbered:
            return numbered
        if self.noise.counts_nothing(at):
            self._close()
            return self.noise.range_end(at)
        after = self._token(at + 1)
        if after is not None and after.glued and after.text in (")", ".", "/"):
            if starts_line and not self._glued(at + 2):
                self.line_start = True
                return at + 2
            if after.text == ")" and not any(t.text == "(" for t in self.tokens[max(0, at - 6) : at]):
                return self._break(at, NEWLINE) + 1
        return self._quantity(at)

    def _bare_size(self, at: int) -> int:
        """ "the 14 ones", "57 type": a number that names a size of the catalog by itself."""
        token, after = self.tokens[at], self._token(at + 1)
        if token.value is None or after is None or after.text not in _KINDS or self.counts < 2:
            return 0
        goods = [word for word in self._last_goods() if self.index.knows(word)]
        sizes = [size for size in self.index.sizes if leading_number(size) == token.value]
        fitting = [size for size in sizes if self.index.holding((size, *goods))] or sizes
        if not fitting or len({self.index.holding((size, *goods)) for size in fitting}) > 1:
            return 0
        size = replace(token, kind=SIZE, word=min(fitting))
        return self._take(at, size) + 1

    def _last_goods(self) -> list[str]:
        unpaired = self._unpaired()
        return unpaired.words if unpaired is not None else []

    def _numbered(self, at: int) -> int:
        """A number that belongs to a name: 4-cup, 3 compartment; only beside another number that can be the quantity."""
        token, after = self.tokens[at], self._token(at + 1)
        if token.value is None or after is None:
            return 0
        hyphen = after.text == "-" and after.glued
        noun = self._token(at + 2) if hyphen else after
        if (
            noun is None
            or noun.kind != scan.WORD
            or not (name := self.index.numbered_as(plain(token.value), noun.word))
        ):
            return 0
        if not hyphen and not after.glued and (self.counts < 2 or after.has("attribute")):
            return 0
        mention = self._open(at)
        mention.words.append(name)
        mention.parts.append((at, name, token))
        mention.end = at + 2 + hyphen
        return mention.end

    def _quantity(self, at: int) -> int:
        """A number with its unit; a few hundred is no number."""
        token, before = self.tokens[at], self._token(at - 1)
        vague = before is not None and before.has("vague")
        quantity = Quantity(Kind.QUANTITY, at, at + 1, value=token.value, each=self.each_next)
        self.each_next = False
        if vague:
            quantity.odd, quantity.value = True, None
        if self._negative(at) and token.value is not None:
            quantity.odd, quantity.value = True, -token.value
        end = self._said_twice(quantity, at + 1)
        end = self._unit_after(quantity, end)
        end = self._choice(quantity, end)
        end = self._half_after(quantity, end)
        end = self._again(quantity, end)
        if quantity.unit is None and end == at + 1:
            quantity.unit = self._unit_of_before(at)
        each = self._token(end)
        if each is not None and each.has("each"):
            quantity.each, end = True, end + 1
        if quantity.unit is None and token.has("stop") and self._reads_one(at):
            return at + 1
        quantity.end = end
        return self._add(quantity)

    def _again(self, quantity: Quantity, at: int) -> int:
        """ "5 ctn (500 pcs)", "5 ctn = 500 pcs", "500 pcs (5 ctn)": one amount in two units, compared with the catalog."""
        opened, number, unit = (self._token(at + ahead) for ahead in range(3))
        if opened is None or number is None or unit is None or opened.text not in ("(", "=", "/"):
            return at
        closes = self._token(at + 3)
        if (
            number.kind != scan.NUMBER
            or not unit.has("unit")
            or (opened.text == "(" and (closes is None or closes.text != ")"))
        ):
            return at
        first, second, said = quantity.value, number.value, unit.roles["unit"]
        pieces = (quantity.unit == PIECE, said == PIECE)
        if not first or not second or pieces not in ((True, False), (False, True)) or quantity.unit is None:
            return at
        if pieces[0]:
            quantity.value, quantity.unit, quantity.pack_of = second, said, first / second
        else:
            quantity.pack_of = second / first
        return at + 3 + (opened.text == "(")

    def _unit_of_before(self, at: int) -> str | None:
        """ "3 cartons of lids and 2 of the straws": the unit that is left out is the one before."""
        joined, of = self._token(at - 1), self._token(at + 1)
        if self.last_quantity is None or joined is None or of is None or of.text != "of":
            return None
        before = self.elements[-1] if self.elements else None
        near = isinstance(before, Break) and before.strength < STRONG and (joined.has("and") or joined.text in ",+&")
        return self.last_quantity.unit if near and self._goods_at(at + 2) else None

    def _reads_one(self, at: int) -> bool:
        """ "one" behind a word is a pronoun more often than a number: boba one, big one."""
        before = self._token(at - 1)
        if before is None or before.kind not in (scan.WORD, SIZE):
            return False
        return before.has("attribute") or not self._goods_at(at + 1)

    def _negative(self, at: int) -> bool:
        token, before, earlier = self.tokens[at], self._token(at - 1), self._token(at - 2)
        if before is None or before.text != "-" or not token.glued or before.glued:
            return False
        if self.bullets is None:
            self.bullets = self._count_bullets()
        return not (self.bullets > 1 and (earlier is None or earlier.kind == scan.LINE))

    def _count_bullets(self) -> int:
        return sum(
            1 for i, t in enumerate(self.tokens) if t.text == "-" and (i == 0 or self.tokens[i - 1].kind == scan.LINE)
        )

    def _said_twice(self, quantity: Quantity, at: int) -> int:
        """10 (ten) cartons."""
        inside = self.tokens[at : at + 3]
        if len(inside) == 3 and inside[0].text == "(" and inside[2].text == ")" and inside[1].value == quantity.value:
            return at + 3
        return at

    def _unit_after(self, quantity: Quantity, at: int) -> int:
        """Takes the unit behind a number, when it is one and not the product's own word."""
        start = at
        while (token := self._token(at)) is not None and (
            token.text in _TIMES
            or (token.text == "-" and token.glued and self._glued(at + 1))
            or self._changes(quantity, at)
        ):
            at += 1
        times = at > start
        if packs := self._packs_of(quantity, at):
            return packs
        unit = self._token(at)
        if unit is not None and self._strange_unit(quantity, at):
            quantity.unit = unit_near(unit.text) or unit.text
            return at + 1
        if unit is None or not unit.has("unit") or not self._is_unit(at):
            return at if times else start
        quantity.unit = unit.roles["unit"]
        if self._changes(quantity, at + 1):
            at += 1
        if holds := self._pack_of(quantity, at + 1):
            return at + 1 + holds
        if in_brackets := self._each_holds(quantity, at + 1):
            return in_brackets
        if quantity.unit == "dozen" and quantity.value is not None and self._unit_behind(at + 1):
            quantity.value *= 12
            quantity.unit = self.tokens[at + 1].roles["unit"]
            at += 1
        return at + 1

    def _strange_unit(self, quantity: Quantity, at: int) -> bool:
        """ "noodles 3 fathoms": a word nobody knows, where the unit of goods named before would stand, is no piece."""
        word, behind = self.tokens[at], self._token(at + 1)
        if word.kind != scan.WORD or word.roles or len(word.text) < 2 or not word.text.isascii() or at in self.skip:
            return False
        if self.tokens[at - 1].kind != scan.NUMBER or self.index.knows(word.word) or self._unpaired() is None:
            return False
        return behind is None or behind.kind in (scan.LINE, scan.MARK) or behind.has("and")

    def _pack_of(self, quantity: Quantity, at: int) -> int:
        """ "one packet of 100", "3 trays of 30 eggs": how many are in the pack, to be compared with the catalog."""
        of, number, noun = self._token(at), self._token(at + 1), self._token(at + 2)
        if of is None or number is None or of.text != "of" or number.kind != scan.NUMBER:
            return 0
        if self.index.knows(number.word) or self._phrase_at(at + 1) or self._joins_number(at + 1):
            return 0
        pieces = noun is not None and noun.roles.get("unit") == PIECE
        if noun is not None and not pieces and (noun.glued or self._unit_word(at + 2)):
            return 0
        quantity.pack_of = number.value
        return 2 + pieces

    def _joins_number(self, at: int) -> bool:
        """Whether the number belongs to the name behind it: 3 compartment."""
        number, noun = self.tokens[at], self._token(at + 1)
        if number.value is None or noun is None or (noun.has("attribute") and not noun.glued):
            return False
        return plain(number.value) + noun.word in self.index.numbered

    def _each_holds(self, quantity: Quantity, at: int) -> int:
        """ "5 boxes (100 pcs each)": the same, in brackets."""
        inside = self.tokens[at : at + 5]
        if [token.text for token in inside[:1] + inside[4:]] != ["(", ")"] or not inside[3].has("each"):
            return 0
        if inside[1].kind != scan.NUMBER or inside[2].roles.get("unit") != PIECE:
            return 0
        quantity.pack_of = inside[1].value
        return at + 5

    def _packs_of(self, quantity: Quantity, at: int) -> int:
        """ "3 x 100-pc packets", "3 100-pc packets": the number, and the unit it counts, have what a pack holds between them."""
        number, at = self._token(at), at + 1
        if number is None or number.kind != scan.NUMBER:
            return 0
        dash = self._token(at)
        at += dash is not None and dash.text == "-" and dash.glued
        piece, pack = self._token(at), self._token(at + 1)
        if piece is None or piece.roles.get("unit") != PIECE or pack is None or not pack.has("unit"):
            return 0
        if pack.roles["unit"] == PIECE or not self._is_unit(at + 1):
            return 0
        quantity.unit, quantity.pack_of = pack.roles["unit"], number.value
        return at + 2

    def _unit_behind(self, at: int) -> bool:
        token = self._token(at)
        return token is not None and token.has("unit") and self._is_unit(at) and token.text != "can"

    def _changes(self, quantity: Quantity, at: int) -> bool:
        """ "2 more boxes", "1 case less"."""
        token = self._token(at)
        if token is None or token.text not in _MORE | _LESS:
            return False
        quantity.op = "sub" if token.text in _LESS else "add"
        return True

    def _is_unit(self, at: int) -> bool:
        """A unit word that the catalog also uses in names counts only when goods stand on one side of it."""
        unit = self.tokens[at]
        if unit.has("attribute") and unit.has("measure") and unit.roles["measure"] not in self.index.measures:
            return False
        if not self.index.knows(unit.word):
            return unit.text != "can" or self._goods_at(at + 1)
        if self._begins_name(at):
            return False
        if self._goods_at(at + 1):
            return True
        return self._unpaired_mention() or not self._mention_after(at)

    def _begins_name(self, at: int) -> bool:
        """ "2k tray liners": the first word of a whole name, of goods that have no such unit."""
        size, unit = self._phrase_at(at), self.tokens[at].roles["unit"]
        if size < 2:
            return False
        named = self.index.exact(frozenset(token.word for token in self.tokens[at : at + size]))
        return bool(named) and not any(
            factor(self.index.products[sku], word) is not None for sku in named for word in unit.split("|")
        )

    def _mention_after(self, at: int) -> bool:
        return self._phrase_at(at) > 0

    def _unpaired_mention(self) -> bool:
        return self._unpaired() is not None

    def _unpaired(self) -> Mention | None:
        """The goods named last, while no amount stands behind them."""
        for element in reversed(self.elements[-2 * AHEAD :]):
            if isinstance(element, Quantity):
                return None
            if isinstance(element, Mention):
                return element
        return self.mention

    def _goods_at(self, at: int) -> bool:
        token = self._token(at)
        while token is not None and token.has("stop") and token.text in _BRIDGES:
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
        if token.text == "/" and self._strokes(at):
            return at
        ranged = token.text in ("-", "to", "/") and (token.text == "to" or (token.glued and number.glued))
        if not token.has("or") and not ranged:
            return at
        quantity.odd, quantity.value = True, None
        return self._unit_after(quantity, at + 2)

    def _strokes(self, at: int) -> bool:
        """ "forks/spoons/knives: 3/2/1": three amounts with strokes between are no choice, where three goods stand so before."""
        marks = [e.text for e in self.elements[-2 * AHEAD :] if isinstance(e, Break)]
        amounts = sum(t.text == "/" and t.glued for t in self.tokens[at - 2 : at + 4])
        return marks.count("/") >= 2 and amounts >= 2

    def _half_after(self, quantity: Quantity, at: int) -> int:
        """两箱半."""
        part = part_behind(self.tokens, at)
        if quantity.value is None or quantity.unit is None or part is None:
            return at
        quantity.value += part
        return at + 1

    # -- words

    def _word(self, at: int) -> int:
        token = self.tokens[at]
        if token.text == "x":
            return at + 1
        counted = self._counted_word(at)
        if counted:
            return counted
        if self._of_occasion(at) or self._purpose(at):
            return self._end(at)
        cue = self._is_cue(token, self._token(at - 1)) or token.has("and") or token.has("each") or token.has("all")
        known = self.index.knows(token.word) and not token.has("stop") and (not cue or self.mention is not None)
        if known and self._names(at, token):
            return self._take(at, token)
        if token.has("reference") and (end := self.noise.reference_end(at)):
            return self._end(end - 1)
        if token.has("and"):
            return self._break(at, JOIN)
        if token.has("both"):
            self._close()
            self.each_next = True
            return at + 1
        if token.has("each"):
            self._mark_each(at)
            return at + 1
        if cue or token.has("or"):
            return self._cue(at)
        if token.has("attribute") and (self._content_follows(at) or self._describes(at)):
            return self._take(at, token)
        if token.has("stop"):
            return (
                at + 1
                if self.mention is not None and token.text in _BRIDGES and self._content_follows(at)
                else self._end(at)
            )
        if token.roles:
            return self._end(at)
        return self._take(at, token)

    def _of_occasion(self, at: int) -> bool:
        """ "big crowd", "lunch rush", "small order": says why or how much is ordered, not what."""
        token, after = self.tokens[at], self._token(at + 1)
        if after is None or "occasion" not in after.roles or self.index.knows(after.word):
            return False
        return token.has("attribute") or (after.roles["occasion"] != "order" and self._leads(token))

    def _leads(self, token: Token) -> bool:
        """A word that only ever stands before another in a name, the kitchen of "kitchen towel": alone it names no goods."""
        named = self.index.knows(token.word) and token.word not in self.index.heads
        return named and token.kind == scan.WORD and not token.has("attribute")

    def _purpose(self, at: int) -> bool:
        """ "10in box 1 ctn for main kitchen": after goods and their amount, where or what for."""
        if not self._leads(self.tokens[at]) or self.mention is not None or self._content_follows(at, near=True):
            return False
        back = at - 1
        while (
            back > 0
            and self.tokens[back].kind == scan.WORD
            and not self.tokens[back].has("purpose")
            and self._idle(back)
        ):
            back -= 1
        if back < 0 or not self.tokens[back].has("purpose"):
            return False
        return any(isinstance(e, Mention) for e in self.elements)

    def _idle(self, at: int) -> bool:
        """A word that says nothing of goods: the, our, main, tomorrow's."""
        token = self.tokens[at]
        return bool(token.roles) and not self.index.knows(token.word) and not token.has("unit")

    def _names(self, at: int, token: Token) -> bool:
        """A word of the catalog that is also chatter ("can", "fine", "full") names goods only beside other words of goods."""
        if token.text != "can" and not (token.has("filler") or token.has("head_count") or token.has("article")):
            return True
        if self.mention is not None:
            return bool(self.index.holding([*self.mention.words, token.word]))
        return self._content_follows(at, near=True)

    def _is_cue(self, token: Token, before: Token | None) -> bool:
        if before is not None and before.text in ("this", "that", "any") and token.text in ("change", "edit", "switch"):
            return False
        if before is not None and before.kind in (scan.PERCENT, scan.PRICE) and token.roles.get("op") == "sub":
            return False
        if token.has("to") and self.changing:
            return True
        return any(token.has(role) for role in _CUE_ROLES)

    def _describes(self, at: int) -> bool:
        after = self._token(at + 1)
        pronoun = after is not None and after.text in _PRONOUNS
        return self.mention is not None or pronoun or len(self.tokens) <= AHEAD

    def _mark_each(self, at: int) -> None:
        after = self._token(at + 1)
        if after is not None and (after.kind == scan.NUMBER or after.has("article")):
            self._close()
            self.each_next = True
            return
        self._close()
        last = next((e for e in reversed(self.elements[-AHEAD:]) if isinstance(e, Quantity)), self.last_quantity)
        if last is not None:
            last.each = True

    def _counted_word(self, at: int) -> int:
        """Words that count without a number: a carton, sekotak, a few packets, and a bare unit."""
        token = self.tokens[at]
        if token.has("same_amount"):
            return self._add(Quantity(Kind.QUANTITY, at, at + 1, same=True))
        if token.has("one_unit"):
            one = Quantity(Kind.QUANTITY, at, at + 1, Decimal(1), token.roles["one_unit"])
            one.end = self._half_after(one, at + 1)
            return self._add(one)
        follower = self._token(at + 1)
        if token.has("op") and follower is not None and follower.kind in (SIZE, scan.NUMBER):
            return 0
        ahead = at + 1 + self._filler_before_unit(at + 1)
        if (token.has("article") or token.has("vague")) and (self._unit_word(ahead) or self._goods_at(at + 1)):
            quantity = Quantity(Kind.QUANTITY, at, at + 1, Decimal(1) if token.has("article") else None)
            self._close()
            quantity.end = self._unit_after(quantity, ahead)
            quantity.loose = quantity.unit is None
            if token.text == "another":
                quantity.op = "add"
            return self._add(quantity)
        if token.has("how_many") and self._unpaired_mention():
            return self._add(Quantity(Kind.QUANTITY, at, at + 1, odd=True))
        before = self._token(at - 1)
        after = self._token(at + 1)
        if token.text in LABELS and after is not None and after.text == ":":
            return self._end(at)
        if token.has("attribute") and not self._of_goods(at):
            return 0
        if not token.has("unit") or (before is not None and before.text in ("per", "/")):
            return 0
        if self._counts_sized(at):
            return at + 1
        if (self.index.knows(token.word) or token.text == "can") and not self._of_goods(at):
            return 0
        if (self.mention is not None and token.has("filler")) or token.has("op"):
            return 0
        value = Decimal(1) if self._one_of(at) else None
        return self._add(Quantity(Kind.QUANTITY, at, at + 1, value, token.roles["unit"], loose=True))

    def _one_of(self, at: int) -> bool:
        """ "roll of foil please": a unit in the singular at the start of an item, its goods behind it."""
        token, before = self.tokens[at], self._token(at - 1)
        if token.text != token.roles["unit"] or not self._of_goods(at):
            return False
        return before is None or before.kind in (scan.LINE, scan.MARK) or before.has("courtesy") or before.has("and")

    def _counts_sized(self, at: int) -> bool:
        """ "two 5kg bags of rice": the unit belongs to the number before the size, and the goods are still to come."""
        mention, last = self.mention, self.elements[-1] if self.elements else None
        if mention is None or mention.end != at or any(token.kind != SIZE for _, _, token in mention.parts):
            return False
        if not isinstance(last, Quantity) or last.end != mention.start or last.unit is not None or last.value is None:
            return False
        if self.index.knows(self.tokens[at].word) and not self._goods_at(at + 1):
            return False
        last.unit, last.end, mention.counted_by = self.tokens[at].roles["unit"], at + 1, last
        return True

    def _filler_before_unit(self, at: int) -> bool:
        """ "a full bag", "a big carton"."""
        token = self._token(at)
        return token is not None and (token.has("filler") or token.has("attribute")) and self._unit_word(at + 1)

    def _of_goods(self, at: int) -> bool:
        after = self._token(at + 1)
        return after is not None and after.text == "of" and self._goods_at(at + 2)

    def _unit_word(self, at: int) -> bool:
        token = self._token(at)
        return token is not None and token.has("unit") and self._is_unit(at)

    def _content_follows(self, at: int, *, near: bool = False) -> bool:
        for ahead in range(at + 1, min(at + (2 if near else AHEAD), len(self.tokens))):
            token = self.tokens[ahead]
            if ahead in self.skip:
                return False
            if token.kind == SIZE:
                return True
            if token.kind != scan.WORD:
                return False
            if self.index.knows(token.word) and not token.has("stop"):
                return not near or not (token.has("filler") or token.text == "can")
            if not token.has("stop") and not token.has("attribute"):
                return False
        return False

    def _end(self, at: int) -> int:
        self._close()
        return at + 1

    # -- mentions

    def _phrase(self, at: int) -> int:
        """A whole name as the catalog writes it, when the lexicon would take some of its words for itself."""
        size = self._phrase_at(at)
        if size < 2:
            return 0
        inside = self.tokens[at : at + size]
        if inside[0].kind == scan.NUMBER or not any(t.kind == scan.NUMBER or t.roles for t in inside):
            return 0
        if self._counting(at) and inside[0].has("unit"):
            return 0
        joined = False
        for offset, token in enumerate(inside):
            if token.kind == scan.NUMBER:
                noun = inside[offset + 1].word if offset + 1 < size else ""
                number = plain(token.value or Decimal(0))
                word = self.index.in_name(number, noun)
                joined = word != number
                self._open(at).words.append(word)
                continue
            if self._tells_apart(token) and not joined:
                self._take(at + offset, token)
            joined = False
        self._open(at).end = at + size
        return at + size

    @staticmethod
    def _tells_apart(token: Token) -> bool:
        if token.has("and") or (token.has("stop") and not token.has("attribute")):
            return False
        return token.kind in (scan.WORD, SIZE)

    def _counting(self, at: int) -> bool:
        before = self._token(at - 1)
        return before is not None and (before.kind == scan.NUMBER or before.has("article"))

    def _phrase_at(self, at: int) -> int:
        """How many tokens from here make a whole name of the catalog."""
        first = self.tokens[at]
        return max((self._covers(at, phrase) for phrase in self.index.phrases.get(first.word, ())), default=0)

    def _covers(self, at: int, phrase: tuple[str, ...]) -> int:
        position = at
        for word in phrase:
            token = self._token(position)
            while token is not None and position > at and token.word != word and self._thin(token):
                position += 1
                token = self._token(position)
            if token is None or position in self.skip:
                return 0
            follower = self._token(position + 1)
            if token.kind == scan.NUMBER and follower is not None and token.word + follower.word == word:
                position += 2
                continue
            if token.word != word and not (word == AND and token.has("and")):
                return 0
            position += 1
        return position - at

    @staticmethod
    def _thin(token: Token) -> bool:
        return token.has("stop") or (token.text == "-" and token.glued)

    def _open(self, at: int) -> Mention:
        if self.mention is None:
            self.mention = Mention(Kind.MENTION, at, at + 1)
        return self.mention

    def _take(self, at: int, token: Token) -> int:
        """One more word of the mention."""
        mention = self._open(at)
        if token.kind == SIZE:
            mention.sizes.append(token)
        if token.kind == SIZE or self.index.knows(token.word) or token.has("attribute"):
            mention.words.append(token.word)
        else:
            mention.unknown.append(token.text)
        mention.parts.append((at, token.word, token))
        mention.repaired |= token.repaired
        mention.end = at + 1
        return at + 1

    def _take_name(self, at: int, token: Token) -> int:
        """A whole name that the languages would take for themselves."""
        mention = self._open(at)
        mention.words += token.names
        mention.parts += [(at, word, token) for word in token.names]
        mention.repaired |= token.repaired
        mention.end = at + 1
        return at + 1

    def _close(self) -> None:
        if self.mention is None:
            return
        mention, self.mention = self.mention, None
        take_pack_size(mention, self.index)
        each = self._for_each(mention)
        for element in split_amounts(mention, self.index, counted=self._counted(mention)):
            named = split_names(element, self.index) if each and isinstance(element, Mention) else [element]
            for one in named:
                if isinstance(one, Mention):
                    one.modifier = not one.unknown and all(_only_modifies(t) for _, _, t in one.parts)
                self.elements.append(one)

    def _for_each(self, mention: Mention) -> bool:
        """An amount that is each one's stands right before or behind the mention."""
        before = self.elements[-1] if self.elements else None
        if isinstance(before, Quantity) and before.each:
            return True
        return any(token.has("each") for token in self.tokens[mention.end : mention.end + AHEAD])

    def _counted(self, mention: Mention) -> bool:
        """A number stands right beside the mention, so that a size in it is a size."""
        end = mention.end
        if (unit := self._token(end)) is not None and unit.has("unit") and self._unit_word(end):
            end += 1  # "5kg block 3"
        after = self._token(end)
        if after is not None and after.text in ("x", "*", "-", ":"):
            after = self._token(end + 1)
        if after is not None and (after.kind == scan.NUMBER or (after.text == "(" and self._number_at(end + 1))):
            return True
        last = self.elements[-1] if self.elements else None
        if not isinstance(last, Quantity) or last.size is not None:
            return False
        return all(token.has("stop") for token in self.tokens[last.end : mention.start])

    def _number_at(self, at: int) -> bool:
        token = self._token(at)
        return token is not None and token.kind == scan.NUMBER


def _only_modifies(token: Token) -> bool:
    return token.kind == SIZE or token.has("attribute")
