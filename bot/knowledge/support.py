"""Whether an answer that a language model wrote says only what its passages say. Code decides; a doubt means no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.knowledge.documents import Passage
from bot.knowledge.terms import terms_of
from bot.language.folding import fold
from bot.language.languages import DEFAULT

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_CODES = re.compile(r"(?<!\w)[A-Z]{1,5}\d{1,4}-?[A-Z]{0,3}(?!\w)|(?<!\w)[A-Z]{2,}(?:-[A-Z0-9]+)+(?!\w)")
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+|https?://\S+|www\.\S+", re.IGNORECASE)
PROMISES = frozenset(
    {
        "free_of_charge", "refund", "exchange", "replace", "discount", "compensation", "warranty", "promise", "urgent", "halal",
        "vegan", "allergen", "food_safe", "microwave", "oven", "recycle", "compost", "insurance", "cash", "credit_card",
        "cryptocurrency", "public_holiday", "weekend", "today", "tomorrow", "voucher", "bonus", "instalment", "credit_note",
    }
)  # fmt: skip
"""Concepts that commit the supplier to something: they must be the passages' own."""


def is_supported(text: str, passages: Sequence[Passage]) -> bool:
    """Every number, code, address and promise of the text stands in the passages."""
    source = " ".join(f"{passage.name}. {passage.text}" for passage in passages)
    plain, said = fold(source).text, fold(text).text
    numbers = {_bare(number) for number in _NUMBER.findall(plain)}
    if any(_bare(number) not in numbers for number in _NUMBER.findall(said)):
        return False
    named = {found.casefold() for pattern in (_CODES, _ADDRESS) for found in pattern.findall(text)}
    if any(name not in source.casefold() for name in named):
        return False
    promised = PROMISES & set(terms_of(text).concepts)
    return promised <= set(terms_of(source, DEFAULT).concepts)


def _bare(number: str) -> str:
    """ "1,000.00" and "1000" are one number."""
    plain = number.replace(",", "").rstrip(".:/-")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
