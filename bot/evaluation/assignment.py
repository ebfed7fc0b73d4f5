"""Chooses which goods of another catalog stand in for those of a message: the same shape, its own units, whole amounts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bot.catalog import units
from bot.evaluation.alignment import Aligned, NotAlignedError, Row, orders_of
from bot.evaluation.trade_catalog import TradeCatalog

LIMIT = Decimal(100_000)
TRIES = 4
FIXED = ("kg", "g", "litre", "l", "ml", units.DOZEN)
"""Units that mean the same in every trade."""


@dataclass(frozen=True, slots=True)
class Use:
    """One amount said of a product: how many of which unit, and whether it can be written into an order."""

    sku: str
    unit: str | None
    count: Decimal | None
    orderable: bool = True
    sold: bool = True


@dataclass(slots=True)
class Assignment:
    """What replaces what. `units` holds, for each unit said, the unit that stands in for it."""

    skus: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    phrases: dict[tuple[str, ...], str] = field(default_factory=dict)
    attempt: int = 0


def assign(aligned: Aligned, old: TradeCatalog, new: TradeCatalog, chance: random.Random) -> Assignment:
    """A full assignment. Raises NotAlignedError where the new catalog has no goods of that shape."""
    for attempt in range(TRIES - 1):
        try:
            return _assigned(aligned, old, new, chance, attempt)
        except NotAlignedError:
            continue  # other units may fit more of the goods
    return _assigned(aligned, old, new, chance, TRIES)


def _assigned(
    aligned: Aligned, old: TradeCatalog, new: TradeCatalog, chance: random.Random, attempt: int
) -> Assignment:
    uses = list(uses_of(aligned.row))
    found = Assignment(attempt=attempt)
    for candidates in _candidate_sets(aligned):
        _assign_group(candidates, found, uses, old, new, chance)
    for sku in sorted(_skus_of(aligned, uses) - set(found.skus)):
        choices = [other for other in new.products if other not in found.skus.values()]
        if not any(_take(sku, other, found, uses, old, new) for other in chance.sample(choices, len(choices))):
            raise NotAlignedError("no goods of that shape")
    return found


def uses_of(row: Row) -> Iterator[Use]:
    """Every amount that the label or the context says of a product."""
    gold = row["gold"]
    for line in (*gold["lines"], *gold.get("changes", ())):
        for part in line.get("parts") or [line]:
            yield Use(line["sku"], part.get("unit_said"), _count(part))
    for order in orders_of(row):
        for line in order["lines"]:
            said = "quantity_said" in line
            yield Use(
                line["sku"], line["unit_said"] if said else None, _count(line) if said else _decimal(line["quantity"])
            )
    for question in gold["clarify"]:
        reason = question["reason"]
        for sku in question["candidates"] if reason in ("quantity", "unit", "ambiguous") else ():
            sold, count = reason != "unit", _count(question)
            yield Use(sku, question.get("unit_said"), count, orderable=reason == "ambiguous", sold=sold)
    for question in (row["context"] or {}).get("pending") or ():
        yield from (Use(sku, question.get("unit_said"), None) for sku in question["candidates"])


def _count(part: Mapping[str, Any]) -> Decimal | None:
    return None if part.get("quantity_said") is None else _decimal(part["quantity_said"])


def _decimal(value: object) -> Decimal:
    return Decimal(str(value))


def _candidate_sets(aligned: Aligned) -> list[tuple[str, ...]]:
    asked = [place.candidates for place in aligned.places if place.candidates]
    pending = (aligned.row["context"] or {}).get("pending") or ()
    sets = [*asked, *(tuple(question["candidates"]) for question in pending if len(question["candidates"]) > 1)]
    return list(dict.fromkeys(sets))


def _skus_of(aligned: Aligned, uses: Iterable[Use]) -> set[str]:
    return {place.sku for place in aligned.places if place.sku} | {use.sku for use in uses}


def _assign_group(
    candidates: tuple[str, ...],
    found: Assignment,
    uses: list[Use],
    old: TradeCatalog,
    new: TradeCatalog,
    chance: random.Random,
) -> None:
    groups = [group for group in new.groups if len(group.skus) == len(candidates)]
    for group in chance.sample(groups, len(groups)):
        trial = Assignment(dict(found.skus), dict(found.units), attempt=found.attempt)
        pairs = zip(candidates, chance.sample(group.skus, len(group.skus)), strict=True)
        if all(trial.skus.get(sku) == other or _take(sku, other, trial, uses, old, new) for sku, other in pairs):
            found.skus, found.units = trial.skus, trial.units
            found.phrases[candidates] = group.phrase
            return
    raise NotAlignedError("no goods of that shape")


def _take(sku: str, other: str, found: Assignment, uses: list[Use], old: TradeCatalog, new: TradeCatalog) -> bool:
    """Adds the pair, with the units it needs, when everything said of the old product can be said of the new one."""
    if sku in found.skus or other in found.skus.values() or not _alike(sku, other, old, new):
        return False
    chosen = dict(found.units)
    for use in uses:
        if use.sku == sku and not _fits(use, other, chosen, old, new, found.attempt):
            return False
    found.skus[sku], found.units = other, chosen
    return True


def _alike(sku: str, other: str, old: TradeCatalog, new: TradeCatalog) -> bool:
    one, two = old.products[sku], new.products[other]
    same = one.active == two.active and units.by_measure(one) == units.by_measure(two)
    return same and bool(new.names(other)) and (not units.by_measure(one) or one.base_unit == two.base_unit)


def _fits(use: Use, other: str, chosen: dict[str, str], old: TradeCatalog, new: TradeCatalog, attempt: int) -> bool:
    if not use.sold:
        return (
            use.unit is not None
            and chosen.setdefault(use.unit, use.unit) == use.unit
            and new.factor(other, use.unit) is None
        )
    unit = None if use.unit is None else _unit_for(use, use.unit, other, chosen, old, new, attempt)
    if use.unit is not None and unit is None:
        return False
    return use.count is None or _orderable(other, use.count, unit, new) == use.orderable


def _unit_for(
    use: Use, unit: str, other: str, chosen: dict[str, str], old: TradeCatalog, new: TradeCatalog, attempt: int
) -> str | None:
    """The unit that stands in for `unit`, one for the whole message; a base unit for a base unit."""
    is_base = old.factor(use.sku, unit) == 1 and unit not in old.products[use.sku].pack_units
    product = new.products[other]
    if unit not in chosen:
        options = [unit] if unit in FIXED else [product.base_unit] if is_base else sorted(product.pack_units)
        options = [
            option for option in options if option not in chosen.values() and (unit in FIXED or option not in FIXED)
        ]
        if not options:
            return None
        chosen[unit] = options[(hash_of(use.sku, other) + attempt) % len(options)]
    mine = chosen[unit]
    fits = mine == product.base_unit if is_base and unit not in FIXED else new.factor(other, mine) is not None
    return mine if fits and (is_base or unit in FIXED or mine in product.pack_units) else None


def hash_of(*words: str) -> int:
    """A number that is the same in every process."""
    return sum(ord(sign) * (at + 1) for at, sign in enumerate("".join(words)))


def _orderable(sku: str, count: Decimal, unit: str | None, goods: TradeCatalog) -> bool:
    per_unit = goods.factor(sku, unit)
    if per_unit is None:
        return False
    amount = count * per_unit
    return 0 < amount <= LIMIT and units.whole_enough(goods.products[sku], amount)
