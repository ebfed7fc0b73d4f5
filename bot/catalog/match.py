"""Which product a bag of words means: one, several, one that is not sold any more, or none.

An exact name wins over a partial one; where no name decides and several active products hold every word, it is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile

from bot.catalog.index import Bag, CatalogIndex
from bot.language.folding import fold
from bot.language.languages import listed
from bot.language.tokeniser import product_word

MAX_CANDIDATES = 8
MAX_HEADED = 40
_PURPOSE = frozenset(listed("before_a_purpose"))
"""Words behind these say what goods are for: a "lid for hot cup" is a lid."""


class How(StrEnum):
    """How a product was found, from the surest to none."""

    EXACT = "exact"
    WORDS = "words"
    AMBIGUOUS = "ambiguous"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Match:
    """The products a bag of words can mean, the best first."""

    how: How
    skus: tuple[str, ...] = ()
    fits: tuple[str, ...] = ()
    """Of an ambiguous one: every product it may be, also those too far off to be offered first."""
    notes: tuple[str, ...] = ()
    """Words beside the name that no product has: they tell nothing apart, and are kept with the line."""

    @property
    def taken(self) -> bool:
        return self.how in (How.EXACT, How.WORDS)


def match(index: CatalogIndex, bag: Bag) -> Match:
    """The products that `bag` names or describes; every word of it must hold."""
    if not bag:
        return Match(How.UNKNOWN)
    named = index.exact(bag)
    active = _active(index, named)
    if active:
        return Match(How.EXACT, active) if len(active) == 1 else Match(How.AMBIGUOUS, active)
    if named:
        return Match(How.INACTIVE, named)
    return _described(index, bag)


def _described(index: CatalogIndex, bag: Bag) -> Match:
    holders = [sku for sku in index.holding(bag) if bag & index.core[sku]]
    active = _active(index, holders)
    if not active:
        return Match(How.INACTIVE, tuple(sorted(holders))) if holders else Match(How.UNKNOWN)
    named = [sku for sku in active if any(name <= bag for name in index.aliases[sku])]
    pool = named or list(active)
    if len(pool) == 1:
        return Match(How.EXACT if named else How.WORDS, tuple(pool))
    return Match(How.AMBIGUOUS, _kinds(index, bag) or rank(index, bag, pool), tuple(pool))


def _kinds(index: CatalogIndex, bag: Bag) -> tuple[str, ...]:
    """Of "boxes", one word and nothing else: all that is called so, where that is more than one screen of choices."""
    called_so = headed(index, next(iter(bag))) if len(bag) == 1 else ()
    return called_so if len(called_so) > MAX_CANDIDATES else ()


def _active(index: CatalogIndex, skus: Iterable[str]) -> tuple[str, ...]:
    return tuple(sku for sku in skus if index.products[sku].active)


def rank(index: CatalogIndex, bag: Bag, skus: Iterable[str]) -> tuple[str, ...]:
    """Candidates that are called what was said ("pizza box liner" is no box), as far as several are; then those whose names need
    the fewest words beyond those said; far ones are left out."""
    missing = {sku: min((len(name - bag) for name in index.aliases[sku] if name & bag), default=9) for sku in skus}
    least = min(missing.values(), default=0)
    near = [sku for sku, count in missing.items() if count <= least + 1]
    kinds = [sku for sku in near if called(index, bag & index.heads, sku)]
    return tuple(sorted(kinds if len(kinds) > 1 else near, key=lambda sku: (missing[sku], sku))[:MAX_CANDIDATES])


def called(index: CatalogIndex, bag: Bag, sku: str) -> bool:
    """Whether a name of the product ends with one of the words: a "hot cup lid" is called a lid and no cup."""
    return any(_head(name) in bag for name in _names(index, sku))


def headed(index: CatalogIndex, word: str) -> tuple[str, ...]:
    """Active products that are a `word` of some kind: a name of theirs ends with it ("burger box" is a box)."""
    skus = (sku for sku in sorted(index.by_word.get(word, ())) if index.products[sku].active)
    found = [sku for sku in skus if any(_head(name) == word for name in _names(index, sku))]
    return tuple(found[:MAX_HEADED])


def _names(index: CatalogIndex, sku: str) -> tuple[str, ...]:
    product = index.products[sku]
    return (product.name, *product.aliases)


@lru_cache(maxsize=65_536)
def _head(name: str) -> str:
    words = list(takewhile(lambda word: word not in _PURPOSE, fold(name).text.split()))
    return product_word(words[-1]) if words else ""


def nearest(index: CatalogIndex, bag: Bag, limit: int = 4) -> tuple[str, ...]:
    """Active products that share the rarest words with `bag`: what to offer when nothing fits."""
    score: dict[str, float] = {}
    for word in bag:
        holders = index.by_word.get(word, frozenset())
        for sku in holders if len(holders) <= MAX_CANDIDATES * 4 else ():
            if index.products[sku].active and word in index.core[sku]:
                score[sku] = score.get(sku, 0.0) + 1.0 / len(holders)
    return tuple(sorted(score, key=lambda sku: (-score[sku], sku))[:limit])
