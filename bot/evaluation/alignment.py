"""Finds where a labelled message names its goods and units, so that they can be replaced. Only certain places count.

A message is refused when anything of its goods stands outside the places found: part of a name, a size, a unit of no label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.evaluation.trade_catalog import TradeCatalog, content_words, plain
from bot.evaluation.unit_words import swap_words, unit_words

Row = Mapping[str, Any]
"""One message of a labelled set, as its JSON line has it."""
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
    text, gold = row["text"], row["gold"]
    named = [*_products(text, goods, gold)]
    phrases = [*_phrases(text, gold, named)]
    named = [place for place in named if not any(_inside(place, phrase) for phrase in phrases)]
    found = {place.sku for place in named}
    if not found and not phrases and not context_skus(row):
        raise NotAlignedError("names no goods")
    missing = {sku for sku in wanted_skus(gold) if sku not in found and sku not in context_skus(row)}
    if missing:
        raise NotAlignedError("goods not found by name")
    if (wanted_skus(gold) & _offered(row)) - found or _points_otherwise(row, found):
        raise NotAlignedError("goods meant by other means than a name")
    covered = [*named, *phrases]
    units = _units(text, covered, label_units(row) | context_units(row), goods) if _counts_goods(row) else ()
    placed = [*covered, *units]
    if _counts_goods(row) and not label_units(row) <= {place.unit for place in placed}:
        raise NotAlignedError("a unit in words that are not listed")
    _check_rest(text, placed, goods)
    _check_figures(row, placed, goods)
    return Aligned(row, tuple(sorted(placed, key=lambda place: place.start)))


def wanted_skus(gold: Mapping[str, Any]) -> set[str]:
    """Every SKU that the label speaks of alone."""
    asked = (c["candidates"][0] for c in gold["clarify"] if len(c["candidates"]) == 1)
    return {*(line["sku"] for line in (*gold["lines"], *gold.get("changes", ()))), *asked}


def context_skus(row: Row) -> set[str]:
    """Every SKU that the conversation already holds."""
    pending = (row["context"] or {}).get("pending") or ()
    return {line["sku"] for order in orders_of(row) for line in order["lines"]} | {
        sku for question in pending for sku in question["candidates"]
    }


def _offered(row: Row) -> set[str]:
    """The candidates between which the bot has asked."""
    pending = (row["context"] or {}).get("pending") or ()
    return {sku for question in pending if len(question["candidates"]) > 1 for sku in question["candidates"]}


def _points_otherwise(row: Row, found: set[str]) -> bool:
    """One of several lines is changed, and no name says which: a unit or a word of another language must do so."""
    changed = {change["sku"] for change in row["gold"].get("changes", ())}
    held = [{line["sku"] for line in order["lines"]} for order in orders_of(row)]
    return any(len(lines) > 1 and changed & lines and not lines <= changed for lines in held) and bool(changed - found)


def orders_of(row: Row) -> list[Mapping[str, Any]]:
    """The draft and every order of the context, each once."""
    context = row["context"] or {}
    orders = [context.get("draft"), context.get("last_order"), *(context.get("orders") or ())]
    return [order for at, order in enumerate(orders) if order and order not in orders[:at]]


def label_units(row: Row) -> set[str]:
    """Every unit that the message itself says, by its label."""
    gold = row["gold"]
    lines = gold["changes"] if "changes" in gold else gold["lines"]
    parts = [part for line in (*lines, *gold["clarify"]) for part in (line.get("parts") or [line])]
    return {part["unit_said"] for part in parts if part.get("unit_said") and not part.get("unit_kept")} - context_units(
        row
    )


def context_units(row: Row) -> set[str]:
    """Every unit that the conversation has said before."""
    held = [line for order in orders_of(row) for line in order["lines"]]
    pending = (row["context"] or {}).get("pending") or ()
    return {line["unit_said"] for line in (*held, *pending) if line.get("unit_said")}


def _counts_goods(row: Row) -> bool:
    """Whether the answer depends on amounts; those of a question or a complaint may stay as they are."""
    return bool(row["gold"]["lines"] or row["gold"]["clarify"] or row["context"])


def _products(text: str, goods: TradeCatalog, gold: Mapping[str, Any]) -> Iterator[Place]:
    wanted = wanted_skus(gold)
    for match in goods.pattern.finditer(text):
        owners = goods.owners_of(match.group())
        active = [sku for sku in owners if goods.products[sku].active]
        if not _is_said_as_code(match.group(), owners):
            continue
        own = active if len(active) == 1 else [sku for sku in owners if sku in wanted] if not active else []
        if len(own) != 1:
            raise NotAlignedError("a name of several products")
        yield Place(match.start(), match.end(), sku=own[0])


def _is_said_as_code(said: str, owners: tuple[str, ...]) -> bool:
    """A code without figures may be a common word ("AS"): it counts as it is written in the catalog only."""
    codes = {sku for sku in owners if plain(sku) == plain(said)}
    return not codes or said in codes or any(sign.isdigit() for sign in said)


def _phrases(text: str, gold: Mapping[str, Any], named: list[Place]) -> Iterator[Place]:
    """Where the goods stand that have to be asked about because several fit."""
    for question in gold["clarify"]:
        if question["reason"] != "ambiguous":
            continue
        start = text.lower().find(question["text"].lower())
        if start < 0 or not question["text"] or text.lower().count(question["text"].lower()) > 1:
            raise NotAlignedError("asked words not found once")
        place = Place(start, start + len(question["text"]), candidates=tuple(question["candidates"]))
        if any(_overlap(place, other) and not _inside(other, place) for other in named):
            raise NotAlignedError("asked words inside a name")
        yield place


def _units(text: str, covered: list[Place], said: set[str], goods: TradeCatalog) -> Iterator[Place]:
    for match in unit_words().pattern.finditer(text):
        place = Place(match.start(), match.end())
        if any(_overlap(place, other) for other in covered):
            continue
        meant = unit_words().units_of[match.group().lower()] & said
        if not counts_before(text[: place.start]):
            _check_uncounted(match.group().lower(), meant, goods)
            continue
        if len(meant) != 1:
            raise NotAlignedError("a unit the label does not have")
        yield Place(place.start, place.end, unit=next(iter(meant)))


def _check_uncounted(word: str, meant: frozenset[str] | set[str], goods: TradeCatalog) -> None:
    """A unit's word that no amount stands before: "10 each, in ctn", or goods that are called so ("the bags")."""
    if word.startswith("can"):
        return  # "can I have"
    if meant:
        raise NotAlignedError("a unit without an amount")
    if any(word.removesuffix("s") in name.split() or word in name.split() for name in goods.owners):
        raise NotAlignedError("part of a name is left")


def counts_before(before: str) -> bool:
    """Whether what stands before a unit is an amount."""
    if _COUNT_BEFORE.search(before):
        return True
    word = _LAST_WORD.search(before)
    return word is not None and word.group(1).lower() in swap_words().numbers


def _check_rest(text: str, places: list[Place], goods: TradeCatalog) -> None:
    """What is left of the text must say nothing of goods."""
    rest = "".join(" " if any(p.start <= at < p.end for p in places) else sign for at, sign in enumerate(text))
    if goods.words & set(content_words(rest)):
        raise NotAlignedError("part of a name is left")
    if _SIZE.search(rest):
        raise NotAlignedError("a size is left")


def _check_figures(row: Row, places: list[Place], goods: TradeCatalog) -> None:
    """A number that tells how much a pack holds would be wrong of other goods: "one carton of 100", "5 ctn (500 pcs)"."""
    free = [m for m in _FIGURE.finditer(row["text"]) if not any(p.start <= m.start() < p.end for p in places)]
    rest = {Decimal(match.group()) for match in free}
    lines = [*row["gold"]["lines"], *row["gold"].get("changes", ()), *row["gold"]["clarify"]]
    said = {_amount(part.get("quantity_said")) for line in lines for part in (line.get("parts") or [line])}
    packs = {size for p in places if p.sku for size in goods.products[p.sku].pack_units.values() if size > 2}
    totals = {_amount(line["quantity_base_units"]) for line in row["gold"]["lines"]}
    if _counts_goods(row) and rest & (packs | totals) - said:
        raise NotAlignedError("the size of a pack is told")


def _amount(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _inside(inner: Place, outer: Place) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _overlap(one: Place, other: Place) -> bool:
    return one.start < other.end and other.start < one.end
