"""The grammar as a table: what each kind of element may do in each state, and the plain function that does it.

A state is a row of items, the last of them open, and what waits for the next item: an operation, a negation, a correction. A
move takes a state and an element and gives the next state. No move repairs what another has done; what a stretch means is for
the score to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bot.understanding.reading.amount_moves import (
    add_up,
    anew,
    fix,
    give,
    multiply,
    new_amount,
    not_amount,
    pack_said,
    retry,
    same_again,
    swap_amount,
)
from bot.understanding.reading.cue_moves import (
    both,
    correct,
    each,
    every,
    idle,
    joined,
    likewise,
    negate,
    right,
    told,
    used_up,
)
from bot.understanding.reading.goods_moves import (
    join_behind,
    join_unknown,
    lend_back,
    new_goods,
    refine,
    regoods,
    swap,
    take,
)
from bot.understanding.reading.list_moves import in_turn, unit_for_all
from bot.understanding.reading.matching import Matching
from bot.understanding.reading.pieces import Piece
from bot.understanding.reading.states import Move, State

GOODS_MOVES: Mapping[str, tuple[Callable[[State, Piece, Matching], Iterator[Move]], ...]] = {
    "": (new_goods,),
    "G": (new_goods, refine, regoods, swap, join_unknown, join_behind),
    "Q": (new_goods, take),
    "GQ": (new_goods, refine, regoods, lend_back),
    "QG": (new_goods, refine, regoods, join_unknown),
}
"""What goods may do, by what the open item holds."""
AMOUNT_MOVES: Mapping[str, tuple[Callable[[State, Piece, Matching], Iterator[Move]], ...]] = {
    "": (new_amount, not_amount),
    "G": (new_amount, give, in_turn, not_amount, swap_amount),
    "Q": (new_amount, add_up, multiply, pack_said, fix, not_amount),
    "GQ": (new_amount, add_up, multiply, pack_said, same_again, fix, not_amount, anew, retry),
    "QG": (new_amount, add_up, multiply, pack_said, same_again, fix, not_amount, anew, retry),
}
"""What an amount may do, by what the open item holds."""
SPLIT_MOVES: tuple[Callable[[State, Piece, Matching], Iterator[Move]], ...] = (new_amount, give)
"""What a number may do that is taken without the unit behind it."""
CUE_MOVES: Mapping[str, Callable[[State, Piece], Iterator[Move]]] = {
    "negate": negate,
    "correct": correct,
    "stock": told,
    "past_verb": told,
    "each": each,
    "both": both,
    "all": every,
    "all_in": unit_for_all,
    "every": every,
    "ran_out": used_up,
    "likewise": likewise,
    "is_right": right,
    "and": joined,
    "or": idle,
}
