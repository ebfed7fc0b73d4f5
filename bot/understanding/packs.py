"""Joins what is said of one amount in pieces: "carrots ctn 2", "flour 25kg x 2", "2 bags x 5kg", "5 sacks of flour (25kg)"."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.catalog.units import PIECE
from bot.understanding.resolve import Quoter, Said
from bot.understanding.spans import Break, Element, Mention, Quantity

TIMES = frozenset({"x", "*"})
_MARKS = TIMES | {":", "-"}
_WEIGHED = frozenset({"kg", "g", "litre", "ml", None})


def joined(clause: list[Element], quote: Quoter) -> list[Element]:
    """The clause with such pieces made one amount."""
    if sum(isinstance(element, Quantity) for element in clause) < 2:
        return clause
    out: list[Element] = []
    for element in clause:
        out.append(element)
        while (both := _last_two(out, quote)) is not None:
            one, at = both
            out[at:] = [one]
    return out


def _last_two(out: list[Element], quote: Quoter) -> tuple[Quantity, int] | None:
    """What the last two amounts make together, and where they begin."""
    if len(out) < 2 or not isinstance(out[-1], Quantity):
        return None
    at = len(out) - 2
    if at > 0 and isinstance(mark := out[at], Break) and mark.text in (":", "-"):
        at -= 1
    first, second = out[at], out[-1]
    if not isinstance(first, Quantity):
        return None
    times = second.start == first.end or quote.word(first.end) in TIMES or quote.word(first.end - 1) in TIMES
    beside = second.start <= first.end + 1 and (second.start == first.end or quote.word(first.end) in _MARKS)
    named = beside and at > 0 and isinstance(out[at - 1], Mention | Quantity)
    both = _counted(first, second) if named else None
    both = both or (_multiplied(first, second) if times and at == len(out) - 2 else None)
    return (replace(both, start=first.start, end=second.end), at) if both is not None else None


def _counted(first: Quantity, second: Quantity) -> Quantity | None:
    """ "carrots ctn 2", "dory packs x 10": a bare unit and the number behind it."""
    bare = first.value is None and first.loose and first.unit is not None and not first.odd
    plain = second.value is not None and second.unit is None and second.size is None and not second.odd
    return replace(second, unit=first.unit, loose=False) if bare and plain else None


def _multiplied(first: Quantity, second: Quantity) -> Quantity | None:
    """ "25kg x 2" and "2 x 25kg" are 50kg; "10kg x 2 crates" and "2 crates x 10kg" say what a crate holds."""
    weight, count = (first, second) if first.size is not None else (second, first)
    if weight.size is None or count.size is not None or weight.value is None or count.value is None:
        return None
    if weight.odd or count.odd or weight.parts or count.parts:
        return None
    if count.unit is None:
        return replace(weight, value=weight.value * count.value)
    return replace(count, pack_of=_in_base(weight))


def _in_base(weight: Quantity) -> Decimal | None:
    return weight.value / 1000 if weight.value is not None and weight.unit in ("g", "ml") else weight.value


def with_content(amount: Said, extra: Quantity) -> Said | None:
    """ "5 sacks of flour (25kg)": the weight beside packs is what each holds, and is compared with the catalog."""
    if extra.value is None or not amount.value or amount.unit in _WEIGHED:
        return None
    if extra.unit == PIECE and amount.unit != PIECE and amount.pack_of is None and not (amount.parts or extra.parts):
        return replace(amount, pack_of=extra.value / amount.value)  # "2 boxes of gloves (200 pcs)"
    if extra.size is None:
        return None
    return replace(amount, pack_of=_in_base(extra)) if amount.pack_of is None and not amount.parts else None
