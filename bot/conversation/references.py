"""What a message means by pointing: a quoted message, a thumbs-up, a YES to words that wait. Settled before it is read.

Pointing carries no authority: the message pointed at is one of this conversation (jobs/turn/referred_message.py), and a
thumbs-up counts like the button of the same question would, for the same serial, while that question is open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.channels.base import MessageKind
from bot.conversation import on_behalf, order_decisions
from bot.conversation.targets import open_orders
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
    referred = situation.referred
    if (
        said.kind is not MessageKind.TEXT
        or referred is None
        or referred.order_id is None
        or situation.meant_order_id is not None
    ):
        return said, situation
    if situation.draft is not None and situation.draft.id == referred.order_id:
        return said, situation
    return said, replace(situation, meant_order_id=referred.order_id)


def with_quoted_line(intent: Intent, said: Said, situation: Situation, read: Callable[[str], Intent]) -> Intent:
    """ "make it 200" under a message about one product: read with that product's name, kept when that is all it needed."""
    sku = situation.referred.sku if situation.referred else None
    product = situation.index.products.get(sku) if sku else None
    clear = intent.kind in WRITES_ORDER and bool(intent.lines or intent.changes) and not intent.questions
    if product is None or clear or said.kind is not MessageKind.TEXT or len(said.text.split()) > MAX_WORDS:
        return intent
    second = read(f"{said.text} {product.name}")
    named = {line.sku for line in second.lines} | {change.sku for change in second.changes}
    return second if second.kind in WRITES_ORDER and product.sku in named and not second.questions else intent


def quoted(turn: Turn) -> Decision | None:
    """What is done to a quoted order whole; None when nothing is quoted or the words go their usual way."""
    referred = turn.situation.referred
    if referred is None or turn.said.kind is not MessageKind.TEXT or turn.intent.kind not in CHANGES_THE_QUOTED:
        return None
    if turn.intent.kind is IntentKind.ORDER_CONFIRM:
        return _confirms(turn)
    draft = turn.situation.draft
    if referred.order_id is None or (draft is not None and draft.id == referred.order_id):
        return None
    order = next((order for order in open_orders(turn) if order.id == referred.order_id), None)
    if order is None:
        task = Escalate("change of a closed order", takes_over=False)
        return Decision(
            (Reply("quoted_closed"),),
            Outcome.HANDED_OVER,
            "quoted_closed",
            escalate=task,
            question=turn.situation.question,
        )
    if turn.intent.kind is IntentKind.ORDER_CANCEL:
        if turn.intent.doubtful:
            return None
        return replace(order_decisions.cancelled(turn, order), question=turn.situation.question)
    return None


def _confirms(turn: Turn) -> Decision | None:
    """YES under an old question is not a YES to the one that is open now."""
    referred, question = turn.situation.referred, turn.situation.question
    if question is None or referred is None or referred.inbound or referred.answers == question.serial:
        return None
    return Decision((Reply("question_closed"),), reason="stale_quote", question=question)


def _as_press(said: Said, situation: Situation) -> Said:
    question, referred = situation.question, situation.referred
    if said.kind is not MessageKind.REACTION or question is None or referred is None or referred.inbound:
        return said
    fits = question.kind is QuestionKind.CONFIRM and referred.answers == question.serial and question.doubt != TWICE
    if not fits or not said.text.startswith(THUMBS_UP):
        return said
    return replace(
        said, kind=MessageKind.BUTTON, text="", payload={"data": choice_buttons(question.serial, ("yes",))[0].data}
    )
