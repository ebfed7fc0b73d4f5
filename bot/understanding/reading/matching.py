"""What the catalog says of goods and amounts while a message is read; each question is asked of it once a message."""

from __future__ import annotations

from dataclasses import replace

from bot.catalog import units
from bot.catalog.match import How, Match, match
from bot.language.tokeniser import SIZE
from bot.understanding.resolve import Resolver, local_unit, said
from bot.understanding.spans import Mention, Quantity


class Matching:
    """Answers for one message."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.index = resolver.index
        self.matches: dict[frozenset[str], Match] = {}
        self.fits: dict[tuple[object, ...], str] = {}

    def found(self, goods: Mention) -> Match:
        """The products that the words mean, whatever the amount."""
        if goods.sku is not None:
            return Match(How.EXACT if self.index.products[goods.sku].active else How.INACTIVE, (goods.sku,))
        if goods.unknown:
            return Match(How.UNKNOWN)
        bag = goods.bag
        known = self.matches.get(bag)
        if known is None:
            known = self.matches[bag] = match(self.index, bag)
        return known

    def fit(self, goods: Mention | None, amount: Quantity | None) -> str:
        """How goods and amount go together: "exact+unit", "ambiguous-unit" ..."""
        if goods is None:
            return "none"
        key = (
            goods.sku,
            goods.bag,
            bool(goods.unknown),
            amount and (amount.unit, amount.size and amount.size.word, amount.parts),
        )
        known = self.fits.get(key)
        if known is None:
            known = self.fits[key] = self._fit(goods, amount)
        return known

    def _fit(self, goods: Mention, amount: Quantity | None) -> str:
        found = self.found(goods)
        if amount is None:
            return found.how.value
        skus = found.fits or found.skus
        if found.how is How.UNKNOWN or not skus:
            return found.how.value + ("/unit" if amount.unit else "/bare")
        said_units = [unit for unit in said(amount).units if unit is not None]
        if amount.size is not None and any(amount.size.word in self.index.held[sku] for sku in skus):
            return found.how.value + "/size"
        if not said_units:
            return found.how.value + "/bare"
        sold = sum(all(self.resolver.has_unit(sku, unit) for unit in said_units) for sku in skus)
        if not sold:
            return found.how.value + "/unsold"
        return ("narrowed" if found.how is How.AMBIGUOUS and sold == 1 else found.how.value) + "/sold"

    def borrowed(self, modifier: Mention, goods: Mention | None, amount: Quantity | None) -> Mention | None:
        """The goods of one mention with the size and colour of another, as far as the catalog has them."""
        if goods is None or goods.sku is not None or goods.modifier or goods.unknown:
            return None
        for sizes, colours in ((True, True), (True, False), (False, True), (False, False)):
            whole = borrow(modifier, goods, sizes, colours)
            if self.found(whole).how in (How.EXACT, How.WORDS) or "narrowed" in self.fit(whole, amount):
                return whole
        nouns = borrow(modifier, goods, False, False)
        return nouns if self.found(nouns).how is How.AMBIGUOUS else None

    def together(self, first: Mention, second: Mention) -> Mention | None:
        """Both mentions as one, where some product holds all their words."""
        if first.sku is not None or second.sku is not None or first.unknown or second.unknown:
            return None
        words = [*first.words, *(word for word in second.words if word not in first.words)]
        if not self.index.holding(words):
            return None
        return replace(
            first,
            words=words,
            parts=[*first.parts, *second.parts],
            sizes=[*first.sizes, *second.sizes],
            modifier=first.modifier and second.modifier,
            repaired=first.repaired or second.repaired,
        )

    def merged(self, new: Mention, old: Mention) -> Mention:
        """The new words, with the old goods where the new ones only name a size or colour."""
        if not new.modifier or old.modifier or new.sku is not None or self.found(new).taken:
            return new
        return self.borrowed(new, old, None) or new

    def equal(self, goods: Mention, first: Quantity, second: Quantity) -> bool:
        """Whether two amounts in different units are the same for the one product that is meant."""
        found = self.found(goods)
        if not found.taken or first.value is None or second.value is None or first.parts or second.parts:
            return False
        product = self.index.products[found.skus[0]]
        one, other = (units.factor(product, local_unit(product, q.unit)) for q in (first, second))
        return one is not None and other is not None and first.value * one == second.value * other

    def holds(self, goods: Mention, amount: Quantity) -> bool:
        """Whether a pack of the goods holds what was said of it."""
        found = self.found(goods)
        products = [self.index.products[sku] for sku in found.fits or found.skus]
        return any(units.factor(p, local_unit(p, amount.unit)) == amount.pack_of for p in products)

    def with_weight(self, goods: Mention, amount: Quantity | None) -> Mention | None:
        """ "two 5kg bags of jasmine rice": the goods with the weight in their name, where one product has it so."""
        if amount is None or amount.weight is None or goods.sku is not None or goods.unknown:
            return None
        weight = amount.weight
        whole = replace(goods, words=[*goods.words, weight.word], sizes=[*goods.sizes, weight])
        return whole if self.found(whole).taken else None

    def held(self, goods: Mention | None, amount: Quantity | None) -> tuple[str, ...]:
        """Whether packs hold what was said of them, as a feature; nothing where nothing was said."""
        if goods is None or amount is None or amount.pack_of is None:
            return ()
        return (f"held|{self.holds(goods, amount)}",)

    def product(self, first: Quantity, second: Quantity) -> tuple[str, Quantity] | None:
        """What two amounts side by side make together, and how."""
        if first.odd or second.odd or first.parts or second.parts:
            return None
        if (
            first.value is None
            and first.unit is not None
            and second.value is not None
            and second.unit is None
            and second.size is None
        ):
            return "unit", replace(second, unit=first.unit, start=first.start, loose=False)
        if (
            second.value is None
            and second.loose
            and second.unit is not None
            and first.unit is None
            and first.value is not None
        ):
            return "late", replace(first, unit=second.unit, end=second.end)
        return self._weighed(first, second)

    def _weighed(self, first: Quantity, second: Quantity) -> tuple[str, Quantity] | None:
        """ "25kg x 2" is 50 kg; "2 crates x 10kg" says what a crate holds."""
        weight, count = (first, second) if first.size is not None else (second, first)
        if weight.size is None or count.size is not None or weight.value is None or count.value is None:
            return None
        if count.unit is None:
            return "weight", replace(weight, value=weight.value * count.value, start=first.start, end=second.end)
        held = weight.value / 1000 if weight.unit in ("g", "ml") else weight.value
        return "held", replace(count, pack_of=held, start=first.start, end=second.end)


def borrow(modifier: Mention, goods: Mention, sizes: bool, colours: bool) -> Mention:
    """The words of goods that `modifier` does not replace, and its own."""
    parts = [
        part
        for part in goods.parts
        if ((sizes and not modifier.sizes) if part[2].kind == SIZE else (colours or not part[2].has("attribute")))
    ]
    words = [*(word for _, word, _ in parts), *modifier.words]
    return replace(modifier, words=words, parts=[*parts, *modifier.parts], modifier=False, lender=goods)
