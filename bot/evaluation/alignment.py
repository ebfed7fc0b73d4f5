"""Finds where a labelled message names its goods and units, so that they can be replaced. Only certain places count.

A message is refused when anything of its goods stands outside the places found: part of a name, a size, a unit of no label.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from bot.evaluation.labelled import (
    Row,
    changes_of,
    held_lines_of,
    orders_of,
    parts_of,
    pending_of,
    quantity_said,
    told_lines,
)
from bot.evaluation.trade_catalog import TradeCatalog, content_words, plain
from bot.evaluation.unit_words import swap_words, unit_words

_SIZE = re.compile(
    r"\d\s?(?:\"|”|″|''|s\b|inch|in\b|oz\b|cm\b|mm\b|ml\b|kg\b|g\b|l\b|寸|安士|毫米)|(?-i:(?<![A-Za-z'’.])(?:X?[SML]|XX?L)(?![A-Za-z'’.]))|[码號号]",
    re.IGNORECASE,
)
_COUNT_BEFORE = re.compile(r"(?:\d|[一二两三四五六七八九十百千半几零]|[½¼¾])\s*$")
_LAST_WORD = re.compile(r"([^\W\d_][^\s]*)\s+$")


_FIGURE = re.compile(r"\d+(?:\.\d+)?")


class NotAlignedError(Exception):
    """The message cannot be swapped with certainty; the argument says why, in few words."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the text that names one product, several candidates, or a unit."""

    start: int
    end: int
    sku: str = ""
    candidates: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Aligned:
    """A message with every place of goods and units in it, in order."""

    row: Row
    places: tuple[Place, ...]

    @property
    def text(self) -> str:
        return str(self.row["text"])


def align(row: Row, goods: TradeCatalog) -> Aligned:
    """The places of the message's goods and units. Raises NotAlignedError."""
    goods_named = _named(row, goods)
    placed = [*goods_named, *_units_placed(row, goods_named, goods)]
    _check_rest(row["text"], placed, goods)
    _check_figures(row, placed, goods)
    return Aligned(row, tuple(sorted(placed, key=lambda place: place.start)))


def _named(row: Row, goods: TradeCatalog) -> list[Place]:
    """The places of the goods. Raises NotAlignedError unless they account for all that the label speaks of."""
    text, gold = row["text"], row["gold"]
    named = [*_products(text, goods, gold)]
    phrases = [*_phrases(text, gold, named)]
    named = [place for place in named if not _within(place, phrases)]
    _check_all_named(row, {place.sku for place in named}, {*named, *phrases})
    return [*named, *phrases]


def _check_all_named(row: Row, found: set[str], places: Collection[Place]) -> None:
    wanted, held = wanted_skus(row["gold"]), context_skus(row)
    if not places and not held:
        raise NotAlignedError("names no goods")
    if wanted - found - held:
        raise NotAlignedError("goods not found by name")
    if wanted & _offered(row) - found or _points_otherwise(row, found):
        raise NotAlignedError("goods meant by other means than a name")


def _units_placed(row: Row, covered: list[Place], goods: TradeCatalog) -> list[Place]:
    """The places of the units; none where the answer does not depend on amounts."""
    if not _counts_goods(row):
        return []
    units = [*_units(row["text"], covered, label_units(row) | context_units(row), goods)]
    if not label_units(row) <= {place.unit for place in units}:
        raise NotAlignedError("a unit in words that are not listed")
    return units


def wanted_skus(gold: Row) -> set[str]:
    """Every SKU that the label speaks of alone."""
    asked = {question["candidates"][0] for question in gold["clarify"] if len(question["candidates"]) == 1}
    return asked | {line["sku"] for line in (*gold["lines"], *gold.get("changes", ()))}


def context_skus(row: Row) -> set[str]:
    """Every SKU that the conversation already holds."""
    asked = (question["candidates"] for question in pending_of(row))
    return {line["sku"] for line in held_lines_of(row)}.union(*asked)


def _offered(row: Row) -> set[str]:
    """The candidates between which the bot has asked."""
    choices = (question["candidates"] for question in pending_of(row) if len(question["candidates"]) > 1)
    return set(chain.from_iterable(choices))


def _points_otherwise(row: Row, found: set[str]) -> bool:
    """One of several lines is changed, and no name says which: a unit or a word of another language must do so."""
    changed = {change["sku"] for change in changes_of(row)}
    return bool(changed - found) and any(_changed_in_part(order, changed) for order in orders_of(row))


def _changed_in_part(order: Row, changed: set[str]) -> bool:
    lines = {line["sku"] for line in order["lines"]}
    return bool(changed & lines) and not lines <= changed


def label_units(row: Row) -> set[str]:
    """Every unit that the message itself says, by its label."""
    said = (part for part in parts_of((*told_lines(row), *row["gold"]["clarify"])) if not part.get("unit_kept"))
    return _units_said(said) - context_units(row)


def context_units(row: Row) -> set[str]:
    """Every unit that the conversation has said before."""
    return _units_said((*held_lines_of(row), *pending_of(row)))


def _units_said(lines: Iterable[Row]) -> set[str]:
    return {line["unit_said"] for line in lines if line.get("unit_said")}


def _counts_goods(row: Row) -> bool:
    """Whether the answer depends on amounts; those of a question or a complaint may stay as they are."""
    return any((row["gold"]["lines"], row["gold"]["clarify"], row["context"]))


def _products(text: str, goods: TradeCatalog, gold: Row) -> Iterator[Place]:
    wanted = wanted_skus(gold)
    for match in goods.pattern.finditer(text):
        owners = goods.owners_of(match.group())
        if _is_said_as_code(match.group(), owners):
            yield Place(match.start(), match.end(), sku=_owner(owners, wanted, goods))


def _owner(owners: tuple[str, ...], wanted: set[str], goods: TradeCatalog) -> str:
    """The product on sale with that name; where none is on sale, the one that the label speaks of."""
    active = [sku for sku in owners if goods.products[sku].active]
    own = active or [sku for sku in owners if sku in wanted]
    if len(own) != 1:
        raise NotAlignedError("a name of several products")
    return own[0]


def _is_said_as_code(said: str, owners: tuple[str, ...]) -> bool:
    """A code without figures may be a common word ("AS"): it counts as it is written in the catalog only."""
    codes = {sku for sku in owners if plain(sku) == plain(said)}
    return not codes or said in codes or any(sign.isdigit() for sign in said)


def _phrases(text: str, gold: Row, named: list[Place]) -> Iterator[Place]:
    """Where the goods stand that have to be asked about because several fit."""
    for question in gold["clarify"]:
        if question["reason"] == "ambiguous":
            yield _asked_place(text, question, named)


def _asked_place(text: str, question: Row, named: list[Place]) -> Place:
    words = question["text"].lower()
    if not words or text.lower().count(words) != 1:
        raise NotAlignedError("asked words not found once")
    start = text.lower().index(words)
    place = Place(start, start + len(question["text"]), candidates=tuple(question["candidates"]))
    if any(_overlap(place, other) and not _inside(other, place) for other in named):
        raise NotAlignedError("asked words inside a name")
    return place


def _units(text: str, covered: list[Place], said: set[str], goods: TradeCatalog) -> Iterator[Place]:
    for match in unit_words().pattern.finditer(text):
        place = Place(match.start(), match.end())
        if not any(_overlap(place, other) for other in covered):
            yield from _unit_at(text, place, said, goods)


def _unit_at(text: str, place: Place, said: set[str], goods: TradeCatalog) -> Iterator[Place]:
    """The unit that is counted there; nothing where its word counts nothing."""
    word = text[place.start : place.end].lower()
    meant = unit_words().units_of[word] & said
    if not counts_before(text[: place.start]):
        _check_uncounted(word, meant, goods)
    elif len(meant) != 1:
        raise NotAlignedError("a unit the label does not have")
    else:
        yield replace(place, unit=next(iter(meant)))


def _check_uncounted(word: str, meant: frozenset[str] | set[str], goods: TradeCatalog) -> None:
    """A unit's word that no amount stands before: "10 each, in ctn", or goods that are called so ("the bags")."""
    if word.startswith("can"):
        return  # "can I have"
    if meant:
        raise NotAlignedError("a unit without an amount")
    if any(not {word, word.removesuffix("s")}.isdisjoint(name.split()) for name in goods.owners):
        raise NotAlignedError("part of a name is left")


def counts_before(before: str) -> bool:
    """Whether what stands before a unit is an amount."""
    if _COUNT_BEFORE.search(before):
        return True
    word = _LAST_WORD.search(before)
    return word is not None and word.group(1).lower() in swap_words().numbers


def _check_rest(text: str, places: list[Place], goods: TradeCatalog) -> None:
    """What is left of the text must say nothing of goods."""
    signs = list(text)
    for place in places:
        signs[place.start : place.end] = " " * (place.end - place.start)
    rest = "".join(signs)
    if goods.words & set(content_words(rest)):
        raise NotAlignedError("part of a name is left")
    if _SIZE.search(rest):
        raise NotAlignedError("a size is left")


def _check_figures(row: Row, places: list[Place], goods: TradeCatalog) -> None:
    """A number that tells how much a pack holds would be wrong of other goods: "one carton of 100", "5 ctn (500 pcs)"."""
    if not _counts_goods(row):
        return
    figures = _FIGURE.finditer(row["text"])
    rest = {Decimal(m.group()) for m in figures if not _within(Place(m.start(), m.start() + 1), places)}
    lines = (*row["gold"]["lines"], *changes_of(row), *row["gold"]["clarify"])
    said = set(map(quantity_said, parts_of(lines)))
    sold = (goods.products[place.sku].pack_units.values() for place in places if place.sku)
    packs = {size for size in chain.from_iterable(sold) if size > 2}
    totals = {Decimal(str(line["quantity_base_units"])) for line in row["gold"]["lines"]}
    if rest & (packs | totals) - said:
        raise NotAlignedError("the size of a pack is told")


def _within(inner: Place, places: Iterable[Place]) -> bool:
    return any(_inside(inner, outer) for outer in places)


def _inside(inner: Place, outer: Place) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _overlap(one: Place, other: Place) -> bool:
    return one.start < other.end and other.start < one.end
