"""Finds the best readings of a message: a beam over its lattice, scored by a linear model over features without any product word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bot.understanding.reading.cue_moves import gap, mark, operation, wished
from bot.understanding.reading.lattice import Lattice
from bot.understanding.reading.matching import Matching
from bot.understanding.reading.moves import AMOUNT_MOVES, CUE_MOVES, GOODS_MOVES, SPLIT_MOVES
from bot.understanding.reading.pieces import Kind, Piece
from bot.understanding.reading.states import FREE, STRENGTH, Item, Move, State

WIDTH = 5
"""Readings kept side by side: eight say the same of every shipped message, and take a third longer."""
REACH = 7.0
"""A path this far behind the best at the same place is given up."""
Trail = tuple[Any, ...]
"""The steps of a path, as (features, element, trail before)."""


class Path(NamedTuple):
    """One reading so far."""

    score: float
    state: State
    trail: Trail


class Derivation(NamedTuple):
    """One whole reading: its items in order, with the features that scored it."""

    score: float
    items: tuple[Item, ...]
    pieces: tuple[Piece, ...]
    features: tuple[str, ...]


def decode(lattice: Lattice, matching: Matching, weights: Mapping[str, float], width: int = WIDTH) -> list[Derivation]:
    """The best readings, the best first."""
    size = len(lattice.tokens)
    rows: list[list[Path]] = [[] for _ in range(size + 1)]
    rows[0] = [Path(0.0, State(), ())]
    for at in range(size):
        pieces = lattice.at(at)
        kept = _kept(rows[at], width)
        if len(pieces) == 1 and pieces[0].form in FREE and at not in lattice.wishes:
            rows[pieces[0].end].extend(_passed(path, pieces[0]) for path in kept)
            kept = []
        for path in kept:
            state = path.state
            if at in lattice.told:
                state = state._replace(told=True)
            elif at in lattice.wishes:
                state = wished(state)
            for piece in pieces:
                for move in _moves(state, piece, matching):
                    rows[piece.end].append(_stepped(path, move, piece, weights))
        rows[at] = []
    done = [_finished(path, lattice, matching, weights) for path in _kept(rows[size], width)]
    return sorted(done, key=lambda found: -found.score)


def _passed(path: Path, piece: Piece) -> Path:
    """The path behind an element that says nothing of the order."""
    found = FREE[piece.form]
    if STRENGTH[found] <= STRENGTH[path.state.gap]:
        return path
    return Path(path.score, path.state._replace(gap=found), path.trail)


def _kept(paths: list[Path], width: int) -> list[Path]:
    paths.sort(key=_rank)
    seen: set[object] = set()
    kept: list[Path] = []
    worst = _rank(paths[0]) + REACH if paths else 0.0
    for path in paths:
        if _rank(path) > worst:
            break
        key = _key(path.state)
        if key in seen:
            continue
        seen.add(key)
        kept.append(path)
        if len(kept) == width:
            break
    return kept


def _rank(path: Path) -> float:
    return path.state.debt - path.score


def _key(state: State) -> object:
    item = state.item
    amount = item.amount
    return (
        item.form, item.start, item.op, item.negated, item.told, item.goods and (item.goods.start, item.goods.end, len(item.goods.words)),
        amount and (amount.start, amount.end, len(amount.parts), amount.unit, amount.value), state.op, state.negates, state.corrects, state.told, state.habit,
        _depth(state), item.no_amount is not None,
    )  # fmt: skip


def _depth(state: State) -> object:
    other = state.before[0] if state.before else None
    return other and (other.form, other.start, other.negated)


def _moves(state: State, piece: Piece, matching: Matching) -> Iterator[Move]:
    if piece.kind is Kind.GAP:
        yield from gap(state, piece)
    elif piece.kind is Kind.MARK:
        yield from mark(state, piece)
    elif piece.kind is Kind.GOODS:
        for move in GOODS_MOVES[state.item.form]:
            yield from move(state, piece, matching)
    elif piece.kind is Kind.AMOUNT:
        for act in SPLIT_MOVES if piece.form.endswith("!") else AMOUNT_MOVES[state.item.form]:
            yield from act(state, piece, matching)
    else:
        yield from _cue(state, piece)


def _cue(state: State, piece: Piece) -> Iterator[Move]:
    if piece.role == "op":
        yield from operation(state, piece, piece.form.removeprefix("op."))
    elif piece.role in CUE_MOVES:
        yield from CUE_MOVES[piece.role](state, piece)
    elif piece.role == "to":
        yield Move((), state._replace(to="to"))


def _stepped(path: Path, move: Move, piece: Piece, weights: Mapping[str, float]) -> Path:
    score = path.score
    for feature in move.features:
        score += weights.get(feature, 0.0)
    return Path(score, move.state, (move.features, piece, path.trail))


def _finished(path: Path, lattice: Lattice, matching: Matching, weights: Mapping[str, float]) -> Derivation:
    items = items_of(path.state)
    closing = tuple(feature for item in items for feature in _closing(item, lattice, matching))
    if path.state.negates:
        closing += ("lost|neg",)
    if path.state.op:
        closing += ("lost|op." + path.state.op,)
    features = [*closing]
    pieces = []
    trail = path.trail
    while trail:
        features.extend(trail[0])
        pieces.append(trail[1])
        trail = trail[2]
    score = path.score + sum(weights.get(feature, 0.0) for feature in closing)
    return Derivation(score, items, tuple(reversed(pieces)), tuple(features))


def items_of(state: State) -> tuple[Item, ...]:
    """The items of a state in order."""
    row = (state.item, state.before) if state.item.form else state.before
    items = []
    while row:
        items.append(row[0])
        row = row[1]
    return tuple(reversed(items))


def _closing(item: Item, lattice: Lattice, matching: Matching) -> Iterator[str]:
    """What a finished item says of the reading: goods without an amount, an amount without goods, packs that hold something else."""
    if item.form == "G" and item.goods is not None:
        how = matching.found(item.goods).how.value
        kind = (
            "neg"
            if item.negated
            else item.op
            if item.op in ("remove", "double", "halve", "swap")
            else "told"
            if item.told
            else "plain"
        )
        yield f"bare|{kind}|{how}"
        yield f"bare|{kind}|{lattice.context}"
        answers = lattice.context == "pending" and not item.goods.sizes  # "the small ones"
        if kind == "plain" and how == "unknown" and not item.goods.unknown and item.goods.modifier and not answers:
            yield "bare|size"
        if kind == "plain":
            yield f"bare|{item.after}|{'unknown' if item.goods.unknown else 'known'}"
    elif item.form == "Q" and item.amount is not None:
        kind = "A" if item.amount.loose and not item.amount.unit else "B" if item.amount.loose else "Q"
        yield f"loose|{kind}|{'told' if item.told else item.op}"
        if item.told:
            return
        yield f"loose|{kind}"
        yield f"loose|{kind}|{lattice.context}"
