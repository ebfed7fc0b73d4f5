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
from bot.understanding.intent import Context
from bot.understanding.reading.decode import Derivation
from bot.understanding.reading.lattice import Lattice
from bot.understanding.reading.matching import Matching
from bot.understanding.reading.pieces import Kind, Piece
from bot.understanding.reading.reports import told_places
from bot.understanding.reading.states import Item
from bot.understanding.resolve import Resolver
from bot.understanding.shapes import explained
from bot.understanding.spans import NEWLINE, STRONG, Break, Cue, Element
from bot.understanding.spans import Kind as ElementKind

WEIGHTS = Path(__file__).parent / "weights.json"
LEAVES = frozenset({"number", "known", "unknown", "unit", "negate", "negate+", "stock"})
"""Classes of passed tokens that no role explains."""
STRENGTHS = {"n": NEWLINE, ".": STRONG, ",": 2.0, "and": 1.5, "+": 1.5}


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
        resolver.index,
        state,
    )
    return lattice, Matching(resolver)


def elements_of(derivation: Derivation, tokens: Sequence[Token], days: Sequence[Day]) -> list[Element]:
    """The elements that a derivation is made of, in order, with the days and what counts nothing between them."""
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
        if _leaves(p, lattice) or (idle and p.role == "negate") or (p.amount and p.start in loose)
    ]
    return frozenset(at for piece in left for at in range(piece.start, piece.end))


def _is_loose_unit(item: Item) -> bool:
    """ "all in packets": a unit that belongs to no item."""
    return item.form == "Q" and item.amount is not None and item.amount.loose and item.amount.unit is not None


def _leaves(piece: Piece, lattice: Lattice) -> bool:
    return piece.kind is Kind.GAP and piece.form in LEAVES and piece.start not in lattice.told


def _elements(piece: Piece, tokens: Sequence[Token]) -> Iterator[Element]:
    if piece.goods is not None:
        yield piece.goods
    elif piece.amount is not None:
        yield piece.amount
    elif piece.kind is Kind.CUE and piece.role not in ("and", "to"):
        yield Cue(ElementKind.CUE, piece.start, piece.end, dict(tokens[piece.start].roles), tokens[piece.start].text)
    elif piece.kind is Kind.MARK or piece.role == "and":
        yield Break(ElementKind.BREAK, piece.start, piece.end, STRENGTHS.get(piece.role, 0.3), tokens[piece.start].text)
