"""Weighs two readings of one message by their effect: only what both of them say is placed without a YES.

It never makes a reading surer. A tick becomes a YES where the other reading would write another order, a question becomes a draft
with a YES where the other reading needs none and keeps every line that is clear already, and what the first is unsure of (the
kind of message, an amount) is as the second has it where that is certain or asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from bot.understanding.intent import WRITES_ORDER, Intent, IntentKind, Question, QuestionReason

CONFIDENT = 0.85
"""From here on the second reading is believed where the first is unsure what a message is."""
UNCERTAIN = 0.7
"""Below this the first reading is unsure of it."""
LIKELY = 0.5
"""A question of the second reading places nothing, so there it is enough to be likely, where the first is not."""
_ACTS = (IntentKind.ORDER_CONFIRM, IntentKind.ORDER_CANCEL, IntentKind.OPT_OUT)
"""What is done at once, and on no second reading's word."""


def agreed(first: Intent, second: Intent) -> Intent:
    """The first reading, as sure as the second lets it be; the second where it leaves nothing to ask."""
    if _tells_something_else(first, second) or _asks_how_many(first, second):
        return second
    if _knows_better(first, second):
        return replace(second, doubtful=True, doubts=_words(first, second)) if second.lines else second
    if _asks_of_words_passed_over(first, second):
        return second
    if _names_more(first, second):
        return replace(first, questions=second.questions)
    if _needs_no_question(first, second):
        return replace(second, doubtful=True, doubts=_words(first, second))
    if _same_effect(first, second):
        return first
    if first.sure and first.kind in WRITES_ORDER:
        return replace(first, doubtful=True, doubts=_words(first, second))
    return first


def asks_which(second: Intent) -> bool:
    """ "I need boxes": an order for certain, of goods that many names hold; a question that can be answered says more than a list."""
    which = [question.reason is QuestionReason.AMBIGUOUS for question in second.questions]
    certain = second.kind is IntentKind.ORDER_CREATE and second.confidence >= CONFIDENT
    return certain and not second.lines and which == [True]


def _tells_something_else(first: Intent, second: Intent) -> bool:
    """ "sharps bin no cover one, 3 pcs": an order of which the first reading is unsure, and the second sure that it is none."""
    none = second.kind not in (*WRITES_ORDER, *_ACTS)
    return not first.sure and none and second.confidence >= CONFIDENT


def _knows_better(first: Intent, second: Intent) -> bool:
    """Another kind of message, of which the second is certain and the first is not: "5 flurbs" is asked about."""
    if second.kind is first.kind or second.kind in _ACTS:
        return False
    if first.confidence < UNCERTAIN and second.confidence >= CONFIDENT:
        return True
    only_asks = bool(second.questions) and not second.lines
    return only_asks and first.confidence < LIKELY <= second.confidence


def _asks_how_many(first: Intent, second: Intent) -> bool:
    """ "foil, maybe 4 maybe 6 rolls": an amount that the first is unsure of, and the second asks for; the other lines stay."""
    asked = {q.candidates[0] for q in second.questions if _doubts_amount(q)}
    if first.sure or not first.questions or not asked & {line.sku for line in first.lines}:
        return False
    kept = {(x.sku, x.quantity) for x in first.lines if x.sku not in asked}
    return first.kind is second.kind and kept <= {(x.sku, x.quantity) for x in second.lines}


def _asks_of_words_passed_over(first: Intent, second: Intent) -> bool:
    """ "6 rolls foil and 500ml of soy sauce": goods with an amount, of which the first reading takes a part and leaves the rest."""
    if first.kind is not second.kind or not first.questions or _ordered(first) != _ordered(second):
        return False
    asked = [question.text for question in second.questions if question.quantity_said is not None]
    return bool(first.doubts) and all(any(words in text for text in asked) for words in first.doubts)


def _names_more(first: Intent, second: Intent) -> bool:
    """ "I need 10 boxes": the same question by both, and the second has more that may be meant."""
    if first.kind is not second.kind or _ordered(first) != _ordered(second):
        return False
    pairs = list(zip(first.questions, second.questions, strict=False))
    same = len(first.questions) == len(second.questions) and all(
        (a.reason, a.quantity_said, a.unit_said) == (b.reason, b.quantity_said, b.unit_said)
        and set(a.candidates) <= set(b.candidates)
        for a, b in pairs
    )
    return same and any(len(a.candidates) < len(b.candidates) for a, b in pairs)


def _doubts_amount(question: Question) -> bool:
    return (
        question.reason is QuestionReason.QUANTITY
        and question.quantity_said is not None
        and len(question.candidates) == 1
    )


def _effect(intent: Intent) -> object:
    return intent.kind in WRITES_ORDER, _ordered(intent), intent.delivery_date, intent.order_id


def _ordered(intent: Intent) -> frozenset[tuple[str, Decimal]]:
    return frozenset((line.sku, line.quantity) for line in intent.lines)


def _same_effect(first: Intent, second: Intent) -> bool:
    """The same order for the same day; a second reading that asks about an amount of goods it knows is another one."""
    asks = any(q.quantity_said is not None and q.reason is not QuestionReason.UNKNOWN for q in second.questions)
    return _effect(first) == _effect(second) and (bool(first.questions) or not asks)


def _needs_no_question(first: Intent, second: Intent) -> bool:
    """Whether the second reading has all that is clear in the first, and something in the place of its questions."""
    if not first.questions or second.questions or not second.lines or first.kind is not second.kind:
        return False
    if not all(_may_be_chatter(question) or _is_counted_elsewhere(question, second) for question in first.questions):
        return False
    return {(x.sku, x.quantity) for x in first.lines} <= {(x.sku, x.quantity) for x in second.lines}


def _may_be_chatter(question: Question) -> bool:
    """A question that words may have raised which ask for nothing: names nobody knows, goods without an amount."""
    if question.reason is QuestionReason.QUANTITY:
        return question.quantity_said is None
    return question.reason is QuestionReason.UNKNOWN


def _is_counted_elsewhere(question: Question, second: Intent) -> bool:
    """ "kicthen asking for 3 bottles dish soap": a unit that the goods asked about lack, of goods that are sold in it."""
    if question.reason is not QuestionReason.UNIT:
        return False
    said = (question.quantity_said, question.unit_said)
    return any(
        (line.quantity_said, line.unit_said) == said and line.sku not in question.candidates for line in second.lines
    )


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
