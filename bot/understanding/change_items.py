"""The words of a message that matter to an order that is there, in a row: goods, amounts, days, and what is done to them.

The catalog outranks the change words: what the catalog knows as a part of goods is goods. Whatever nothing explains is an
item of its own, so that no production can leave it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.change_words import Meanings, Phrase, Role, find_phrases, repaired
from bot.language.tokeniser import Token
from bot.understanding.dates_in_words import Day
from bot.understanding.facts import Facts
from bot.understanding.spans import COMMA, JOIN, STRONG, Break, Kind, Mention, Quantity

GOODS, AMOUNT, DAY, REFERENCE, UNKNOWN = "G", "Q", "D", "R", "?"
UNIT = "M"
"""A word for a pack without a number: "should be pcs not ctn"."""
PLACE = "#"
"""A pointer that counts, "the last item": beside the letter of a pointer."""
WEAK, AND, STOP = ",", "&", "."
BREAKS = frozenset({WEAK, AND, STOP})
_CHOICES = frozenset({Role.BOTH, Role.NONE, Role.CHEAPEST, Role.DEAREST, Role.SMALLEST, Role.BIGGEST, Role.UNSURE})
"""What picks from a list: read beside an open question only, and no part of a change."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item: `letters` are all the parts it may play; `start` to `end` are characters of the folded text."""

    letters: str
    start: int
    end: int
    text: str = ""
    meanings: Meanings = field(default_factory=dict)
    mention: Mention | None = None
    quantity: Quantity | None = None
    day: Day | None = None
    definite: bool = False

    def may(self, *letters: str) -> bool:
        return any(letter in self.letters for letter in letters)


def items_of(facts: Facts) -> tuple[Item, ...]:
    """Every item of the message in order."""
    pieces = list(scan.pieces(facts.folded.text))
    goods = [e for e in facts.elements if isinstance(e, Mention)]
    amounts = [e for e in facts.elements if isinstance(e, Quantity)]
    phrases = [p for p in _phrases(facts, pieces, goods) if _stands(p, facts, goods, amounts)]
    found = [*_phrase_items(phrases), *_element_items(facts, phrases), *_unexplained(facts, phrases)]
    found.sort(key=lambda item: (item.start, item.end))
    return tuple(_pointing(found))


def choices_in(facts: Facts) -> frozenset[Role]:
    """Which words that pick from a list the message has."""
    found = find_phrases(list(scan.pieces(facts.folded.text)))
    return frozenset(role for phrase in found for role in phrase.meanings if role in _CHOICES)


def _phrases(facts: Facts, pieces: Sequence[scan.Piece], goods: Sequence[Mention]) -> list[Phrase]:
    """The phrases as they are written, and those that a slip of the pen hides."""
    found = find_phrases(pieces)
    for mention in goods:
        for _, _, token in mention.parts:
            known = any(_overlap(phrase, token.start, token.end) for phrase in found)
            if token.text in mention.unknown and not known and (mended := repaired(pieces, token.text, token.start)):
                found.append(mended)
    return found


def _stands(phrase: Phrase, facts: Facts, goods: Sequence[Mention], amounts: Sequence[Quantity]) -> bool:
    """Whether a phrase keeps its words: not those of goods, of a day, nor of an amount, but for "half it" and "x3"."""
    for mention in goods:
        start, end = _chars(facts.tokens, mention.start, mention.end)
        longer = phrase.start <= start and end <= phrase.end and phrase.end - phrase.start > end - start
        longer &= any(role not in (*_CHOICES, Role.FILLER) for role in phrase.meanings)
        if not longer and any(_overlap(phrase, t.start, t.end) for t in _words_of_goods(mention, facts.index)):
            return False
    if any(_overlap(phrase, *_chars(facts.tokens, day.start, day.end)) for day in facts.days):
        return False
    for amount in amounts:
        start, end = _chars(facts.tokens, amount.start, amount.end)
        if _overlap(phrase, start, end) and not _counts_nothing(amount):
            return Role.SCALE in phrase.meanings and phrase.start <= start and end <= phrase.end
    return True


def _counts_nothing(amount: Quantity) -> bool:
    """A word that is a unit elsewhere and a word of chat here: "can", 对."""
    return amount.value is None and not amount.odd


def _is_unit(amount: Quantity, tokens: Sequence[Token]) -> bool:
    chat = any(tokens[at].has("filler") for at in range(amount.start, amount.end))
    return _counts_nothing(amount) and amount.unit is not None and not amount.same and not chat


def _counted_by(amount: Quantity, phrases: Sequence[Phrase], start: int) -> Quantity:
    """ "lagi satu karton": a unit behind a phrase that says one more counts one of it."""
    one = any(phrase.meanings.get(Role.ADD) == "one" and 0 <= start - phrase.end <= 1 for phrase in phrases)
    return replace(amount, value=Decimal(1), loose=False) if one and _counts_nothing(amount) else amount


def _words_of_goods(mention: Mention, index: CatalogIndex) -> Iterator[Token]:
    for _, word, token in mention.parts:
        if index.knows(word) or token.kind != scan.WORD or token.has("attribute"):
            yield token


def _phrase_items(phrases: Sequence[Phrase]) -> Iterator[Item]:
    for phrase in phrases:
        letters = "".join(role.value for role in phrase.meanings if role not in (*_CHOICES, Role.FILLER))
        letters += PLACE if phrase.meanings.get(Role.POINTER, "").lstrip("-").isdigit() else ""
        if letters:
            yield Item(letters, phrase.start, phrase.end, phrase.text, phrase.meanings)


def _element_items(facts: Facts, phrases: Sequence[Phrase]) -> Iterator[Item]:
    days = {at: day for day in facts.days for at in range(day.start, day.end)}
    seen: set[int] = set()
    for element in facts.elements:
        start, end = _chars(facts.tokens, element.start, element.end)
        if isinstance(element, Mention):
            yield from _goods(element, facts, phrases)
        elif isinstance(element, Quantity):
            element = _counted_by(element, phrases, start)
            if _is_unit(element, facts.tokens) and not any(_overlap(phrase, start, end) for phrase in phrases):
                yield Item(UNIT, start, end, quantity=element)
            elif not (_counts_nothing(element) or any(_covers(phrase, start, end) for phrase in phrases)):
                yield from _amount(element, start, end)
        elif isinstance(element, Break):
            letter = Role.ADD if element.text == "+" and element.start == 0 else _break(element)
            if letter and not any(_overlap(phrase, start, end) for phrase in phrases):
                yield Item(letter, start, end, element.text)
        elif element.kind is Kind.DAY and element.start in days:
            day = days[element.start]
            if day.start not in seen:
                seen.add(day.start)
                yield Item(DAY, *_chars(facts.tokens, day.start, day.end), day=day)
        elif facts.tokens[element.start].kind == scan.REFERENCE:
            yield Item(REFERENCE, start, end, facts.tokens[element.start].text)


def _break(element: Break) -> str:
    if element.strength >= STRONG:
        return STOP
    if element.strength >= COMMA:
        return WEAK
    return AND if element.strength >= JOIN else ""


def _goods(mention: Mention, facts: Facts, phrases: Sequence[Phrase]) -> Iterator[Item]:
    """The goods, and apart from them the words that are a phrase or that nobody knows."""
    if any(_covers(phrase, *_chars(facts.tokens, mention.start, mention.end)) for phrase in phrases):
        return
    start, end = _chars(facts.tokens, mention.start, mention.end)
    strange = [token for _, _, token in mention.parts if token.text in mention.unknown]
    rest = [token for token in strange if not any(_overlap(phrase, token.start, token.end) for phrase in phrases)]
    for token in rest:
        yield Item(UNKNOWN, token.start, token.end, token.text)
    if mention.words or mention.sku is not None:
        known = mention if not strange else replace(mention, unknown=[token.text for token in rest])
        yield Item(GOODS, start, end, facts.folded.quote(start, end), mention=known)


def _amount(quantity: Quantity, start: int, end: int) -> Iterator[Item]:
    yield Item(AMOUNT, start, end, quantity=quantity)
    if quantity.op in ("add", "sub"):
        role = Role.ADD if quantity.op == "add" else Role.SUB
        yield Item(role, end, end, meanings={role: "more"})


def _unexplained(facts: Facts, phrases: Sequence[Phrase]) -> Iterator[Item]:
    """Numbers and prices that no element took."""
    taken = {at for e in facts.elements for at in range(e.start, e.end)}
    for at, token in enumerate(facts.tokens):
        if at in taken and token.kind != scan.PRICE:
            continue
        strange = token.kind in (scan.NUMBER, scan.PRICE, scan.ODD) and not token.has("stop")
        if strange and not any(_overlap(phrase, token.start, token.end) for phrase in phrases):
            yield Item(UNKNOWN, token.start, token.end, token.text)


def _pointing(items: list[Item]) -> Iterator[Item]:
    """ "the box", "garpu tu", 那个盒子: goods with a word beside them that points; the word itself is used up."""
    for at, item in enumerate(items):
        before = items[at - 1] if at else None
        after = items[at + 1] if at + 1 < len(items) else None
        if item.letters == GOODS:
            pointed = _points(before, item) or (after is not None and _points_back(item, after))
            yield replace(item, definite=pointed)
        elif item.may(Role.DEFINITE):
            beside = (after is not None and after.letters == GOODS) or (before is not None and before.letters == GOODS)
            rest = item.letters.replace(Role.DEFINITE, "")
            if not beside and rest:
                yield replace(item, letters=rest)
        else:
            yield item


def _points(before: Item | None, goods: Item) -> bool:
    points = before is not None and before.meanings.get(Role.DEFINITE) == "before"
    return points and before is not None and goods.start - before.end <= 1


def _points_back(goods: Item, after: Item) -> bool:
    return after.meanings.get(Role.DEFINITE) == "behind" and after.start - goods.end <= 1


def _chars(tokens: Sequence[Token], start: int, end: int) -> tuple[int, int]:
    return tokens[start].start, tokens[end - 1].end


def _overlap(phrase: Phrase, start: int, end: int) -> bool:
    return phrase.start < end and start < phrase.end


def _covers(phrase: Phrase, start: int, end: int) -> bool:
    return phrase.start <= start and end <= phrase.end
