"""Decides what one item means: a line, or the question that has to be asked. Units convert here, through bot/catalog/units.py."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.catalog import units
from bot.catalog.index import Bag, CatalogIndex
from bot.catalog.match import How, Match, called, match, nearest, rank
from bot.catalog.product import Product
from bot.language.folding import Folded
from bot.language.languages import listed
from bot.language.tokeniser import SIZE, Token
from bot.understanding.intent import Line, Question, QuestionReason
from bot.understanding.spans import Element, Mention, Quantity

_SOFT = frozenset(listed("soft_words"))
_ADDING = frozenset(listed("adding_words"))
MAX_BASE_UNITS = Decimal(100_000)
SURE = {How.EXACT: 0.99, How.WORDS: 0.97}
REPAIRED = 0.9


@dataclass(frozen=True, slots=True)
class Said:
    """An amount as it was said: one quantity, or the pieces of a sum."""

    value: Decimal | None = None
    unit: str | None = None
    odd: bool = False
    parts: tuple[tuple[Decimal, str | None], ...] = ()
    pack_of: Decimal | None = None
    at: int = -1
    """Where it was said, among the tokens."""

    @property
    def units(self) -> tuple[str | None, ...]:
        return tuple(unit for _, unit in self.parts) or (self.unit,)


NOTHING_SAID = Said()


def _nouns(mention: Mention, told: Bag) -> list[str]:
    """The words of a name that are neither sizes nor say how the goods are."""
    return [
        word for _, word, token in mention.parts if word in told and token.kind != SIZE and not token.has("attribute")
    ]


def said(quantity: Quantity | None) -> Said:
    if quantity is None:
        return NOTHING_SAID
    return Said(quantity.value, quantity.unit, quantity.odd, quantity.parts, quantity.pack_of, quantity.start)


class Resolver:
    """Resolves mentions against one catalog; `prefer` are the SKUs an amendment most likely speaks of."""

    def __init__(self, index: CatalogIndex, quote: Quoter) -> None:
        self.index = index
        self.quote = quote

    def find(self, mention: Mention, amount: Said, prefer: Collection[str] = ()) -> tuple[Match, Said]:
        """The products a mention means, and the amount: a size may turn out to be the quantity ("5kg chicken")."""
        if mention.sku is not None:
            product = self.index.products[mention.sku]
            return Match(How.EXACT if product.active else How.INACTIVE, (mention.sku,)), amount
        bag = mention.bag
        extra = [word for word in bag if word in _SOFT and not self.index.knows(word)]
        if mention.unknown or extra:
            told = bag.difference(extra)
            rest = self._narrow(match(self.index, told), told, amount, prefer)
            if rest.taken and (self._adds_only(mention) or self._named_whole(mention, told, rest)):
                return replace(rest, notes=(*extra, *mention.unknown)), amount
            return Match(How.UNKNOWN, nearest(self.index, bag)), amount
        found = match(self.index, bag)
        found = self._narrow(found, bag, amount, prefer)
        if found.how == How.UNKNOWN:
            bottled = self._without_unit_word(mention, amount)
            if bottled is not None:
                return bottled
            return Match(How.UNKNOWN, nearest(self.index, bag)), amount
        return found, amount

    def _named_whole(self, mention: Mention, told: Bag, found: Match) -> bool:
        """ "genuine denso air filter", "oli filter c110": words that only one product has, beside words that none has. What stands
        before a single noun makes it another thing: sweet potatoes are no potatoes, vinyl gloves M are none of nitrile."""
        if any(token.has("attribute") and word not in told for _, word, token in mention.parts):
            return False
        if all(token.has("attribute") for _, word, token in mention.parts if word in told):
            return False
        return mention.parts[0][1] in told or len(_nouns(mention, told)) > 1

    def _adds_only(self, mention: Mention) -> bool:
        """ "fresh chicken", "box with handles": words that no product has, and that say of no other goods that they are meant."""
        added = False
        for at, word, token in mention.parts:
            added = added or self.quote.word(at - 1) in _ADDING
            if word not in mention.words and not added and token.text not in _SOFT:
                return False
        return True

    def _without_unit_word(self, mention: Mention, amount: Said) -> tuple[Match, Said] | None:
        """ "5L oil bottles, 6": a word of the name that is only the unit it is sold in."""
        for _, word, token in mention.parts:
            unit = token.roles.get("unit")
            if unit is None or amount.unit is not None:
                continue
            rest = mention.bag - {word}
            found = self._narrow(match(self.index, rest), rest, replace(amount, unit=unit), ())
            if found.taken and self.has_unit(found.skus[0], unit):
                return found, replace(amount, unit=unit)
        return None

    def _narrow(self, found: Match, bag: Bag, amount: Said, prefer: Collection[str]) -> Match:
        """Several products: what is in the draft, or the unit said, may leave one."""
        if found.how != How.AMBIGUOUS:
            return found
        fits = found.fits or found.skus
        known = [sku for sku in fits if sku in prefer]
        if len(known) > 1:
            known = [sku for sku in known if called(self.index, bag, sku)]
        if len(known) == 1:
            return Match(How.WORDS, tuple(known))
        if any(unit not in (None, units.PIECE, units.DOZEN) for unit in amount.units):
            sold = [sku for sku in fits if all(self.has_unit(sku, unit) for unit in amount.units)]
            known = [sku for sku in known if sku in sold]
            if len(sold) == 1 or len(known) == 1:
                return Match(How.WORDS, tuple(known if len(known) == 1 else sold))
            if sold:
                return Match(How.AMBIGUOUS, rank(self.index, bag, sold), tuple(sold))
        return found

    def pack(self, mention: Mention, amount: Said) -> Decimal | None:
        """Base units in the unit that was said, for the one product that is meant."""
        found = self.find(mention, amount)[0]
        if not found.taken or amount.parts:
            return None
        product = self.index.products[found.skus[0]]
        return units.factor(product, local_unit(product, amount.unit))

    def names_all(self, mention: Mention, question: Question, amount: Said) -> bool:
        """Whether the question's candidates are every active product that the words and the unit fit."""
        skus = (sku for sku in self.index.holding(mention.bag) if self.index.products[sku].active)
        return set(question.candidates) == {s for s in skus if all(self.has_unit(s, unit) for unit in amount.units)}

    def has_unit(self, sku: str, unit: str | None) -> bool:
        """Whether the SKU is sold by it."""
        return units.factor(self.index.products[sku], local_unit(self.index.products[sku], unit)) is not None

    def decide(self, mention: Mention, amount: Said, prefer: Collection[str] = ()) -> Line | Question:
        """The line this mention with this amount makes, or the question that has to be asked."""
        found, amount = self.find(mention, amount, prefer)
        text = self.quote.of(mention)
        unit = amount.unit.split("|")[0] if amount.unit else None
        ask = Question(text, QuestionReason.UNKNOWN, found.skus, amount.value, unit)
        if not found.taken:
            return replace(ask, reason=QuestionReason(found.how.value))
        product = self.index.products[found.skus[0]]
        sure = not mention.repaired and not found.notes
        return line_or_question(product, amount, ask, SURE[found.how] * (1.0 if sure else REPAIRED), sure)


class Quoter:
    """Gives back the customer's own words for a stretch of tokens."""

    def __init__(self, tokens: list[Token], folded: Folded) -> None:
        self._tokens = tokens
        self._folded = folded

    def word(self, at: int) -> str:
        """One token as it was folded; "" outside the message."""
        return self._tokens[at].text if 0 <= at < len(self._tokens) else ""

    def of(self, element: Element) -> str:
        first, last = self._tokens[element.start], self._tokens[element.end - 1]
        return self._folded.quote(first.start, last.end)

    def between(self, one: Element, other: Element) -> str:
        """The words from the end of one stretch to the start of another."""
        return self._folded.quote(self._tokens[one.end - 1].end, self._tokens[other.start].start).strip()


def local_unit(product: Product, unit: str | None) -> str | None:
    """The product's own word for the unit that was said: "carton|case" stands for whichever the SKU has, "box||carton" for
    a box and, of goods without one, for a carton."""
    if unit is None or "|" not in unit:
        return unit
    words = unit.split("|")
    own = (word for word in words if word == product.base_unit or word in product.pack_units)
    return next(own, next((word for word in words if units.factor(product, word) is not None), words[0]))


def _could_be_two(product: Product, unit: str | None) -> bool:
    """A local word for packs (袋: bag or sack) of goods that are sold in both, each holding another amount."""
    groups = (group.split("|") for group in (unit or "").split("||"))
    owned = ([word for word in group if word == product.base_unit or word in product.pack_units] for group in groups)
    first = next(filter(None, owned), [])
    return len({units.factor(product, word) for word in first if word != units.PIECE}) > 1


def line_or_question(product: Product, amount: Said, ask: Question, confidence: float, sure: bool) -> Line | Question:
    """Converts the amount for a product that is certain; asks about a quantity or unit that cannot be."""
    ask = replace(ask, candidates=(product.sku,), reason=QuestionReason.QUANTITY)
    parts = amount.parts or (((amount.value, amount.unit),) if amount.value is not None else ())
    for _, unit in parts or ((None, amount.unit),):
        if _could_be_two(product, unit):
            return replace(ask, reason=QuestionReason.UNIT)
        if units.factor(product, local_unit(product, unit)) is None:
            return replace(ask, reason=QuestionReason.UNIT)
    if not parts or amount.odd:
        return ask
    if amount.pack_of is not None and units.factor(product, local_unit(product, amount.unit)) != amount.pack_of:
        return ask
    total = sum((units.to_base(product, value, local_unit(product, unit)) for value, unit in parts), Decimal(0))
    if total <= 0 or total > MAX_BASE_UNITS or not units.whole_enough(product, total):
        return ask
    unit_said = local_unit(product, amount.unit)
    return Line(product.sku, tidy(total), unit_said, amount.value, ask.text, confidence, sure)


def tidy(value: Decimal) -> Decimal:
    """3.0 and 3 are written the same."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def summed(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The same SKU twice is one line of the sum."""
    by_sku: dict[str, Line] = {}
    for line in lines:
        old = by_sku.get(line.sku)
        if old is None:
            by_sku[line.sku] = line
        else:
            by_sku[line.sku] = replace(
                old,
                quantity=tidy(old.quantity + line.quantity),
                confidence=min(old.confidence, line.confidence),
                sure=old.sure and line.sure,
                unit_said=old.unit_said if old.unit_said == line.unit_said else None,
                quantity_said=None,
            )
    return tuple(by_sku.values())
