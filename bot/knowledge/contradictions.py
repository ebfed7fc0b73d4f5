"""Where a document says another thing than our rows: the rows win, and whoever builds the documents is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.knowledge.documents import Passage
from bot.knowledge.sentences import sentences
from bot.knowledge.terms import terms_of
from bot.language.languages import DEFAULT

_TIME = re.compile(
    r"(?<![\d.])(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)|(?<![\d.])([01]?\d|2[0-3]):([0-5]\d)", re.IGNORECASE
)
_MONEY = re.compile(r"(?:SGD|S\$|\$|RM|MYR)\s*(\d[\d,]*(?:\.\d+)?)", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|per cent|percent)", re.IGNORECASE)


NEAR = 8
"""Characters between a share and what it is a share of."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What our rows say: cut-offs as "17:00", minimum orders, the tax rate (0.09), and prices by product name."""

    cutoffs: frozenset[str]
    minimums: frozenset[Decimal]
    tax_rate: Decimal
    prices: Mapping[str, Decimal]


def contradictions(passages: Iterable[Passage], facts: Facts) -> list[str]:
    """One line for each sentence that cannot be true beside the rows."""
    found = []
    for passage in passages:
        for sentence in sentences(passage.text):
            found += [
                f"{passage.document}, {passage.section or passage.title}: {said}" for said in _wrong(sentence, facts)
            ]
    return found


def _wrong(sentence: str, facts: Facts) -> list[str]:
    about = set(terms_of(sentence, DEFAULT).concepts)
    return [
        *(_other_times(sentence, facts) if "cut_off" in about else ()),
        *(_other_minimums(sentence, facts) if {"minimum", "order"} <= about else ()),
        *(_other_tax(sentence, facts) if "tax" in about else ()),
        *_other_prices(sentence, facts),
    ]


def _other_times(sentence: str, facts: Facts) -> list[str]:
    said = [_clock(match) for match in _TIME.finditer(sentence)]
    return [
        f"says {time} for the cut-off; our rows say {_all(facts.cutoffs)}" for time in said if time not in facts.cutoffs
    ]


def _clock(match: re.Match[str]) -> str:
    hour, minute, half, hour24, minute24 = match.groups()
    if half is None:
        return f"{int(hour24):02d}:{minute24}"
    return f"{int(hour) % 12 + (12 if half.lower().startswith('p') else 0):02d}:{minute or '00'}"


def _other_minimums(sentence: str, facts: Facts) -> list[str]:
    said = _amounts(sentence)
    rows = _all(str(each) for each in facts.minimums)
    return [f"says a minimum order of {amount}; our rows say {rows}" for amount in said if amount not in facts.minimums]


def _other_tax(sentence: str, facts: Facts) -> list[str]:
    """Of shares that stand right beside the word for a tax: a discount before tax is none."""
    ours = facts.tax_rate * 100
    beside = (
        (match[1], sentence[max(0, match.start() - NEAR) : match.end() + NEAR]) for match in _PERCENT.finditer(sentence)
    )
    said = [Decimal(share) for share, around in beside if "tax" in terms_of(around, DEFAULT).concepts]
    return [f"says {share} % tax; our rows say {ours.normalize():f} %" for share in said if share != ours]


def _other_prices(sentence: str, facts: Facts) -> list[str]:
    plain, said = sentence.casefold(), _amounts(sentence)
    named = {name: price for name, price in facts.prices.items() if name.casefold() in plain}
    return [
        f"says another price of {name} than {price.normalize():f}, which our rows say"
        for name, price in named.items()
        if said and price not in said
    ]


def _amounts(sentence: str) -> list[Decimal]:
    return [Decimal(amount.replace(",", "")) for amount in _MONEY.findall(sentence)]


def _all(values: Iterable[str]) -> str:
    return " or ".join(sorted(values)) or "nothing"
