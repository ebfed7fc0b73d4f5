"""The words of a message that matter to an order that is there, in a row: goods, amounts, days, and what is done to them.

The catalog outranks the change words: what the catalog knows as a part of goods is goods. Whatever nothing explains is an
item of its own, so that no production can leave it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from bot.catalog.index import CatalogIndex
from bot.catalog.match import called
from bot.catalog.units import factor
from bot.language import scan
from bot.language.change_words import Meanings, Phrase, Role, find_phrases, repaired
from bot.language.numbers import HALF
from bot.language.tokeniser import Token
from bot.understanding.dates_in_words import Day
from bot.understanding.intent import Context
from bot.understanding.message_facts import Facts
from bot.understanding.resolve import local_unit
from bot.understanding.spans import COMMA, JOIN, STRONG, Break, Element, Kind, Mention, Quantity

GOODS, AMOUNT, DAY, REFERENCE, UNKNOWN = "G", "Q", "D", "R", "?"
UNIT = "M"
"""A word for a pack without a number: "should be pcs not ctn"."""
WHOLE, IDLE = "W", "~"
"""The bare word for an order, which is also a verb: "double order", "i order 6"; and words that say nothing."""
PLACE = "#"
"""A pointer that counts, "the last item": beside the letter of a pointer."""
INTO = "@"
"""A word that leads from the old to the new by itself, "10 inch to 12 inch": beside the letter of what leads there."""
WEAK, AND, STOP = ",", "&", "."
BREAKS = frozenset({WEAK, AND, STOP})
_STRENGTHS = ((STRONG, STOP), (COMMA, WEAK), (JOIN, AND))
_CHOICES = frozenset({Role.BOTH, Role.NONE, Role.CHEAPEST, Role.DEAREST, Role.SMALLEST, Role.BIGGEST, Role.UNSURE})
"""What picks from a list: read beside an open question only, and no part of a change."""
_SILENT = frozenset({*_CHOICES, Role.FILLER})
_CHANGES = frozenset(
    {Role.SUB, Role.SCALE, Role.SWAP, Role.NOT_BEHIND, Role.INSTEAD_OF, Role.EXCEPT, Role.REFUSE, Role.DROP}
)
"""What a phrase may say that no plain wish does."""
_STRANGE = frozenset({scan.NUMBER, scan.PRICE, scan.ODD})
_RANGES = frozenset({"-", "–", "~", "to", "till", "until", "ke", "hingga", "到", "至"})
_DASHES = frozenset({"-", "–", "~"})
_JOINTS = frozenset({"and", "&", "n", "dan", "和"})
_NUMBER = re.compile(r"^[\d.]+")
_WHOLE = re.compile(r"\d+")


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


@dataclass(frozen=True, slots=True)
class _Words:
    """The message and the phrases of change that keep their words in it."""

    facts: Facts
    phrases: Sequence[Phrase]

    def chars(self, element: Element | Day) -> tuple[int, int]:
        return self.facts.tokens[element.start].start, self.facts.tokens[element.end - 1].end

    def beside_phrases(self, start: int, end: int) -> bool:
        return not any(_overlap(phrase, start, end) for phrase in self.phrases)

    def delivers_before(self, at: int) -> bool:
        roles = {role for phrase in self.phrases if phrase.end <= at for role in phrase.meanings}
        return not roles.isdisjoint((Role.MOVE, Role.NOTE))

    def inside_phrase(self, start: int, end: int) -> bool:
        return any(_covers(phrase, start, end) for phrase in self.phrases)


def items_of(facts: Facts) -> tuple[Item, ...]:
    """Every item of the message in order."""
    words = _Words(facts, _standing(facts))
    found = [*_phrase_items(words), *_element_items(words), *_unexplained(words)]
    found.sort(key=lambda item: (item.start, item.end))
    return tuple(_by_part(_pointing(_with_unit_behind(_estimated(_ranged(found, facts))))))


def _by_part(items: Iterable[Item]) -> Iterator[Item]:
    """ "tambah separuh", "多一半": a word of adding right beside a part makes one word, so much more of what is there."""
    waiting: Item | None = None
    for item in items:
        if waiting is not None and (whole := _grown(waiting, item)) is not None:
            waiting = whole
            continue
        if waiting is not None:
            yield waiting
        waiting = item
    if waiting is not None:
        yield waiting


def _grown(first: Item, second: Item) -> Item | None:
    """Both as one; the word of adding stays among its meanings, because it may be said of the part as well."""
    adds, scales = (first, second) if first.letters == Role.ADD else (second, first)
    if adds.letters != Role.ADD or scales.letters != Role.SCALE or Decimal(scales.meanings[Role.SCALE]) >= 1:
        return None
    factor = str(1 + Decimal(scales.meanings[Role.SCALE]))
    text = f"{first.text} {second.text}".strip()
    return Item(
        Role.SCALE, first.start, second.end, text, {Role.SCALE: factor, Role.ADD: "add"}, definite=scales.definite
    )


def choices_in(facts: Facts) -> frozenset[Role]:
    """Which words that pick from a list the message has."""
    return frozenset(role for phrase in _choosing(facts) for role in phrase.meanings if role in _CHOICES)


def choosing_words(facts: Facts) -> frozenset[str]:
    """Those words."""
    return frozenset(phrase.text for phrase in _choosing(facts))


def _choosing(facts: Facts) -> list[Phrase]:
    return [phrase for phrase in _phrases_in(facts.folded.text) if not _CHOICES.isdisjoint(phrase.meanings)]


def says(facts: Facts, role: Role) -> bool:
    """Whether any phrase of the message may mean this."""
    return bool(phrases_of(facts, role))


def phrases_of(facts: Facts, role: Role) -> list[Phrase]:
    """The phrases of the message that may mean this."""
    return [phrase for phrase in _phrases_in(facts.folded.text) if role in phrase.meanings]


@lru_cache(maxsize=16)
def _phrases_in(text: str) -> tuple[Phrase, ...]:
    """Kept for a moment: one message asks for them many times."""
    return tuple(find_phrases(list(scan.pieces(text))))


def unread_words(facts: Facts) -> tuple[str, ...]:
    """Words that would change an order, of a message that is not read as a change: whatever else it does needs a YES."""
    words = _Words(facts, _standing(facts))
    unread = (phrase.text for phrase in words.phrases if _is_unread(phrase, facts.tokens))
    return (*unread, *_unread_targets(words))


def _unread_targets(words: _Words) -> Iterator[str]:
    """ "liner to 6": an amount that goods are led to by a word of change is what they shall be, and no more of them."""
    facts = words.facts
    for goods, amount in pairwise(facts.elements):
        if isinstance(goods, Mention) and isinstance(amount, Quantity) and amount.value is not None:
            start, end = words.chars(goods)[1], words.chars(amount)[0]
            led = [phrase for phrase in words.phrases if start <= phrase.start and phrase.end <= end]
            if any(phrase.meanings.get(Role.TO) == "to" for phrase in led):
                yield facts.folded.quote(words.chars(goods)[0], words.chars(amount)[1])


def _is_unread(phrase: Phrase, tokens: Sequence[Token]) -> bool:
    """A word of change that plays no part in a plain wish either."""
    parts = [token for token in tokens if _overlap(phrase, token.start, token.end)]
    known = any(token.has(role) for token in parts for role in ("op", "negate", "correct", "direction"))
    return Role.IF in phrase.meanings or (not known and not _CHANGES.isdisjoint(phrase.meanings))


# -- phrases


def _phrases(facts: Facts) -> list[Phrase]:
    """The phrases as they are written, and those that a slip of the pen hides."""
    pieces = list(scan.pieces(facts.folded.text))
    found = list(_phrases_in(facts.folded.text))
    strange = [t for m in facts.elements if isinstance(m, Mention) for _, _, t in m.parts if t.text in m.unknown]
    for token in strange:
        known = any(_overlap(phrase, token.start, token.end) for phrase in found)
        if not known and (mended := repaired(pieces, token.text, token.start)):
            found.append(mended)
    return found


def _standing(facts: Facts) -> list[Phrase]:
    """The phrases that keep their words; what goods leave of one is read again: the "to" of "crab stick to 12"."""
    found = _phrases(facts)
    kept = [phrase for phrase in found if _stands(phrase, facts)]
    rests = [rest for phrase in found if phrase not in kept for rest in _behind_goods(phrase, facts)]
    return sorted([*kept, *(rest for rest in rests if _stands(rest, facts))], key=lambda phrase: phrase.start)


def _behind_goods(phrase: Phrase, facts: Facts) -> list[Phrase]:
    """The phrases in what follows the words of goods that a phrase begins with."""
    mentions = (element for element in facts.elements if isinstance(element, Mention))
    named = [token for mention in mentions for token in _words_of_goods(mention, facts.index)]
    ends = [token.end for token in named if token.start <= phrase.start < token.end < phrase.end]
    if not ends:
        return []
    pieces = scan.pieces(facts.folded.text)
    return find_phrases([piece for piece in pieces if max(ends) <= piece.start and piece.end <= phrase.end])


def _stands(phrase: Phrase, facts: Facts) -> bool:
    """Whether a phrase keeps its words: not those of goods, of a day, nor of an amount that is no part of it."""
    words = _Words(facts, ())
    if any(_overlap(phrase, *words.chars(day)) for day in facts.days):
        return False
    return not any(_is_of(phrase, element, words) for element in facts.elements)


def _is_of(phrase: Phrase, element: Element, words: _Words) -> bool:
    """Whether goods or an amount have the words of the phrase; a longer phrase has theirs: "half it", "both lines"."""
    start, end = words.chars(element)
    longer = _covers(phrase, start, end) and phrase.end - phrase.start > end - start
    if isinstance(element, Mention):
        counts = longer and not _SILENT.issuperset(phrase.meanings)
        named = any(_overlap(phrase, t.start, t.end) for t in _words_of_goods(element, words.facts.index))
        return named and not counts
    if not isinstance(element, Quantity) or _counts_nothing(element) or not _overlap(phrase, start, end):
        return False
    if element.unit == phrase.text:
        return False  # "5 aakkunga": a word of change stands where a unit would
    if Role.ORDER_WORD in phrase.meanings and _covers(phrase, start, end) and _behind_day(element, words.facts):
        return False  # "the friday one"
    return not (longer or (Role.SCALE in phrase.meanings and _covers(phrase, start, end)))


def _behind_day(element: Element, facts: Facts) -> bool:
    return any(day.end == element.start for day in facts.days)


def _words_of_goods(mention: Mention, index: CatalogIndex) -> Iterator[Token]:
    for _, word, token in mention.parts:
        if index.knows(word) or token.kind != scan.WORD or token.has("attribute"):
            yield token


def _phrase_items(words: _Words) -> Iterator[Item]:
    for phrase in words.phrases:
        letters = "".join(_letter(role, phrase) for role in phrase.meanings if role not in _CHOICES)
        letters += PLACE if phrase.meanings.get(Role.POINTER, "").lstrip("-").isdigit() else ""
        letters += INTO if phrase.meanings.get(Role.TO) == "to" else ""
        if letters:
            letters = letters if letters == IDLE else letters.replace(IDLE, "")
            yield Item(letters, phrase.start, phrase.end, phrase.text, phrase.meanings)
        if _counts_one(phrase) and not _unit_behind(phrase, words):
            yield Item(AMOUNT, phrase.end, phrase.end, quantity=_one_at(phrase, words.facts.tokens))


def _letter(role: Role, phrase: Phrase) -> str:
    return WHOLE if role is Role.POINTER and phrase.meanings[role] == "order" else role.value


def _counts_one(phrase: Phrase) -> bool:
    """ "lagi satu", "one more"."""
    return phrase.meanings.get(Role.ADD) == "one"


def _unit_behind(phrase: Phrase, words: _Words) -> bool:
    amounts = (element for element in words.facts.elements if isinstance(element, Quantity))
    return any(0 <= words.chars(amount)[0] - phrase.end <= 1 for amount in amounts)


def _one_at(phrase: Phrase, tokens: Sequence[Token]) -> Quantity:
    at = next(at for at, token in enumerate(tokens) if token.end > phrase.start)
    return Quantity(Kind.QUANTITY, at, at + 1, Decimal(1))


# -- goods, amounts, days, papers and breaks


def _element_items(words: _Words) -> Iterator[Item]:
    days = {at: day for day in words.facts.days for at in range(day.start, day.end)}
    seen: set[int] = set()
    for element in words.facts.elements:
        day = days.get(element.start)
        if isinstance(element, Mention):
            yield from _goods(element, words)
        elif isinstance(element, Quantity):
            yield from _amounts(element, words)
        elif isinstance(element, Break):
            yield from _breaks(element, words)
        elif element.kind is Kind.DAY and day is None:
            yield from _uncounted(element, words)
        elif element.kind is Kind.DAY and day is not None and day.start not in seen:
            seen.add(day.start)
            yield Item(DAY, *words.chars(day), day=day)


def _goods(mention: Mention, words: _Words) -> Iterator[Item]:
    """The goods, and apart from them the words that are a phrase or that nobody knows."""
    for part in _split_at_to(mention, words):
        yield from _named(part, words)


def _split_at_to(mention: Mention, words: _Words) -> list[Mention]:
    """ "roses to white": two names, where a word that leads from one to the other stands between them."""
    inner = [phrase for phrase in words.phrases if Role.TO in phrase.meanings]
    places = [t.start for _, _, t in mention.parts]
    cut = next((phrase for phrase in inner if places[:1] < [phrase.start] < places[-1:]), None)
    if cut is None:
        return [mention]
    first = [part for part in mention.parts if part[2].start < cut.start]
    second = [part for part in mention.parts if part[2].start > cut.start]
    return [_with_parts(mention, first), _with_parts(mention, second)]


def _with_parts(mention: Mention, parts: list[tuple[int, str, Token]]) -> Mention:
    kept = {token.text for _, _, token in parts}
    words = {word for _, word, _ in parts}
    return replace(
        mention, start=parts[0][0], end=parts[-1][0] + 1, parts=parts, sku=None,
        words=[word for word in mention.words if word in words], unknown=[w for w in mention.unknown if w in kept],
        sizes=[size for size in mention.sizes if size.text in kept], modifier=False,
    )  # fmt: skip


def _as_unit(mention: Mention, words: _Words) -> Quantity | None:
    """ "foil should be roll, not carton": a word of names that is also a unit, where only a unit can be meant."""
    sole = mention.parts[0][2] if len(mention.parts) == 1 and not mention.modifier else None
    unit = sole.roles.get("unit") if sole is not None else None
    before = [phrase for phrase in words.phrases if sole is not None and 0 <= sole.start - phrase.end <= 1]
    led = any(Role.SET in phrase.meanings or Role.NOT in phrase.meanings for phrase in before)
    return Quantity(Kind.QUANTITY, mention.start, mention.end, unit=unit) if unit is not None and led else None


def _named(mention: Mention, words: _Words) -> Iterator[Item]:
    unit = _as_unit(mention, words)
    start, end = words.chars(mention)
    if words.inside_phrase(start, end):
        return
    strange = [token for _, _, token in mention.parts if token.text in mention.unknown]
    rest = [token for token in strange if words.beside_phrases(token.start, token.end)]
    for token in rest:
        yield Item(UNKNOWN, token.start, token.end, token.text)
    if mention.words or mention.sku is not None:
        known = mention if not strange else replace(mention, unknown=[token.text for token in rest])
        yield replace(_as_goods(known, words), letters=GOODS + (UNIT if unit else ""), quantity=unit)


def _amounts(quantity: Quantity, words: _Words) -> Iterator[Item]:
    if any(phrase.text == quantity.unit for phrase in words.phrases):
        quantity = replace(quantity, unit=None, end=quantity.end - 1)
    if not quantity.odd and (goods := _goods_in_unit(quantity.end - 1, quantity, words)) is not None:
        quantity = replace(quantity, unit=None, end=goods.start)
        yield _as_goods(goods, words)
    start, end = words.chars(quantity)
    quantity = _counted_by(quantity, words, start)
    if words.inside_phrase(start, end) or (_counts_nothing(quantity) and not words.beside_phrases(start, end)):
        return
    if _is_unit(quantity, words.facts.tokens):
        yield Item(UNIT, start, end, quantity=quantity)
    elif quantity.odd and (parted := _from_to(quantity, words)):
        yield from parted
    elif _is_part_alone(quantity, words):
        yield Item(Role.SCALE, start, end, meanings={Role.SCALE: str(HALF)})
    elif not _counts_nothing(quantity):
        yield Item(AMOUNT, start, end, quantity=quantity)
        if quantity.op in ("add", "sub"):
            role = Role.ADD if quantity.op == "add" else Role.SUB
            yield Item(role, end, end, meanings={role: "more"})


def _goods_in_unit(at: int, quantity: Element, words: _Words) -> Mention | None:
    """ "2 more box" of an order with one kind of box, and nothing in it that is sold by the box: the box itself."""
    index, context, last = words.facts.index, words.facts.context, words.facts.tokens[at]
    basket = context.draft or context.last_order
    if basket is None or at == quantity.start or not last.has("unit") or not index.knows(last.word):
        return None
    behind = quantity.end + any(t.text == "of" for t in words.facts.tokens[quantity.end : quantity.end + 1])
    if any(isinstance(e, Mention) and e.start == behind for e in words.facts.elements):
        return None  # "half box of gloves"
    skus = [sku for sku, _ in basket.lines if sku in index.products]
    if any(factor(index.products[sku], local_unit(index.products[sku], last.roles["unit"])) for sku in skus):
        return None
    if sum(called(index, frozenset({last.word}), sku) for sku in skus) != 1:
        return None
    return Mention(Kind.MENTION, at, at + 1, words=[last.word], parts=[(at, last.word, last)])


def _as_goods(mention: Mention, words: _Words) -> Item:
    start, end = words.chars(mention)
    return Item(GOODS, start, end, words.facts.folded.quote(start, end), mention=mention)


def _is_part_alone(quantity: Quantity, words: _Words) -> bool:
    """ "box half", "only need half": a part in words and of nothing that is counted; in answer to "how many?" it is an amount."""
    if quantity.value != HALF or quantity.unit is not None or quantity.op or words.facts.context.pending:
        return False
    if sum(token.value == HALF for token in words.facts.tokens) > 1:
        return False  # "half half blue black"
    return not any(char.isdigit() for char in words.facts.folded.quote(*words.chars(quantity)))


def _counts_nothing(amount: Quantity) -> bool:
    """A word that is a unit elsewhere and a word of chat here: "can", 对."""
    return amount.value is None and not amount.odd


def _is_unit(amount: Quantity, tokens: Sequence[Token]) -> bool:
    chat = any(tokens[at].has("filler") for at in range(amount.start, amount.end))
    return _counts_nothing(amount) and amount.unit is not None and not amount.same and not chat


def _counted_by(amount: Quantity, words: _Words, start: int) -> Quantity:
    """ "lagi satu karton": a unit behind a phrase that says one more counts one of it."""
    one = any(_counts_one(phrase) and 0 <= start - phrase.end <= 1 for phrase in words.phrases)
    return replace(amount, value=Decimal(1), loose=False) if one and _counts_nothing(amount) else amount


def _breaks(element: Break, words: _Words) -> Iterator[Item]:
    start, end = words.chars(element)
    if element.text == "+" and (element.start == 0 or _adds(element, words)):
        yield Item(Role.ADD, start, end, element.text)
    elif words.beside_phrases(start, end):
        letter = next((letter for least, letter in _STRENGTHS if element.strength >= least), "")
        yield from [Item(letter, start, end, element.text)] if letter else []


def _adds(element: Break, words: _Words) -> bool:
    """ "everything +1": a plus that joins no two amounts."""
    amounts = [other for other in words.facts.elements if isinstance(other, Quantity)]
    return any(amount.start == element.end for amount in amounts) and all(a.end != element.start for a in amounts)


def _uncounted(element: Element, words: _Words) -> Iterator[Item]:
    """The number of a paper; and of what looks like a span of time the amounts that the order has: "from 4 to 6"."""
    token = words.facts.tokens[element.start]
    if token.kind == scan.REFERENCE:
        yield Item(REFERENCE, token.start, token.end, token.text)
    if token.kind == scan.PLACE and words.delivers_before(token.start):
        yield Item(Role.NOTE, token.start, token.end, token.text, {Role.NOTE: "number"})
    if token.kind == scan.CLOCK:
        yield from _from_to(element, words) or [
            Item(Role.NOTE, token.start, token.end, token.text, {Role.NOTE: "clock"})
        ]


def is_span_of_amounts(item: Item, facts: Facts) -> bool:
    """An amount out of what looked like a span of time."""
    return item.letters == AMOUNT and any(
        token.kind == scan.CLOCK and token.start <= item.start < token.end for token in facts.tokens
    )


def _from_to(element: Element, words: _Words) -> list[Item]:
    """ "4 to 6", "from 4 box to 6": two amounts, where a line of the order has the first; else none."""
    start, end = words.chars(element)
    found = list(_WHOLE.finditer(words.facts.folded.text[start:end]))
    if len(found) != 2 or Decimal(found[0].group()) not in _held_amounts(words.facts.context):
        return []
    between = words.facts.folded.text[start + found[0].end() : start + found[1].start()].split()
    if _RANGES.isdisjoint(between):
        return []
    inside = range(element.start, element.end)
    named = [goods for at in inside if (goods := _goods_in_unit(at, element, words)) is not None]
    unit = None if named else next((words.facts.tokens[at].roles.get("unit") for at in reversed(inside)), None)
    one, other = (
        Item(AMOUNT, start + m.start(), start + m.end(),
             quantity=Quantity(Kind.QUANTITY, element.start, element.end, Decimal(m.group()), unit if m is found[1] else None))
        for m in found
    )  # fmt: skip
    counted = [_as_goods(mention, words) for mention in named[:1]]
    led = next((item.end for item in counted if item.end <= other.start), one.end)
    return [one, *counted, Item(Role.TO, led, other.start, "to", {Role.TO: "to"}), other]


def _held_amounts(context: Context) -> frozenset[Decimal]:
    """The amounts that the lines of the draft and of the orders have, as they were said and in base units."""
    baskets = [basket for basket in (context.draft, context.last_order, *context.orders) if basket is not None]
    said = [pack.quantity for basket in baskets for pack in basket.packs]
    return frozenset([*said, *(quantity for basket in baskets for _, quantity in basket.lines)])


def _unexplained(words: _Words) -> Iterator[Item]:
    """Numbers and prices that no element took."""
    taken = {at for e in words.facts.elements for at in range(e.start, e.end)}
    for at, token in enumerate(words.facts.tokens):
        free = at not in taken or token.kind == scan.PRICE
        strange = free and token.kind in _STRANGE and not token.has("stop")
        if strange and words.beside_phrases(token.start, token.end):
            yield Item(UNKNOWN, token.start, token.end, token.text)


# -- what items do to those beside them


def _with_unit_behind(items: Sequence[Item]) -> list[Item]:
    """ "1 lily bunch": the unit of an amount stands behind the goods."""
    out: list[Item] = []
    for item in items:
        before = out[-2:]
        if item.letters == UNIT and [other.letters for other in before] == [AMOUNT, GOODS] and item.quantity:
            amount = before[0].quantity
            if amount is not None and amount.unit is None:
                out[-2:] = [
                    replace(before[0], quantity=replace(amount, unit=item.quantity.unit)),
                    replace(before[1], end=item.end),
                ]
                continue
        out.append(item)
    return out


def _ranged(items: list[Item], facts: Facts) -> list[Item]:
    """ "8-10 cartons", "8 to 10": no amount that could be taken; "4 to 6" of an order of 4 says from what to what."""
    out: list[Item] = []
    for item in items:
        first = next((at for at in reversed(range(len(out))) if out[at].letters == AMOUNT), None)
        if item.letters == AMOUNT and first is not None and _is_range(out, first, item, facts):
            item = replace(item, start=out[first].start, quantity=_odd(item.quantity))
            del out[first:]
        out.append(item)
    return out


def _is_range(items: Sequence[Item], first: int, second: Item, facts: Facts) -> bool:
    one, other = items[first].quantity, second.quantity
    if one is None or other is None or one.unit is not None:
        return False
    between = _NUMBER.sub("", facts.folded.text[items[first].start : second.start]).strip()
    led = any(item.may(Role.ABOUT) for item in items[max(0, first - 1) : first])
    if between in _RANGES:
        return between in _DASHES or one.value not in _held_amounts(facts.context)
    return led and between in _JOINTS


def _odd(quantity: Quantity | None) -> Quantity | None:
    return replace(quantity, odd=True) if quantity is not None else None


def _estimated(items: Sequence[Item]) -> list[Item]:
    """ "around 8", 8箱左右, "between 8 and 10": an amount that has to be asked about; the word itself is used up."""
    return [_estimate(items, at) for at, item in enumerate(items) if not item.may(Role.ABOUT)]


def _estimate(items: Sequence[Item], at: int) -> Item:
    item = items[at]
    led = [other for other in items[max(0, at - 1) : at] if other.meanings.get(Role.ABOUT) == "before"]
    followed = [other for other in items[at + 1 : at + 2] if other.meanings.get(Role.ABOUT) == "behind"]
    if item.letters != AMOUNT or not (led or followed):
        return item
    whole = [*led, item, *followed]
    return replace(item, start=whole[0].start, end=whole[-1].end, quantity=_odd(item.quantity))


def _pointing(items: list[Item]) -> Iterator[Item]:
    """ "the box", "garpu tu", 那个盒子: goods with a word beside them that points; the word itself is used up."""
    for at, item in enumerate(items):
        before = items[at - 1] if at else None
        after = items[at + 1] if at + 1 < len(items) else None
        if item.letters == GOODS:
            yield replace(item, definite=_points(before, item) or _points_back(item, after))
        elif not item.may(Role.DEFINITE):
            yield item
        elif rest := "" if _is_goods(before) or _is_goods(after) else item.letters.replace(Role.DEFINITE, ""):
            yield replace(item, letters=rest)


def _is_goods(item: Item | None) -> bool:
    return item is not None and item.letters == GOODS


def _points(before: Item | None, goods: Item) -> bool:
    return before is not None and before.meanings.get(Role.DEFINITE) == "before" and goods.start - before.end <= 1


def _points_back(goods: Item, after: Item | None) -> bool:
    return after is not None and after.meanings.get(Role.DEFINITE) == "behind" and after.start - goods.end <= 1


def _overlap(phrase: Phrase, start: int, end: int) -> bool:
    return phrase.start < end and start < phrase.end


def _covers(phrase: Phrase, start: int, end: int) -> bool:
    return phrase.start <= start and end <= phrase.end
