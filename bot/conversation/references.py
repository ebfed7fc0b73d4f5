"""What a message means by pointing: a quoted message, a thumbs-up, a YES to words that wait. Settled before it is read.

Pointing carries no authority: the message pointed at is one of this conversation (jobs/turn/referred_message.py), and a
thumbs-up counts like the button of the same question would, for the same serial, while that question is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.catalog.product import Product
from bot.channels.base import MessageKind
from bot.conversation import on_behalf, order_decisions
from bot.conversation.targets import open_order
from bot.conversation.turn import Turn, choice_buttons
from bot.decision import Decision, Escalate, Outcome, Reply
from bot.situation import QuestionKind, Said, Situation
from bot.understanding.intent import WRITES_ORDER, Intent, IntentKind

THUMBS_UP = "\U0001f44d"
MAX_WORDS = 8
"""A longer message names its products itself."""
CHANGES_THE_QUOTED = frozenset({IntentKind.ORDER_CANCEL, IntentKind.ORDER_AMEND, IntentKind.ORDER_CONFIRM})
TWICE = "confirm_same_again"
"""Of "the same, or more?" nobody can say what a thumb means."""


def point_at_order(said: Said, situation: Situation) -> tuple[Said, Situation]:
    """The words, and where things stand, as the pointing makes them."""
    said, situation = on_behalf.resume(_as_press(said, situation), situation)
    order_id = _quoted_order(situation)
    if said.kind is not MessageKind.TEXT or order_id is None or situation.meant_order_id is not None:
        return said, situation
    return said, replace(situation, meant_order_id=order_id)


def _quoted_order(situation: Situation) -> int | None:
    """The order that the quoted message made or showed; None for the draft, which is meant anyway."""
    order_id = situation.referred.order_id if situation.referred else None
    draft_id = situation.draft.id if situation.draft else None
    return None if order_id == draft_id else order_id


def with_quoted_line(intent: Intent, said: Said, situation: Situation, read: Callable[[str], Intent]) -> Intent:
    """ "make it 200" under a message about one product: read with that product's name, kept when that is all it needed."""
    product = _quoted_product(situation)
    short = said.kind is MessageKind.TEXT and len(said.text.split()) <= MAX_WORDS
    if product is None or not short or _clear_about(intent):
        return intent
    second = read(f"{said.text} {product.name}")
    return second if product.sku in _clear_about(second) else intent


def _quoted_product(situation: Situation) -> Product | None:
    sku = situation.referred.sku if situation.referred else None
    return situation.index.products.get(sku) if sku else None


def _clear_about(intent: Intent) -> set[str]:
    """The goods that a message orders or changes; none where it does neither, or something has to be asked."""
    if intent.kind not in WRITES_ORDER or intent.questions:
        return set()
    return {line.sku for line in intent.lines} | {change.sku for change in intent.changes}


def quoted(turn: Turn) -> Decision | None:
    """What is done to a quoted order whole; None when nothing is quoted or the words go their usual way."""
    referred = turn.situation.referred
    if referred is None or turn.said.kind is not MessageKind.TEXT or turn.intent.kind not in CHANGES_THE_QUOTED:
        return None
    if turn.intent.kind is IntentKind.ORDER_CONFIRM:
        return _confirms(turn)
    order_id = _quoted_order(turn.situation)
    if order_id is None:
        return None
    order = open_order(turn, order_id)
    if order is None:
        return _closed(turn)
    if turn.intent.kind is IntentKind.ORDER_CANCEL and not turn.intent.doubtful:
        return replace(order_decisions.cancelled(turn, order), question=turn.situation.question)
    return None


def _closed(turn: Turn) -> Decision:
    """The quoted order cannot be changed any more."""
    task, question = Escalate("change of a closed order", takes_over=False), turn.situation.question
    return Decision((Reply("quoted_closed"),), Outcome.HANDED_OVER, "quoted_closed", escalate=task, question=question)


def _confirms(turn: Turn) -> Decision | None:
    """YES under an old question is not a YES to the one that is open now."""
    referred, question = turn.situation.referred, turn.situation.question
    if question is None or referred is None or referred.inbound or referred.answers == question.serial:
        return None
    return Decision((Reply("question_closed"),), reason="stale_quote", question=question)


def _as_press(said: Said, situation: Situation) -> Said:
    """A thumbs-up as the YES button of the question that it stands under."""
    question, referred = situation.asked(QuestionKind.CONFIRM), situation.referred
    thumb = said.kind is MessageKind.REACTION and said.text.startswith(THUMBS_UP)
    if not thumb or question is None or referred is None or referred.inbound:
        return said
    if referred.answers != question.serial or question.doubt == TWICE:
        return said
    yes = choice_buttons(question.serial, ("yes",))[0]
    return replace(said, kind=MessageKind.BUTTON, text="", payload={"data": yes.data})
