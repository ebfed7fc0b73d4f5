"""What the classifier sees of a message: its words with goods, amounts and days masked, its cues, its form, the conversation.

Masking goods is what lets weights learnt on one trade serve another.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.language import scan
from bot.language.tokeniser import CODE, SIZE
from bot.understanding.intent import Line
from bot.understanding.message_facts import Facts
from bot.understanding.spans import Mention, Quantity

MAX_CHARS = 200
"""A message says what it is about early; the rest is list."""


def masked(facts: Facts) -> list[str]:
    """The words of the message with goods as G, amounts as Q, days as D and other things with digits as N."""
    kind: dict[int, str] = {}
    for element in facts.elements:
        if isinstance(element, Mention) and (element.words or element.sku):
            if any(facts.index.knows(word) for word in element.words) or element.sku:
                kind.update(dict.fromkeys(range(element.start, element.end), "G"))
        elif isinstance(element, Quantity) and not element.loose:
            kind.update(dict.fromkeys(range(element.start, element.end), "Q"))
    for day in facts.days:
        kind.update(dict.fromkeys(range(day.start, day.end), "D"))
    words: list[str] = []
    for at, token in enumerate(facts.tokens):
        word = kind.get(at) or _plain(token.kind, token.text)
        if word and not (words and words[-1] == word and word in "GQDN"):
            words.append(word)
    return words


def _plain(kind: str, text: str) -> str:
    if kind in scan.NOISE or kind in (scan.NUMBER, SIZE, CODE, scan.DATE, scan.ORDINAL, scan.ODD):
        return "N"
    if kind == scan.LINE:
        return "/"
    if kind == scan.MARK:
        return text if text in "?!" else ""
    return text


def features(facts: Facts) -> Iterator[str]:
    """The features of a message; each counts once or not at all."""
    words = masked(facts)
    yield "bias"
    yield from _form(facts, words)
    state = tuple(_state(facts))
    yield from (f"s:{s}" for s in state)
    for role in facts.cues.count:
        yield f"c:{role}"
        yield from (f"c:{role}&{s}" for s in state)
    yield from (f"p:{phrase}" for _, phrase in facts.cues.phrases)
    text = " ".join(words)[:MAX_CHARS]
    for first, second in zip(["^", *words], [*words, "$"], strict=True):
        yield f"w:{first}"
        yield f"b:{first} {second}"
    padded = f" {text} "
    for size in (3, 4):
        yield from ("n:" + padded[at : at + size] for at in range(len(padded) - size + 1))


def _form(facts: Facts, words: list[str]) -> Iterator[str]:
    lines = sum(isinstance(e.outcome, Line) and e.op != "remove" for e in facts.story.edits)
    asked = sum(not isinstance(e.outcome, Line) and e.said.at >= 0 and e.op != "remove" for e in facts.story.edits)
    yield f"f:lines={min(lines, 2)}"
    yield f"f:asked={min(asked, 2)}"
    yield f"f:bare={bool(facts.story.loose)}"
    yield f"f:goods={'G' in words}"
    yield f"f:amount={'Q' in words}"
    yield f"f:day={facts.asked_day is not None}"
    yield f"f:past={any(day.past for day in facts.days)}"
    yield f"f:ask={'?' in words}"
    yield f"f:ends={words[-1] if words else ''}"
    yield f"f:starts={words[0] if words else ''}"
    yield f"f:long={min(len(words) // 3, 5)}"


def _state(facts: Facts) -> Iterator[str]:
    context = facts.context
    if context.pending:
        yield "pending"
    if context.draft is not None:
        yield "draft"
    if context.last_order is not None:
        yield "open" if facts.open_order else "closed"
    if not (context.pending or context.draft or context.last_order):
        yield "new"
