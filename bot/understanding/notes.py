"""Keeps what a message says about the delivery itself, for the person who drives: "before 10am", "leave at back door".

What it only tells beside its order is kept as well (asides.py): a person reads what no rule understood."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.language import scan
from bot.language.tokeniser import Token
from bot.understanding.message_facts import Facts
from bot.understanding.spans import Mention, Quantity

ABOUT_DELIVERY = ("note", "clock", "clock_before")
MAX_CHARS = 200


def notes_of(facts: Facts) -> str:
    """The customer's own words about time, place and care, without goods, amounts and days."""
    told = {facts.tokens[at].start for at in facts.asides}
    kept = [
        facts.folded.quote(run[0].start, run[-1].end) for run in _runs(facts) if _says_how(run) or _tells(run, told)
    ]
    return "; ".join(kept)[:MAX_CHARS]


def _runs(facts: Facts) -> Iterator[list[Token]]:
    """Stretches of words between goods, amounts, days and marks."""
    taken = {at for day in facts.days for at in range(day.start, day.end)}
    for element in facts.elements:
        if isinstance(element, Mention | Quantity) and element.start not in facts.asides:
            taken.update(range(element.start, element.end))
    opening = _greeting(facts)
    run: list[Token] = []
    for at, token in enumerate(facts.tokens):
        if at in taken or token.kind in (scan.MARK, scan.LINE):
            yield _without_courtesy(run)
            run = []
        elif token.start >= opening:
            run.append(token)
    yield _without_courtesy(run)


def _greeting(facts: Facts) -> int:
    """How long the greeting is that the message starts with: "good morning" is no time of delivery."""
    said = (phrase for role, phrase in facts.cues.phrases if role == "greeting")
    return max((len(phrase) for phrase in said if facts.folded.text.startswith(phrase)), default=0)


def _without_courtesy(run: list[Token]) -> list[Token]:
    """ "morning pls" without its please, "and leave at the door" without its and."""
    while run and (run[-1].has("courtesy") or run[-1].has("and")):
        run = run[:-1]
    while run and (run[0].has("courtesy") or run[0].has("and")):
        run = run[1:]
    return run


def _tells(run: list[Token], told: Collection[int]) -> bool:
    """Whether words of the run are told beside the order."""
    return any(token.start in told for token in run)


def _says_how(run: list[Token]) -> bool:
    return any(token.kind == scan.CLOCK or any(token.has(role) for role in ABOUT_DELIVERY) for token in run)
