"""What is said about messages that are not words: the truth, what to do instead, and who looks at them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from bot.catalog.index import CatalogIndex
from bot.channels.base import MessageKind
from bot.conversation import edited_message, orders
from bot.conversation.turn import Turn
from bot.decision import Decision, Escalate, Outcome, Reply
from bot.situation import Said
from bot.understanding.intent import WRITES_ORDER, Intent, IntentKind, Line, Question, QuestionReason

WORDS = frozenset({MessageKind.TEXT, MessageKind.BUTTON, MessageKind.EDIT})
FOR_A_PERSON = frozenset(
    {MessageKind.IMAGE, MessageKind.VOICE, MessageKind.VIDEO, MessageKind.DOCUMENT, MessageKind.CART}
)
"""May hold an order that we cannot read yet: a person looks at it."""


def decided(turn: Turn, by_words: Callable[[Turn], Decision]) -> Decision | None:
    """None for words. `by_words` decides a caption, which counts as much as a message of its own."""
    kind = turn.said.kind
    if kind in WORDS:
        return None
    if kind is MessageKind.DELETED:
        return edited_message.deleted(turn)
    if kind is MessageKind.CART and turn.situation.outlet and (intent := _cart(turn.said, turn.situation.index)):
        return orders.write(replace(turn, intent=intent))
    if kind in FOR_A_PERSON and turn.situation.outlet and turn.intent.kind in WRITES_ORDER:
        return _with_caption(turn, by_words(turn))
    return truthful(turn)


def truthful(turn: Turn) -> Decision:
    kind, question = turn.said.kind, turn.situation.question
    if kind in (MessageKind.REACTION, MessageKind.DELETED):
        return Decision(outcome=Outcome.IGNORED, reason=str(kind), question=question)
    if kind in FOR_A_PERSON:
        told = turn.situation.album_answered and not turn.said.text
        replies = () if told else (Reply("media_to_person", {"kind": str(kind)}),)
        return Decision(replies, Outcome.HANDED_OVER, str(kind), question=question, escalate=_task(kind))
    return Decision((Reply(f"media_{kind}"),), reason=str(kind), question=question)


def read_by_machine(intent: Intent) -> Intent:
    """What a MediaReader heard or saw is never placed without a YES."""
    return replace(intent, lines=tuple(replace(line, sure=False) for line in intent.lines))


def _with_caption(turn: Turn, decision: Decision) -> Decision:
    """The words are an order; the picture may say more, so a person looks at it all the same."""
    reply = Reply("media_beside_words", {"kind": str(turn.said.kind)})
    return replace(decision, replies=(*decision.replies, reply), escalate=decision.escalate or _task(turn.said.kind))


def _task(kind: MessageKind) -> Escalate:
    return Escalate(f"{kind} to read", takes_over=False)


def _cart(said: Said, index: CatalogIndex) -> Intent | None:
    """A catalogue cart as a reading: SKUs by equality, quantities in base units, prices in it ignored, always shown first."""
    lines: list[Line] = []
    questions: list[Question] = []
    for item in said.payload.get("cart") or ():
        sku, quantity = str(item.get("sku", "")), _quantity(item)
        product = index.products.get(sku)
        if product is None or not product.active:
            questions.append(Question(sku[:80], QuestionReason.INACTIVE if product else QuestionReason.UNKNOWN, ()))
        elif quantity is None:
            questions.append(Question(product.name, QuestionReason.QUANTITY, (sku,)))
        else:
            lines.append(Line(sku, quantity, None, quantity, product.name, sure=False))
    if not lines and not questions:
        return None
    return Intent(IntentKind.ORDER_CREATE, 1.0, tuple(lines), (), tuple(questions))


def _quantity(item: Mapping[str, object]) -> Decimal | None:
    """Whole ASCII digits only, at most six."""
    written = str(item.get("quantity", ""))
    if not (written.isascii() and written.isdecimal() and len(written) <= 6):
        return None
    return Decimal(written) if int(written) > 0 else None
