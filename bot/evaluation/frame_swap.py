"""The frame swap: the same kind of lines, taken from the hostile catalogs, in every way of asking.

Deterministic by seed. The label follows from the lines drawn; a text in which a name could be cut in another way is drawn again.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from bot.catalog import units
from bot.evaluation.alignment import NotAlignedError
from bot.evaluation.assignment import LIMIT
from bot.evaluation.frames import ALL_LINES, SLOT, Frame
from bot.evaluation.labelled import number
from bot.evaluation.trade_catalog import TradeCatalog
from bot.evaluation.trade_swap import NamedGoods, check_text
from bot.evaluation.unit_words import WORDS, is_han, unit_words

NOW = datetime.fromisoformat("2026-11-18T10:15:00+08:00")
"""A Wednesday; the stamps of the forwarded frames are of the evening before."""
TRIES = 8
_QUOTED = re.compile(r"\d[\"”']")
"""An amount that would look like so many inches."""
COUNTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 30, 50)
_STYLES = {"en": ("one", "short"), "en-SG": ("short",), "ms": ("ms",), "zh": ("zh",), "ta": ("ta",)}


@dataclass(frozen=True, slots=True)
class Wish:
    """One line that is asked for: so many of a unit (None: no unit said) of a product, and the name it is called by."""

    sku: str
    name: str
    count: int
    unit: str | None
    amount: Decimal


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(WORDS.read_text("utf-8"))


def framed(frame: Frame, goods: TradeCatalog, seed: str) -> dict[str, Any]:
    """The frame around lines of `goods`, with its label. Raises NotAlignedError when no certain text was found."""
    refusal = NotAlignedError("no try")
    for attempt in range(TRIES):
        chance = random.Random(f"{seed}/{frame.id}/{goods.trade}/{attempt}")
        try:
            return _example(frame, goods, chance)
        except NotAlignedError as again:
            refusal = again
    raise refusal


def _example(frame: Frame, goods: TradeCatalog, chance: random.Random) -> dict[str, Any]:
    wishes = _wishes(frame, goods, chance)
    wanted = wishes[:-1] if "other" in frame.slots else wishes
    day = chance.choice(_data()["days"][frame.language[:2]]) if "day" in frame.slots else None
    text = SLOT.sub(lambda slot: _fill(slot.group(1), frame, wanted, wishes[-1], day, chance), frame.text)
    pieces = _pieces(text, wishes)
    check_text(text, pieces, goods)
    if any(not any(p.start <= m.start() < p.end for p in pieces) for m in _QUOTED.finditer(text)):
        raise NotAlignedError("a figure before a quotation mark")
    return {
        "id": f"{frame.id}@{goods.trade}",
        "text": text,
        "now": NOW.isoformat(),
        "lang": frame.language,
        "sender": "+6580000101",
        "context": None,
        "gold": _gold(frame, wanted, day),
        "tags": ["frame_swap", frame.register, *sorted(frame.marks)],
    }


def _gold(frame: Frame, wanted: Sequence[Wish], day: Sequence[Any] | None) -> dict[str, Any]:
    gold: dict[str, Any] = {
        "intent": "order.create",
        "lines": [
            {"sku": w.sku, "quantity_base_units": number(w.amount), "unit_said": w.unit, "quantity_said": w.count}
            for w in wanted
        ],
        "delivery_date": (NOW.date() + timedelta(days=day[1])).isoformat() if day else None,
        "clarify": [],
    }
    if frame.marks & {"note", "stamp", "other"}:
        gold["or_yes"] = True
    if "other" in frame.marks:
        gold["or_ask"] = True
    return gold


def _wishes(frame: Frame, goods: TradeCatalog, chance: random.Random) -> list[Wish]:
    wanted = frame.fixed_lines or chance.choice((1, 2, 2, 3))
    count = wanted + ("other" in frame.slots)
    active = [sku for sku, product in goods.products.items() if product.active and goods.names(sku)]
    return [_wish(sku, frame, goods, chance) for sku in chance.sample(active, count)]


def _wish(sku: str, frame: Frame, goods: TradeCatalog, chance: random.Random) -> Wish:
    product = goods.products[sku]
    own = (product.base_unit, *product.pack_units)
    options = [None, *(unit for unit in own if _clear(unit, own, frame))]
    unit = chance.choice(options)
    count = chance.choice(COUNTS)
    per_unit = goods.factor(sku, unit)
    if per_unit is None or not units.whole_enough(product, count * per_unit) or count * per_unit > LIMIT:
        raise NotAlignedError("an amount that would be asked about")
    names = goods.names(sku)
    alike = [name for name in names if any(map(is_han, name)) == (frame.language == "zh")] or names
    name = chance.choice(alike)
    return Wish(sku, name if frame.register == "form" else _casual(name, chance), count, unit, count * per_unit)


def _casual(name: str, chance: random.Random) -> str:
    return name.lower() if chance.random() < 0.7 else name


def _clear(unit: str, own: Sequence[str], frame: Frame) -> bool:
    """Whether the word for the unit means no other unit of the product."""
    word = _unit_word(unit, frame.language, 2).lower()
    return len(unit_words().units_of.get(word, frozenset({unit})) & set(own)) <= 1


def _unit_word(unit: str, language: str, count: int, style: str = "") -> str:
    return unit_words().spelling(unit, style or _STYLES[language][0], many=count != 1)


def _fill(
    slot: str, frame: Frame, wanted: Sequence[Wish], other: Wish, day: Sequence[Any] | None, chance: random.Random
) -> str:
    if slot == "day" and day:
        return str(day[0])
    if slot == "other":
        return _line(other, frame, chance, aloud=False)
    if slot in ALL_LINES:
        return _all(slot, frame, wanted, chance)
    wish = wanted[int(slot[-1]) - 1]
    if slot.startswith("goods"):
        return wish.name
    if slot.startswith("amount"):
        return _amount(wish, frame, aloud=False, style="")
    return _line(wish, frame, chance, aloud=slot.startswith("w"))


def _all(slot: str, frame: Frame, wanted: Sequence[Wish], chance: random.Random) -> str:
    aloud = slot == "spoken"
    lines = [_line(wish, frame, chance, aloud=aloud) for wish in wanted]
    if slot in ("lines", "spoken"):
        joins: list[str] = _data()["joins"][frame.language[:2]]
        return (joins[1] if aloud else chance.choice(joins)).join(lines)
    signs = {"bullets": "- ", "ticks": "✓ ", "stars": "* ", "list": ""}
    heads = [signs.get(slot, f"{at}) " if slot == "parens" else f"{at}. ") for at in range(1, len(lines) + 1)]
    return "\n".join(head + line for head, line in zip(heads, lines, strict=True))


def _line(wish: Wish, frame: Frame, chance: random.Random, *, aloud: bool) -> str:
    """Amount before goods, or behind them, in one of the habits of the language."""
    style = chance.choice(_STYLES[frame.language])
    amount = _amount(wish, frame, aloud=aloud, style=style)
    space = "" if frame.language == "zh" and (is_han(amount[-1]) or is_han(wish.name[0])) else " "
    first = f"{amount}{space}{wish.name}"
    if aloud:
        return f"{amount} of {wish.name}" if frame.language == "en" and wish.unit and chance.random() < 0.5 else first
    behind = "" if frame.language == "zh" and is_han(wish.name[-1]) else " "
    habits = [first, first, f"{wish.name}{behind}{amount}", f"{wish.name} x {amount}", f"{wish.name} - {amount}"]
    return chance.choice(habits if frame.language[:2] != "ta" else [first, f"{wish.name} {amount}"])


def _amount(wish: Wish, frame: Frame, *, aloud: bool, style: str) -> str:
    language = frame.language[:2]
    said = _data()["spoken"][language][COUNTS.index(wish.count)] if aloud else str(wish.count)
    if wish.unit is None:
        return said
    word = _unit_word(wish.unit, frame.language, wish.count, style)
    return f"{said}{word}" if is_han(word[0]) or (style == "short" and not aloud) else f"{said} {word}"


def _pieces(text: str, wishes: Sequence[Wish]) -> list[NamedGoods]:
    """Where the names stand; longer names first, so that one inside another is not found twice."""
    found: list[NamedGoods] = []
    for wish in sorted(wishes, key=lambda wish: -len(wish.name)):
        spots = (m for m in re.finditer(re.escape(wish.name), text))
        free = [s for s in spots if not any(p.start < s.end() and s.start() < p.end for p in found)]
        if not free:
            raise NotAlignedError("a name not found once")
        found.append(NamedGoods(free[0].start(), free[0].end(), wish.sku))
    return found


def frame_examples(
    frames: Sequence[Frame], trades: Sequence[TradeCatalog], seed: str, each: int | None, dropped: Counter[str]
) -> Iterator[tuple[TradeCatalog, dict[str, Any]]]:
    """Every frame around the goods of `each` trades (None: of all), drawn by seed. What is not certain is counted in `dropped`."""
    for frame in frames:
        count = len(trades) if each is None else min(each, len(trades))
        for goods in random.Random(f"{seed}/{frame.id}").sample(trades, count):
            try:
                yield goods, framed(frame, goods, seed)
            except NotAlignedError as refusal:
                dropped[str(refusal)] += 1
