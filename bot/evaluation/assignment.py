"""Chooses which goods of another catalog stand in for those of a message: the same shape, its own units, whole amounts."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from bot.catalog import units
from bot.catalog.product import Product
from bot.evaluation.alignment import Aligned, NotAlignedError
from bot.evaluation.labelled import Row, changes_of, held_lines_of, parts_of, pending_of, quantity_said
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
    for line in (*gold["lines"], *changes_of(row)):
        yield from (Use(line["sku"], part.get("unit_said"), quantity_said(part)) for part in parts_of([line]))
    yield from map(_held_use, held_lines_of(row))
    for question in gold["clarify"]:
        yield from _asked_uses(question)
    for question in pending_of(row):
        yield from (Use(sku, question.get("unit_said"), None) for sku in question["candidates"])


def _held_use(line: Row) -> Use:
    """A line of the conversation's orders: as it was said, else in base units."""
    if "quantity_said" in line:
        return Use(line["sku"], line["unit_said"], quantity_said(line))
    return Use(line["sku"], None, Decimal(str(line["quantity"])))


def _asked_uses(question: Row) -> Iterator[Use]:
    reason = question["reason"]
    for sku in question["candidates"] if reason in ("quantity", "unit", "ambiguous") else ():
        sold, count = reason != "unit", quantity_said(question)
        yield Use(sku, question.get("unit_said"), count, orderable=reason == "ambiguous", sold=sold)


def _candidate_sets(aligned: Aligned) -> list[tuple[str, ...]]:
    asked = (place.candidates for place in aligned.places if place.candidates)
    pending = (tuple(question["candidates"]) for question in pending_of(aligned.row))
    return list(dict.fromkeys((*asked, *(candidates for candidates in pending if len(candidates) > 1))))


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
    if not all(_fits(use, other, chosen, old, new, found.attempt) for use in uses if use.sku == sku):
        return False
    found.skus[sku], found.units = other, chosen
    return True


def _alike(sku: str, other: str, old: TradeCatalog, new: TradeCatalog) -> bool:
    return bool(new.names(other)) and _shape(old.products[sku]) == _shape(new.products[other])


def _shape(product: Product) -> tuple[bool, str]:
    """Whether it is on sale, and the weight or volume it is sold by ("" for goods that are counted)."""
    return product.active, product.base_unit if units.by_measure(product) else ""


def _fits(use: Use, other: str, chosen: dict[str, str], old: TradeCatalog, new: TradeCatalog, attempt: int) -> bool:
    if not use.sold:
        return use.unit is not None and _is_not_sold(use.unit, other, chosen, new)
    unit = None if use.unit is None else _unit_for(use, use.unit, other, chosen, old, new, attempt)
    if use.unit is not None and unit is None:
        return False
    return use.count is None or _orderable(other, use.count, unit, new) == use.orderable


def _is_not_sold(unit: str, other: str, chosen: dict[str, str], new: TradeCatalog) -> bool:
    return chosen.setdefault(unit, unit) == unit and new.factor(other, unit) is None


def _unit_for(
    use: Use, unit: str, other: str, chosen: dict[str, str], old: TradeCatalog, new: TradeCatalog, attempt: int
) -> str | None:
    """The unit that stands in for `unit`, one for the whole message; a base unit for a base unit."""
    product, allowed = new.products[other], _stand_ins(use, unit, new.products[other], old)
    if unit not in chosen:
        free = [option for option in allowed if option not in chosen.values()]
        free = [option for option in free if unit in FIXED or option not in FIXED]
        if not free:
            return None
        chosen[unit] = free[(hash_of(use.sku, other) + attempt) % len(free)]
    mine = chosen[unit]
    return mine if mine in allowed and units.factor(product, mine) is not None else None


def _stand_ins(use: Use, unit: str, product: Product, old: TradeCatalog) -> list[str]:
    """What may stand in for a unit of the old product: itself where it means the same everywhere, else one of its kind."""
    if unit in FIXED:
        return [unit]
    packs = old.products[use.sku].pack_units
    is_base = unit not in packs and old.factor(use.sku, unit) == 1
    return [product.base_unit] if is_base else sorted(product.pack_units)


def hash_of(*words: str) -> int:
    """A number that is the same in every process."""
    return sum(ord(sign) * (at + 1) for at, sign in enumerate("".join(words)))


def _orderable(sku: str, count: Decimal, unit: str | None, goods: TradeCatalog) -> bool:
    per_unit = goods.factor(sku, unit)
    if per_unit is None:
        return False
    return deliverable(goods.products[sku], count * per_unit)


def deliverable(product: Product, amount: Decimal) -> bool:
    """Whether so many base units can be written into an order."""
    return 0 < amount <= LIMIT and units.whole_enough(product, amount)
