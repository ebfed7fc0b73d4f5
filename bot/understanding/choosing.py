"""Reads an answer that picks several of a list, or one with its amount: "16 and 20", "h4 3, h7 2", "1 box each of 16 and 20".

Every word has to be a pick, an amount, or something that says nothing; otherwise this reads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.languages import listed
from bot.language.token import Token
from bot.language.tokeniser import SIZE
from bot.understanding.intent import Question
from bot.understanding.picks import leads, marked_place
from bot.understanding.statements import Amount, Pick

_LAST = frozenset(listed("picks_the_last"))
_SILENT = ("filler", "courtesy", "and", "stop", "both", "greeting", "attribute", "every")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class _Each:
    """ "each": the one amount that is said is that of every pick."""


_Part = str | Amount | _Each


def chosen_in(tokens: Sequence[Token], question: Question, index: CatalogIndex) -> tuple[Pick, ...]:
    """The picks of a message of nothing else, at least two, or one with an amount of its own; else none."""
    if len(question.candidates) < 2:
        return ()
    parts = tuple(_parts(tokens, question, index))
    if None in parts:
        return ()
    return _paired([part for part in parts if part is not None])


def _paired(parts: Sequence[_Part]) -> tuple[Pick, ...]:
    """Each pick with the amount beside it; one amount is everybody's only where "each" is said."""
    skus = [part for part in parts if isinstance(part, str)]
    amounts = [part for part in parts if isinstance(part, Amount)]
    each = any(isinstance(part, _Each) for part in parts)
    if len(set(skus)) != len(skus):
        return ()
    if len(skus) == 1:
        return _sole(skus[0], amounts)
    if not amounts:
        return tuple(Pick(sku) for sku in skus)
    if each:
        return tuple(Pick(sku, amounts[0]) for sku in skus) if len(amounts) == 1 else ()
    pairs = zip(skus, amounts, strict=True) if _take_turns(parts) and len(amounts) == len(skus) else ()
    return tuple(Pick(sku, amount) for sku, amount in pairs)


def _sole(sku: str, amounts: Sequence[Amount]) -> tuple[Pick, ...]:
    """One pick counts here only with an amount that can be nothing else."""
    counted = len(amounts) == 1 and amounts[0].unit is not None
    return (Pick(sku, amounts[0]),) if counted else ()


def _take_turns(parts: Sequence[_Part]) -> bool:
    return all(isinstance(one, str) != isinstance(other, str) for one, other in pairwise(parts))


def _parts(tokens: Sequence[Token], question: Question, index: CatalogIndex) -> Iterator[_Part | None]:
    """The picks, amounts and "each" in order; None for a word that is none of them."""
    at = 0
    while at < len(tokens):
        part, at = _part(tokens, at, question, index)
        if part != "":
            yield part


def _part(tokens: Sequence[Token], at: int, question: Question, index: CatalogIndex) -> tuple[_Part | None, int]:
    """What begins at a token, "" for what says nothing, and where the next begins."""
    token, behind = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else None
    if token.kind == scan.NUMBER and token.value is not None and behind is not None and behind.has("unit"):
        return Amount(token.value, behind.roles["unit"], text=token.text), at + 2
    if (place := marked_place(tokens, at, len(question.candidates))) is not None:
        return question.candidates[place - 1], at + 1
    if leads(tokens, at, len(question.candidates)):
        return "", at + 1
    if (sku := _picked(token, question, index)) is not None:
        return sku, at + 1
    if token.kind == scan.NUMBER and token.value is not None and not token.has("stop"):
        return Amount(token.value, text=token.text), at + 1
    if token.has("each"):
        return _Each(), at + 1
    return ("" if _says_nothing(token) else None), at + 1


def _picked(token: Token, question: Question, index: CatalogIndex) -> str | None:
    """The one candidate that a size, a word of its name or a place in the list says."""
    if token.text in _LAST:
        return question.candidates[-1]
    fits = [sku for sku in question.candidates if _fits(token, sku, index)]
    return fits[0] if len(fits) == 1 else None


def _fits(token: Token, sku: str, index: CatalogIndex) -> bool:
    if token.kind == scan.NUMBER and token.value is not None:
        return any(Decimal(number) == token.value for number in _NUMBERS.findall(index.products[sku].name))
    named = token.kind in (scan.WORD, SIZE)
    return named and token.word in index.held.get(sku, frozenset())


def _says_nothing(token: Token) -> bool:
    if token.kind in (scan.MARK, scan.LINE):
        return token.text != "?"
    return not token.has("negate") and any(token.has(role) for role in _SILENT)
