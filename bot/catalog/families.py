"""The catalog in a few lines: one family a category, with what tells its products apart ("Pizza Box: 8 inch Brown Kraft, ...")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import filterfalse

from bot.catalog.product import Product

_WORD = re.compile(r"[^\W\d_]{2,}")
"""Sizes and signs are no part of a family's name."""
_ASIDE = re.compile(r"\([^)]*\)")
MOST_KINDS, MOST_FAMILIES = 80, 30
"""A catalog with more kinds is shown by its families alone; of those, so many."""


@dataclass(frozen=True, slots=True)
class Family:
    """`kinds` are the products' names without the words that all of them share."""

    name: str
    kinds: tuple[str, ...]

    @property
    def counted(self) -> str:
        return f"{self.name} ({len(self.kinds)})" if self.kinds else self.name

    @property
    def listed(self) -> str:
        return f"{self.name}: {', '.join(self.kinds)}" if self.kinds else self.name


def family_lines(found: Sequence[Family]) -> str:
    """One line a family; of a large catalog only how many kinds there are."""
    many = sum(max(1, len(family.kinds)) for family in found) > MOST_KINDS
    lines = [f"• {family.counted if many else family.listed}" for family in found[:MOST_FAMILIES]]
    left_out = len(found) - len(lines)
    return "\n".join([*lines, f"• … +{left_out}"] if left_out else lines)


def families(products: Iterable[Product]) -> tuple[Family, ...]:
    """Of the active products, in the catalog's order."""
    grouped: dict[str, list[Product]] = {}
    for product in products:
        if product.active:
            grouped.setdefault(product.category.casefold(), []).append(product)
    return tuple(_family(group) for group in grouped.values())


def _family(group: Sequence[Product]) -> Family:
    if len(group) == 1:
        return Family(group[0].name, ())
    names = [_ASIDE.sub(" ", product.name).split() for product in group]
    shared = set(filter(_WORD.fullmatch, set(names[0]).intersection(*names[1:])))
    title = " ".join(filter(shared.__contains__, names[0]))
    kinds = tuple(" ".join(filterfalse(shared.__contains__, name)) or " ".join(name) for name in names)
    return Family(title or group[0].category.capitalize(), kinds)
