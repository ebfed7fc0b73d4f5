"""Units: the one place where a quantity said becomes base units, and base units become packs again for showing.

Units are catalog words (carton, packet, kg); turning what people write ("ctn", 箱) into them is the lexicon's work.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from bot.catalog.product import Product
from bot.errors import BadInputError
from bot.language.folding import fold
from bot.language.lexicon import NO_ROLES, lexicon, words_of

DOZEN = "dozen"
PIECE = "piece"
MEASURES: Mapping[str, Mapping[str, Decimal]] = {
    "kg": {"kg": Decimal(1), "g": Decimal("0.001")},
    "litre": {"litre": Decimal(1), "l": Decimal(1), "ml": Decimal("0.001")},
    "l": {"litre": Decimal(1), "l": Decimal(1), "ml": Decimal("0.001")},
}
"""Base units that are a measure: their quantities may be decimal, and these units convert into them."""

ABBREVIATIONS: Mapping[str, str] = {
    "piece": "pcs",
    "carton": "ctn",
    "packet": "pkt",
    "bundle": "bdl",
    "sleeve": "slv",
    "bottle": "btl",
    "dozen": "doz",
}


MAX_LETTERS = 30


@lru_cache(maxsize=1024)
def unit_named(word: str) -> str:
    """The unit that a catalog's word stands for, however an ERP writes it: CTN is carton, as it is in a message.

    A word that no language knows is a unit of the catalog's own ("wheel"). Raises BadInputError for what is no word.
    """
    plain = fold(word).text.strip(" .")
    if not plain or len(plain) > MAX_LETTERS or not all(_of_a_word(char) for char in plain):
        raise BadInputError(f"{word[:MAX_LETTERS]!r} is not a unit")
    return _of_language(words_of(plain)) or plain


def _of_a_word(char: str) -> bool:
    return char in " -'" or unicodedata.category(char)[0] in "LM"


def _of_language(words: tuple[str, ...]) -> str | None:
    """What the word means in a message. Of two units that it may mean there ("cs"), the one that has its letters."""
    phrases = lexicon().structure.by_first.get(words[0], ())
    roles = next((roles for phrase, roles in phrases if phrase == words), NO_ROLES)
    units = roles.get("unit", "").split("|")
    return next((unit for unit in units if _has_letters(unit, words[0])), units[0]) or None


def _has_letters(unit: str, word: str) -> bool:
    """Whether the letters of the word stand in the unit in their order: cs in case."""
    rest = iter(unit)
    return all(letter in rest for letter in word)


class UnitNotSoldError(BadInputError):
    """The product is not sold in the unit that was said."""


def by_measure(product: Product) -> bool:
    """True where the base unit is a weight or a volume, so that decimals are legal."""
    return product.base_unit in MEASURES


def factor(product: Product, unit: str | None) -> Decimal | None:
    """Base units in one `unit`, or None when the product is not sold in it. No unit means base units."""
    if unit is None or unit == product.base_unit:
        return Decimal(1)
    pack = product.pack_units.get(unit)
    if pack is not None:
        return pack
    if unit == DOZEN:
        return Decimal(12)
    if unit == PIECE and not by_measure(product):
        return Decimal(1)
    return MEASURES.get(product.base_unit, {}).get(unit)


def to_base(product: Product, quantity: Decimal, unit: str | None) -> Decimal:
    """`quantity` of `unit` in base units, exactly. Raises UnitNotSoldError."""
    per_unit = factor(product, unit)
    if per_unit is None:
        raise UnitNotSoldError(f"{product.name} is not sold by the {unit}", code="unit_not_sold")
    return quantity * per_unit


def whole_enough(product: Product, base_quantity: Decimal) -> bool:
    """A quantity that can be delivered: whole base units, or down to a gram or millilitre where sold by measure."""
    step = Decimal("0.001") if by_measure(product) else Decimal(1)
    return base_quantity % step == 0


def in_packs(product: Product, base_quantity: Decimal) -> tuple[Decimal, str] | None:
    """The largest pack that divides the quantity evenly, for "2 ctn = 200 pcs"; None when there is none."""
    for unit, size in sorted(product.pack_units.items(), key=lambda item: -item[1]):
        if size > 1 and base_quantity >= size and base_quantity % size == 0:
            return base_quantity / size, unit
    return None


def label(unit: str) -> str:
    """The short word for a unit in replies: ctn, pkt, pcs; other units as they are."""
    return ABBREVIATIONS.get(unit, unit)
