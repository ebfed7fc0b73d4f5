"""A catalog as the swaps see it: names and who owns them, units under their plain words, phrases that fit several products."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from bot.catalog import units
from bot.catalog.catalog_csv import read_catalog
from bot.catalog.product import Product
from bot.evaluation.unit_words import LETTERS, is_han, phrase_pattern, swap_words, unit_words

_WORD = re.compile(f"[{LETTERS}]{{3,}}")
_HAN = re.compile("[\u4e00-\u9fff]+")
_PLURAL = re.compile(r"(?<=[a-z])e?s$")


@dataclass(frozen=True, slots=True)
class Group:
    """A phrase that several active products fit and that is no product's own name."""

    phrase: str
    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TradeCatalog:
    """One catalog. `products` have their units under plain words; `owners` maps a name, lower case, to its SKUs."""

    trade: str
    path: Path
    products: Mapping[str, Product]
    owners: Mapping[str, tuple[str, ...]]
    pattern: re.Pattern[str]
    words: frozenset[str]
    groups: tuple[Group, ...]

    def owners_of(self, phrase: str) -> tuple[str, ...]:
        """The SKUs that have this name, also in the plural."""
        key = plain(phrase)
        forms = (key, key.removesuffix("s"), key.removesuffix("es"))
        return next((self.owners[form] for form in forms if form in self.owners), ())

    def factor(self, sku: str, unit: str | None) -> Decimal | None:
        return units.factor(self.products[sku], unit)

    def names(self, sku: str) -> tuple[str, ...]:
        """The product's name and its aliases, those that no other product shares."""
        product = self.products[sku]
        return tuple(name for name in (product.name, *product.aliases) if self.owners_of(name) == (sku,))


@cache
def read_trade_catalog(path: Path) -> TradeCatalog:
    """The catalog at `path`; the folder's name is the trade."""
    products = {product.sku: _plain_units(product) for product in read_catalog(path)}
    owners = _owners(products.values())
    return TradeCatalog(
        trade=path.parent.name,
        path=path,
        products=products,
        owners=owners,
        pattern=phrase_pattern(owners, ends="(?:e?s)?"),
        words=frozenset(word for name in owners for word in content_words(name)),
        groups=tuple(_groups(products, owners)),
    )


def plain(text: str) -> str:
    """Lower case with single spaces."""
    return " ".join(text.lower().split())


def content_words(text: str) -> Iterator[str]:
    """The words that may tell goods: of three letters, singular, and pairs of signs of Chinese."""
    for word in _WORD.findall(text.lower()):
        if word not in swap_words().fillers and word not in unit_words().units_of:
            yield _PLURAL.sub("", word)
    for run in _HAN.findall(text):
        yield from (run[at : at + 2] for at in range(len(run) - 1))


def _plain_units(product: Product) -> Product:
    canonical = unit_words().canonical
    packs = {canonical(unit): size for unit, size in product.pack_units.items()}
    return replace(product, base_unit=canonical(product.base_unit), pack_units=packs)


def _owners(products: Iterable[Product]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for product in products:
        for name in (product.sku, product.name, *product.aliases):
            found.setdefault(plain(name), {})[product.sku] = None
    return {name: tuple(skus) for name, skus in found.items()}


def _groups(products: Mapping[str, Product], owners: Mapping[str, object]) -> Iterator[Group]:
    """Last words of names that two to eight active products are called by; a name of its own decides and is none."""
    called: dict[str, dict[str, None]] = {}
    for product in products.values():
        heads = (_head(name) for name in (product.name, *product.aliases) if product.active)
        for head in filter(None, heads):
            called.setdefault(head, {})[product.sku] = None
    held = {sku: _parts(product) for sku, product in products.items() if product.active}
    for head, skus in sorted(called.items()):
        holders = sum(_stem(head) in parts for parts in held.values())
        if 2 <= len(skus) <= 8 and holders == len(skus) and not {head, f"{head}s", f"{head}es"} & set(owners):
            yield Group(head, tuple(skus))


def _head(name: str) -> str:
    """The last word of a name where it is a word for goods: "" otherwise."""
    last = name.lower().split()[-1]
    if all(map(is_han, last)):
        return last[-2:] if len(last) > 2 else ""
    known = last.isalpha() and next(content_words(last), None) and last not in swap_words().no_heads
    return last if known else ""


def _parts(product: Product) -> set[str]:
    return {part for name in (product.name, *product.aliases) for part in content_words(name)}


def _stem(head: str) -> str:
    return next(content_words(head), head)
