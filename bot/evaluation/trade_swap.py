"""The trade swap: a labelled message about goods of another catalog, with the answer that follows by construction.

An exact name is replaced by an exact name, an alias by an alias, a phrase that fits several products by one that fits as many;
units and their factors are those of the new goods, numbers stay. Whatever is not certain is dropped, and counted.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.evaluation.alignment import Aligned, NotAlignedError, Place, align, counts_before
from bot.evaluation.assignment import Assignment, assign
from bot.evaluation.labelled import Row
from bot.evaluation.relabel import relabelled_context, relabelled_gold
from bot.evaluation.trade_catalog import TradeCatalog, content_words, plain
from bot.evaluation.unit_words import is_han, swap_words, unit_words

_TAMIL = re.compile("[\u0b80-\u0bff]")
_NUMBER_SIGNS = "一二两三四五六七八九十百千半"
_FIGURES = _NUMBER_SIGNS + "0123456789"


@dataclass(frozen=True, slots=True)
class NamedGoods:
    """A stretch of the new text that names goods."""

    start: int
    end: int
    sku: str


@dataclass(frozen=True, slots=True)
class Source:
    """A message that can be swapped, and the catalog it was written for."""

    aligned: Aligned
    goods: TradeCatalog


def sources(rows: Iterable[tuple[Row, TradeCatalog]], dropped: Counter[str]) -> Iterator[Source]:
    """The messages whose goods stand in certain places; the others are counted in `dropped` by reason."""
    for row, goods in rows:
        try:
            yield Source(align(row, goods), goods)
        except NotAlignedError as refusal:
            dropped[str(refusal)] += 1


def swapped(found: Iterable[Source], new: TradeCatalog, seed: str, dropped: Counter[str]) -> Iterator[dict[str, Any]]:
    """Every message that can be told about goods of `new`, the same for the same seed."""
    for source in found:
        chance = random.Random(f"{seed}/{new.trade}/{source.aligned.row['id']}")
        try:
            yield swap(source.aligned, source.goods, new, chance)
        except NotAlignedError as refusal:
            dropped[str(refusal)] += 1


def swap(aligned: Aligned, old: TradeCatalog, new: TradeCatalog, chance: random.Random) -> dict[str, Any]:
    """One message about the new goods. Raises NotAlignedError when its answer would not be certain."""
    chosen = assign(aligned, old, new, chance)
    text, pieces = _text(aligned, chosen, old, new, chance)
    check_text(text, pieces, new)
    _check_unknown(aligned.row, new)
    gold = relabelled_gold(aligned.row, chosen, new)
    _check_units(text, gold, new)
    _check_wanting(aligned.row, text, pieces)
    context = relabelled_context(aligned.row, chosen, new)
    if context and context.get("last_bot"):
        context["last_bot"] = _last_words(context["last_bot"], chosen, old, new)
    return {
        **aligned.row,
        "id": f"{aligned.row['id']}@{new.trade}",
        "text": text,
        "context": context,
        "gold": gold,
        "tags": [*aligned.row["tags"], "trade_swap"],
    }


def _text(
    aligned: Aligned, chosen: Assignment, old: TradeCatalog, new: TradeCatalog, chance: random.Random
) -> tuple[str, list[NamedGoods]]:
    out, pieces, at = "", [], 0
    for place in aligned.places:
        out += aligned.text[at : place.start]
        said = aligned.text[place.start : place.end]
        if place.unit:
            words = _unit_words(said, chosen.units.get(place.unit, place.unit), out)
        else:
            words = _goods_words(said, place, chosen, old, new, chance)
        out += _gap(out[-1:], words[0], said[0])
        if not place.unit:
            pieces.append(NamedGoods(len(out), len(out) + len(words), chosen.skus.get(place.sku, "")))
        out += words + _gap(words[-1], aligned.text[place.end : place.end + 1], said[-1])
        at = place.end
    return out + aligned.text[at:], pieces


def _gap(left: str, right: str, before: str) -> str:
    """A space where Latin words would run together that stood beside signs of a script without spaces."""
    latin = (left + right).isascii() and left.isalnum() and right.isalnum()
    return " " if latin and not before.isascii() else ""


def _unit_words(said: str, unit: str, before: str) -> str:
    """The new unit in the language and length that the old one was said in."""
    if unit in unit_words().units_of.get(said.lower(), ()):
        return said
    style = unit_words().styles_of[said.lower()]
    return unit_words().spelling(
        unit, style, many=not re.search(r"(?<!\d)1\s*$|\b(?:a|an|one|one more|another|1 more)\s+$", before)
    )


def _goods_words(
    said: str, place: Place, chosen: Assignment, old: TradeCatalog, new: TradeCatalog, chance: random.Random
) -> str:
    if place.candidates:
        return chosen.phrases[place.candidates]
    other = chosen.skus[place.sku]
    if plain(said) == plain(place.sku):
        return other if said.isupper() or not said.isascii() else other.lower()
    is_name = plain(old.products[place.sku].name) == plain(said)
    words = chance.choice(_names_like(said, other, new, is_name=is_name))
    return words if said[:1].isupper() or not words.isascii() else words.lower()


def _names_like(said: str, sku: str, new: TradeCatalog, *, is_name: bool) -> list[str]:
    """The names of the new product to choose from: its own name for a name, an alias for an alias, in the same script."""
    aliases = () if is_name else new.names(sku)[1:]
    options = list(aliases) or [new.products[sku].name]
    alike = [option for option in options if _script(option) == _script(said)] or options
    return [option for option in alike if new.owners_of(option) == (sku,)] or list(new.names(sku))


def _script(words: str) -> str:
    return "ta" if _TAMIL.search(words) else "zh" if any(map(is_han, words)) else "latin"


def check_text(text: str, pieces: list[NamedGoods], new: TradeCatalog) -> None:
    """Raises NotAlignedError when the new words could be cut in another way, or mean more goods than they are to mean."""
    for match in new.pattern.finditer(text):
        piece = next((p for p in pieces if p.start <= match.start() and match.end() <= p.end), None)
        if piece is None:
            raise NotAlignedError("names of the new goods by chance")
        whole = (match.start(), match.end()) == (piece.start, piece.end)
        if whole and piece.sku and piece.sku not in new.owners_of(match.group()):
            raise NotAlignedError("a name of other new goods")
    for piece in pieces:
        _check_edges(text, piece, new)


def _check_units(text: str, gold: dict[str, Any], new: TradeCatalog) -> None:
    """A word for units must mean one unit only of each product: 袋 is a bag and a sack."""
    words = {match.group().lower() for match in unit_words().pattern.finditer(text)}
    lines = [*gold["lines"], *gold.get("changes", ())]
    for line in lines:
        product = new.products[line["sku"]]
        own = {product.base_unit, *product.pack_units}
        if any(len(unit_words().units_of[word] & own) > 1 for word in words):
            raise NotAlignedError("a unit's word means two units")


def _check_unknown(row: Row, new: TradeCatalog) -> None:
    """Goods that nobody sells must not be sold in the new trade."""
    for question in row["gold"]["clarify"]:
        if not question["candidates"] and new.words & set(content_words(question["text"])):
            raise NotAlignedError("unknown goods that the new trade has")


def _check_wanting(row: Row, text: str, pieces: list[NamedGoods]) -> None:
    """Where an amount is missing, a name that begins with one ("one more malt") would give it."""
    wanting = any(question["reason"] == "quantity" for question in row["gold"]["clarify"])
    first = (text[piece.start : piece.end].split()[0].lower() for piece in pieces)
    if wanting and any(word in swap_words().numbers or word[0] in _FIGURES for word in first):
        raise NotAlignedError("a name that begins with an amount")


def _check_edges(text: str, piece: NamedGoods, new: TradeCatalog) -> None:
    words, before = text[piece.start : piece.end], text[: piece.start]
    first, _, rest = words.partition(" ")
    if re.search(r"\d\s*$", before) and re.match(r"\d+(?:/\d+|(?![^\s]))", words):
        raise NotAlignedError("two numbers side by side")
    if before.endswith(tuple(_NUMBER_SIGNS)) and words[0] in _FIGURES:
        raise NotAlignedError("number signs run together")
    behind = re.match(r"\s*[-–]?\s*\d+\s*", text[piece.end :]) if words[-1].isdigit() else None
    if behind and (behind.group()[0].isdigit() or not unit_words().pattern.match(text, piece.end + behind.end())):
        raise NotAlignedError("two numbers side by side")
    if counts_before(before) and first.lower() in unit_words().units_of and new.owners_of(rest):
        raise NotAlignedError("a unit that is part of the name")


def _last_words(said: str, chosen: Assignment, old: TradeCatalog, new: TradeCatalog) -> str:
    """The bot's last words with the new goods' names; "" when something of the old goods would be left in them."""
    names = {
        plain(name): other
        for sku, other in chosen.skus.items()
        for name in (old.products[sku].name, *old.products[sku].aliases)
    }

    def new_name(match: re.Match[str]) -> str:
        other = names.get(plain(match.group()))
        return new.products[other].name if other else match.group()

    mended = old.pattern.sub(new_name, said)
    left = new.pattern.sub(" ", mended)
    return "" if old.words & set(content_words(left)) else mended
