"""Which lines of an order words speak of: "the 12 inch box", "it", "everything", "the last item"."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.catalog.index import CatalogIndex, category_words
from bot.catalog.match import called
from bot.understanding.book import Book
from bot.understanding.statements import Goods, Pointer


def lines_meant(goods: Goods | None, book: Book, index: CatalogIndex) -> tuple[str, ...]:
    """The SKUs of the order that may be meant, none where the order has no such goods.

    More than one has to be asked about, but for ALL.
    """
    held = tuple(book.lines)
    if goods is None:
        return book.focus or held
    if goods.pointer in (Pointer.ALL, Pointer.BOTH):
        return held  # but for what is excepted: see left_alone()
    if goods.pointer is Pointer.PLACE:
        return _at(held, goods.place)
    if goods.pointer is Pointer.OTHER:
        return tuple(sku for sku in held if sku not in book.focus) or held
    if goods.pointer is Pointer.IT:
        return book.focus if len(book.focus) == 1 else held
    return named_in(goods, held, index)


def named_in(goods: Goods, held: Sequence[str], index: CatalogIndex) -> tuple[str, ...]:
    """The lines that the words fit, the one that has them for a name before those that only hold them."""
    exact = [sku for sku in index.exact(goods.bag) if sku in held]
    if len(exact) == 1:
        return tuple(exact)
    fitting = tuple(sku for sku in held if (sku in goods.fits or sku in _certain(goods)) and _may_be(goods, sku, index))
    return _called(goods, fitting, index) or fitting


def left_alone(excepted: Sequence[Goods], held: Sequence[str], index: CatalogIndex) -> frozenset[str]:
    """The lines that are said to stay as they are."""
    return frozenset(sku for goods in excepted for sku in named_in(goods, held, index))


def _certain(goods: Goods) -> Collection[str]:
    return goods.skus if len(goods.skus) == 1 and goods.how.value in ("exact", "words", "inactive") else ()


def _may_be(goods: Goods, sku: str, index: CatalogIndex) -> bool:
    """ "the cups", said of an order with cup lids and no cups, means none of its lines."""
    kinds = goods.bag & index.kinds
    own = {*category_words(index.products[sku]), *goods.bag - kinds} if sku in index.products else goods.bag
    return not kinds or not kinds.isdisjoint(own) or called(index, kinds, sku) or sku in _certain(goods)


def _called(goods: Goods, fitting: tuple[str, ...], index: CatalogIndex) -> tuple[str, ...]:
    """ "the box" of a box and a box liner is the box."""
    if len(fitting) < 2:
        return fitting
    return tuple(sku for sku in fitting if called(index, goods.bag & index.heads, sku))


def _at(held: Sequence[str], place: int) -> tuple[str, ...]:
    at = place - 1 if place > 0 else len(held) + place
    return (held[at],) if 0 <= at < len(held) else ()


def siblings(sku: str, fits: Collection[str], index: CatalogIndex) -> tuple[str, ...]:
    """Of `fits`, the products that share the most words with `sku`: the white of "change the brown to white"."""
    own = index.core.get(sku, frozenset())
    shared = {other: len(index.core.get(other, frozenset()) & own) for other in fits if other != sku}
    most = max(shared.values(), default=0)
    return tuple(sorted(other for other, count in shared.items() if count == most and most > 0))
