"""Goods that were just told of, with their price: "ok give me 2" right after orders them, with a YES."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.catalog.product import Product
from bot.conversation.turn import Turn
from bot.decision import Decision
from bot.situation import OpenQuestion, QuestionKind, Situation
from bot.understanding.intent import ChangeOp, Context, Intent, IntentKind, Question, QuestionReason

Read = Callable[[Context], Intent]
"""Reads the same words in another context."""


def with_offer(
    turn: Turn, decision: Decision, shown: Sequence[Product], units: Sequence[tuple[Decimal, str]]
) -> Decision:
    """The answer about one product, which an amount may follow; `units` are those that the price was asked for."""
    if decision.question is not None and decision.question.kind is not QuestionKind.OFFERED:
        return decision
    if len(shown) != 1:
        return replace(decision, question=None)
    product = shown[0]
    unit = next((unit for _, unit in units if unit in product.pack_units), None)
    about = Question(product.name, QuestionReason.QUANTITY, (product.sku,), None, unit)
    return replace(decision, question=OpenQuestion(QuestionKind.OFFERED, turn.serial, (about,)))


def taken_up(intent: Intent, situation: Situation, read: Read) -> Intent:
    """The reading, with the goods just told of where the words say how many and name no goods themselves."""
    question = situation.asked(QuestionKind.OFFERED)
    if question is None or _changes_a_line(intent) or _names_goods(read(Context())):
        return intent
    answer = read(Context(pending=question.about))
    lines = tuple(line for line in answer.lines if line.sku in question.about[0].candidates)
    asks = any(asked.reason is QuestionReason.UNIT for asked in answer.questions)
    if not asks and (not lines or answer.questions):
        return intent
    return replace(answer, kind=IntentKind.ORDER_CREATE, lines=lines, changes=(), doubtful=True, settled=())


def _names_goods(intent: Intent) -> bool:
    return bool(intent.lines or intent.spoken_of or any(question.candidates for question in intent.questions))


def _changes_a_line(intent: Intent) -> bool:
    """ "make it 8" changes the order that is there, whatever was told meanwhile."""
    return not intent.doubtful and any(change.op is not ChangeOp.ADD for change in intent.changes)
