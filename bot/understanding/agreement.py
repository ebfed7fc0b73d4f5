"""Weighs two readings of one message by their effect: only what both of them say is placed without a YES.

It never makes a reading surer. A tick becomes a YES where the other reading would write another order, and a question becomes a
draft with a YES where the other reading needs none and keeps every line that is clear already.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.understanding.intent import WRITES_ORDER, Intent, Question, QuestionReason


def agreed(first: Intent, second: Intent) -> Intent:
    """The first reading, as sure as the second lets it be; the second where it leaves nothing to ask."""
    if _needs_no_question(first, second):
        return replace(second, doubtful=True, doubts=_words(first, second))
    if _same_effect(first, second):
        return first
    if first.sure and first.kind in WRITES_ORDER:
        return replace(first, doubtful=True, doubts=_words(first, second))
    return first


def _effect(intent: Intent) -> object:
    lines = frozenset((line.sku, line.quantity) for line in intent.lines)
    return intent.kind in WRITES_ORDER, lines, intent.delivery_date, intent.order_id


def _same_effect(first: Intent, second: Intent) -> bool:
    """The same order for the same day; a second reading that asks about an amount of goods it knows is another one."""
    asks = any(q.quantity_said is not None and q.reason is not QuestionReason.UNKNOWN for q in second.questions)
    return _effect(first) == _effect(second) and (bool(first.questions) or not asks)


def _needs_no_question(first: Intent, second: Intent) -> bool:
    """Whether the second reading has all that is clear in the first, and something in the place of its questions."""
    if not first.questions or second.questions or not second.lines or first.kind is not second.kind:
        return False
    if not all(_may_be_chatter(question) for question in first.questions):
        return False
    return {(x.sku, x.quantity) for x in first.lines} <= {(x.sku, x.quantity) for x in second.lines}


def _may_be_chatter(question: Question) -> bool:
    """A question that words may have raised which ask for nothing: names nobody knows, goods without an amount."""
    if question.reason is QuestionReason.QUANTITY:
        return question.quantity_said is None
    return question.reason is QuestionReason.UNKNOWN


def _words(first: Intent, second: Intent) -> tuple[str, ...]:
    """The customer's words that are read in two ways, each once."""
    return tuple(dict.fromkeys((*first.doubts, *second.doubts, *_differing(first, second))))


def _differing(first: Intent, second: Intent) -> Iterator[str]:
    mine = {(line.sku, line.quantity) for line in first.lines}
    theirs = {(line.sku, line.quantity) for line in second.lines}
    for line in (*first.lines, *second.lines):
        if line.text and ((line.sku, line.quantity) in mine) != ((line.sku, line.quantity) in theirs):
            yield line.text
    yield from (question.text for question in (*first.questions, *second.questions) if question.text)
