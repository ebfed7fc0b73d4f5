"""What is asked of the readings of one message: the elements they are made of, and the tokens they leave."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from bot.language import scan
from bot.language.tokeniser import Token
from bot.understanding.cues import Cues
from bot.understanding.dates_in_words import Day
from bot.understanding.elements import find_elements
from bot.understanding.intent import Context
from bot.understanding.reading.decode import Derivation
from bot.understanding.reading.lattice import Lattice
from bot.understanding.reading.matching import Matching
from bot.understanding.reading.pieces import Kind, Piece
from bot.understanding.reading.reports import told_places, wish_places
from bot.understanding.reading.states import Item
from bot.understanding.resolve import Resolver
from bot.understanding.shapes import explained
from bot.understanding.spans import NEWLINE, STRONG, Break, Cue, Element
from bot.understanding.spans import Kind as ElementKind

Span = tuple[int, int]
STRENGTHS = {"n": NEWLINE, ".": STRONG, ",": 2.0, "and": 1.5, "+": 1.5}
WEIGHTS = Path(__file__).parent / "weights.json"
LEAVES = frozenset({"number", "known", "unknown", "unit", "attribute", "negate", "negate+", "stock", "special"})
"""Classes of passed tokens that no role explains."""


@cache
def weights() -> Mapping[str, float]:
    """The shipped weights, read once."""
    return {name: float(value) for name, value in json.loads(WEIGHTS.read_text("utf-8")).items()}


def lattice_of(
    tokens: list[Token], days: Sequence[Day], cues: Cues, resolver: Resolver, context: Context
) -> tuple[Lattice, Matching]:
    """What the words allow, and what the catalog says of it."""
    state = "pending" if context.pending else "order" if context.draft or context.last_order else "new"
    lattice = Lattice(
        tokens,
        {day.start: day.end for day in days},
        explained(tokens, resolver.index),
        told_places(tokens, cues),
        wish_places(tokens, cues),
        resolver.index,
        state,
    )
    return lattice, Matching(resolver)


def elements_of(
    derivation: Derivation, tokens: Sequence[Token], days: Sequence[Day], lattice: Lattice
) -> list[Element]:
    """The elements of the message in order, with the days and what counts nothing between them."""
    if lattice.context != "new":
        return find_elements(list(tokens), {at for day in days for at in range(day.start, day.end)}, lattice.index)
    found = [element for piece in derivation.pieces for element in _elements(piece, tokens)]
    named = {day.start for day in days} | {at for at, token in enumerate(tokens) if token.kind in scan.NOISE}
    found += [Element(ElementKind.DAY, at, at + 1) for at in named]
    return sorted(found, key=lambda element: (element.start, element.end))


def left_by(derivation: Derivation, lattice: Lattice) -> frozenset[int]:
    """The places of tokens that a derivation passes over without a reason."""
    idle = "lost|neg" in derivation.features
    loose = {item.amount.start for item in derivation.items if item.amount is not None and _is_loose_unit(item)}
    left = [
        p
        for p in derivation.pieces
        if _leaves(p, lattice)
        or _dropped(p, derivation)
        or (idle and p.role == "negate")
        or (p.amount and p.start in loose)
    ]
    return frozenset(at for piece in left for at in range(piece.start, piece.end))


def _dropped(piece: Piece, derivation: Derivation) -> bool:
    """Words nobody knows that are in no item."""
    if piece.goods is None or not piece.goods.unknown:
        return False
    named = (item.goods for item in derivation.items if item.goods is not None)
    return not any(piece.start in {place for place, _, _ in goods.parts} for goods in named)


def _is_loose_unit(item: Item) -> bool:
    """ "all in packets": a unit that belongs to no item."""
    return item.form == "Q" and item.amount is not None and item.amount.loose and item.amount.unit is not None


def _leaves(piece: Piece, lattice: Lattice) -> bool:
    return piece.kind is Kind.GAP and piece.form in LEAVES and piece.start not in lattice.told


def rival_of(derivations: Sequence[Derivation], matching: Matching, within: float) -> Span | None:
    """The tokens that a reading with nearly the best score takes for other goods or amounts; None when none does."""
    best = dict(_asked(derivations[0], matching))
    for other in derivations[1:]:
        if derivations[0].score - other.score > within:
            return None
        theirs = dict(_asked(other, matching))
        if set(theirs.values()) != set(best.values()):
            apart = [span for span in best if best[span] not in theirs.values()] or list(theirs)
            return apart[0]
    return None


def _asked(derivation: Derivation, matching: Matching) -> Iterator[tuple[Span, object]]:
    """What each item takes, by the words that say so: its goods as the catalog knows them, and its amount."""
    for item in derivation.items:
        if item.told or item.goods is None or (item.form == "G" and not item.op):
            continue
        amount = item.amount
        counted = amount and (amount.value, amount.unit, amount.parts, amount.odd, amount.pack_of)
        span = (item.goods.start, item.goods.end)
        yield span, (matching.found(item.goods).skus, counted, item.op, item.negated)


def _elements(piece: Piece, tokens: Sequence[Token]) -> Iterator[Element]:
    """A piece as the element that it is; nothing of one that is passed over."""
    if piece.goods is not None:
        yield piece.goods
    elif piece.amount is not None:
        yield piece.amount
    elif piece.kind is Kind.CUE and piece.role not in ("and", "to"):
        yield Cue(ElementKind.CUE, piece.start, piece.end, dict(tokens[piece.start].roles), tokens[piece.start].text)
    elif piece.kind is Kind.MARK or piece.role == "and":
        yield Break(ElementKind.BREAK, piece.start, piece.end, STRENGTHS.get(piece.role, 0.3), tokens[piece.start].text)
