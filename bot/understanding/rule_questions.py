"""Recognises a question about our own rules and nothing else: on which days we deliver, the least to order, until when to order.

Every word has to be one of such a question ("do you deliver on Sundays?"). One word more may make an order or a change of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.phrase_patterns import listed_phrases
from bot.language.scripts import is_unspaced
from bot.understanding.dates_in_words import Day, find_days

DAYS, LEAST, UNTIL = "asks_delivery_days", "asks_minimum", "asks_cutoff"
_RULES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    DAYS: ("rule_delivering", ("rule_days", "day")),
    LEAST: ("rule_least", ("rule_spending", "rule_asking")),
    UNTIL: ("rule_until", ("rule_ordering", "rule_changing", "day")),
}
"""Each rule: the words that have to be there, and one of what has to stand beside them."""
_PARTS = (
    "rule_delivering", "rule_days", "rule_least", "rule_spending", "rule_until", "rule_ordering", "rule_changing",
    "rule_asking", "rule_asking_last", "rule_may", "rule_order_meant", "rule_beside",
)  # fmt: skip
_ASKING = frozenset({"rule_asking", "rule_asking_last", "rule_may", "mark"})
_MARKS = re.compile(r"[?？]")
_ANYWHERE = tuple(name for name in _PARTS if name != "rule_asking_last")


def rules_asked(text: str, index: CatalogIndex, today: date, *, requests: bool = False) -> tuple[str, ...]:
    """The rules that `text` (folded) asks about; none where it says anything else. `today` is what day words count from.

    "Can you deliver on Sunday?" may be a request: it counts only with `requests`.
    """
    if not any(listed_phrases(word).search(text) for word, _ in _RULES.values()):
        return ()
    days = _days_alone(text, index, today)
    said = set(_said(text)) | ({"day"} if days else set())
    if days is None or said.isdisjoint(_ASKING):
        return ()
    asked = (rule for rule, (word, beside) in _RULES.items() if word in said and not said.isdisjoint(beside))
    return tuple(rule for rule in asked if rule != DAYS or _asks_about_days(said, requests))


def _asks_about_days(said: set[str], requests: bool) -> bool:
    """Plainly, or as a request would as well; what is to be changed asks for no rule."""
    if "rule_changing" in said:
        return False
    return requests or not (said & {"rule_may", "rule_order_meant"} or said.isdisjoint(_ASKING - {"mark"}))


def days_named(text: str, index: CatalogIndex, today: date) -> tuple[date, ...]:
    """The days that such a question names."""
    return tuple(day.day for day in _days_alone(text, index, today) or () if day.day is not None)


def _days_alone(text: str, index: CatalogIndex, today: date) -> list[Day] | None:
    """The days that are left where the words of such a question are taken out; None where more is left."""
    tokens = index.read(listed_phrases(*_PARTS).sub(" ", text))
    days = find_days(tokens, today)
    dated = {at for day in days for at in range(day.start, day.end)}
    rest = [token for at, token in enumerate(tokens) if at not in dated and token.kind not in (scan.MARK, scan.LINE)]
    return None if rest else days


def _said(text: str) -> Iterator[str]:
    """The lists of which a phrase stands in the text."""
    yield from (name for name in _ANYWHERE if listed_phrases(name).search(text))
    if _MARKS.search(text):
        yield "mark"
    if listed_phrases("rule_asking_last").search(_last_words(text)):
        yield "rule_asking_last"


def _last_words(text: str) -> str:
    """The end of the text, as far as a question may be marked there."""
    words = re.sub(r"[\s?？!.。]+$", "", text)
    return words[-1:] if is_unspaced(words[-1:]) else " ".join(words.split()[-2:])
