"""Reads an answer to "which order?": a day, a place or a number of the list, and nothing that would be a wish of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.change_words import LISTED, Phrase, Role, find_phrases
from bot.language.folding import fold
from bot.language.languages import listed
from bot.language.tokeniser import Token
from bot.understanding.cues import ANOTHER_MATTER, Cues, find_cues
from bot.understanding.dates_in_words import Day, find_days
from bot.understanding.picks import LEADS, MOST_PLACES, marked_place
from bot.understanding.uncounted import typed

MOST_TOKENS = 12
_COUNTS = frozenset(listed("counts_an_order"))
_PLACED_IN_TIME = dict.fromkeys(listed("picks_the_earlier"), 1) | {
    word: -1 for name in ("picks_the_last", "picks_the_later") for word in listed(name)
}
"""The list stands in the order of the days of delivery. A mere "later" puts the answer off."""
_PUTS = frozenset(listed("puts_with"))
_SILENT = ("filler", "courtesy", "stop", "to", "purpose", "here", "signs", "greeting", "and")
_HARMLESS = frozenset(
    {Role.ORDER_WORD, Role.FILLER, Role.TO, Role.FROM, Role.WANT, Role.CORRECT, Role.ADD, Role.ALSO, Role.RIGHT, Role.DEFINITE}
)  # fmt: skip
"""What a phrase may do beside a choice: "add to the friday one" says no more than "the friday one"."""


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """What a choice names: days of delivery, order numbers, places of the list (from 1; -1 is the last), or every order."""

    days: frozenset[date] = frozenset()
    numbers: frozenset[str] = frozenset()
    places: frozenset[int] = frozenset()
    every: bool = False
    """ "both", "all of them"."""
    none: bool = False
    """ "neither", "none of them"."""
    apart: bool = False
    """ "a separate order": none of the list, but one of its own."""


NONE_OF_THEM = OrderChoice(none=True)
AN_ORDER_APART = OrderChoice(apart=True)


@dataclass(frozen=True, slots=True)
class _Words:
    tokens: Sequence[Token]
    days: Sequence[Day]
    cues: Cues
    phrases: Sequence[Phrase]

    def day_at(self, at: int) -> Day | None:
        return next((day for day in self.days if day.start <= at < day.end), None)

    def phrase_at(self, at: int) -> Phrase | None:
        token = self.tokens[at]
        return next((p for p in self.phrases if p.start <= token.start and token.end <= p.end), None)


def order_choice(text: str, index: CatalogIndex, today: date) -> OrderChoice | None:
    """What the words choose; None where choosing is not all that they do: "cancel the friday one", "add 2"."""
    folded = fold(text)
    pieces = list(scan.pieces(folded.text))
    tokens = typed(index.read(folded.text, pieces), index)
    if not 0 < len(tokens) <= MOST_TOKENS:
        return None
    words = _Words(tokens, find_days(tokens, today), find_cues(pieces), find_phrases(pieces))
    if words.cues.has("question", *ANOTHER_MATTER) or not all(_says_no_more(words, at) for at in range(len(tokens))):
        return None
    if words.cues.choice == "none" or any(Role.NONE in phrase.meanings for phrase in words.phrases):
        return NONE_OF_THEM
    if any(_is_apart(phrase) for phrase in words.phrases) and not any(token.has("ordinal") for token in tokens):
        return None if words.days else AN_ORDER_APART
    found = OrderChoice(
        frozenset(day.day for day in words.days if day.day is not None and not day.past),
        frozenset(token.text.upper() for token in tokens if token.kind == scan.REFERENCE),
        frozenset(_places(words)),
        words.cues.choice == "all" or any(_is_all(phrase) for phrase in words.phrases),
    )
    return found if found.days or found.numbers or found.places or found.every else None


def _says_no_more(words: _Words, at: int) -> bool:
    """Whether the token is part of a choice, or says nothing."""
    token = words.tokens[at]
    if words.day_at(at) is not None or token.kind in (scan.REFERENCE, scan.LINE, scan.MARK):
        return True
    if _place(words, at) is not None or _leads(words.tokens, at):
        return True
    if not _is_harmless(words, at):
        return token.text in _PUTS and words.phrase_at(at) is None
    if token.text in _COUNTS:
        return at > 0 and _names(words, at - 1)
    phrase = words.phrase_at(at)
    return token.has_any(_SILENT) or token.text in _PLACED_IN_TIME or phrase is not None


def _is_harmless(words: _Words, at: int) -> bool:
    """Whether the phrase that the token is part of does nothing to an order; "delivery" may stand behind its day."""
    phrase = words.phrase_at(at)
    if phrase is None:
        return not words.tokens[at].has_any(("op", "negate", "all", "unit")) or words.tokens[at].text in _COUNTS
    if _HARMLESS.isdisjoint(phrase.meanings) and Role.MOVE in phrase.meanings:
        return at > 0 and words.day_at(at - 1) is not None and phrase.meanings[Role.MOVE] != "move"
    pointer = phrase.meanings.get(Role.POINTER, "")
    return (
        bool(_HARMLESS & phrase.meanings.keys())
        or pointer == "it"
        or _is_place(pointer)
        or _is_all(phrase)
        or _is_apart(phrase)
        or Role.NONE in phrase.meanings
    )


def _is_apart(phrase: Phrase) -> bool:
    """ "a separate order", "new order"; a "second order" may be the second of the list."""
    return bool({Role.APART, Role.ANEW} & phrase.meanings.keys())


def _is_all(phrase: Phrase) -> bool:
    return Role.BOTH in phrase.meanings or phrase.meanings.get(Role.POINTER) in ("all", *LISTED)


def _is_place(pointer: str) -> bool:
    """What "the last one" points at: a place of the list, and neither "it" nor "everything"."""
    return pointer.lstrip("-").isdigit()


def _names(words: _Words, at: int) -> bool:
    """Whether the token before a word for orders points or picks, so that it counts nothing: 那张, 第二张."""
    token = words.tokens[at]
    return token.kind != scan.NUMBER or token.has("number")


def _leads(tokens: Sequence[Token], at: int) -> bool:
    """The "no" of "no 2", the "order" of "order 2"."""
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    return behind is not None and behind.kind == scan.NUMBER and tokens[at].text in LEADS


def _places(words: _Words) -> Iterator[int]:
    if words.cues.choice is not None and words.cues.choice.lstrip("-").isdigit():
        yield int(words.cues.choice)
        return
    if pointed := [p.meanings[Role.POINTER] for p in words.phrases if _is_place(p.meanings.get(Role.POINTER, ""))]:
        yield int(pointed[0])
        return
    if (in_time := _placed_in_time(words)) is not None:
        yield in_time
        return
    for at in range(len(words.tokens)):
        if words.day_at(at) is None and (place := _place(words, at)) is not None:
            yield place


def _placed_in_time(words: _Words) -> int | None:
    said = [token.text for token in words.tokens if token.text in _PLACED_IN_TIME]
    of_an_order = any(Role.ORDER_WORD in phrase.meanings for phrase in words.phrases)
    sure = [word for word in said if of_an_order or word in listed("picks_the_last")]
    return _PLACED_IN_TIME[sure[0]] if sure else None


def _place(words: _Words, at: int) -> int | None:
    """A place of the list: "#2", "second", or a number that counts nothing."""
    token, behind = words.tokens[at], words.tokens[at + 1] if at + 1 < len(words.tokens) else None
    if token.kind == scan.NUMBER:
        if token.has("stop") or token.value is None or (behind is not None and behind.has("unit")):
            return None
        adds = any(Role.ADD in p.meanings for p in words.phrases) or any(t.text in _PUTS for t in words.tokens)
        return int(token.value) if not adds and 1 <= token.value <= MOST_PLACES else None
    return marked_place(words.tokens, at, MOST_PLACES) if words.day_at(at) is None else None
