"""Which products a message speaks of, wanted or not: what an inquiry is answered about."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

from bot.catalog.index import CatalogIndex
from bot.catalog.match import nearest
from bot.understanding.spans import Element, Mention


def spoken_of(elements: Iterable[Element], index: CatalogIndex) -> tuple[str, ...]:
    """The active SKUs that the mentions mean, the best first."""
    mentions = [element for element in elements if isinstance(element, Mention)]
    told = (one for one, behind in zip_longest(mentions, mentions[1:]) if not _describes(one, behind))
    skus = dict.fromkeys(sku for mention in told for sku in _meant(index, mention))
    return tuple(sku for sku in skus if index.products[sku].active)


def _describes(mention: Mention, behind: Mention | None) -> bool:
    """The cold of 冷杯盖: says how goods are that nobody knows, and names none itself."""
    return mention.modifier and behind is not None and behind.start == mention.end and not behind.words


def _meant(index: CatalogIndex, mention: Mention) -> tuple[str, ...]:
    """The product of that name, else all that hold every word, else the nearest."""
    if mention.sku is not None:
        return (mention.sku,)
    if named := index.exact(mention.bag):
        return named
    known = frozenset(word for word in mention.bag if index.knows(word))
    holding = sorted(sku for sku in index.holding(known) if known & index.core[sku])
    active = tuple(sku for sku in holding if index.products[sku].active)
    return active or nearest(index, mention.bag)
