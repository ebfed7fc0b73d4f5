"""Questions about products, prices and policies: answered from our rows, never turned into orders."""

from __future__ import annotations

from bot.catalog.product import Product
from bot.conversation.turn import Turn
from bot.decision import Decision, Escalate, Outcome, Reply

MAX_SHOWN = 8


def mentioned(turn: Turn) -> tuple[Product, ...]:
    """The active products that the message speaks of, best first."""
    intent, index = turn.intent, turn.situation.index
    skus = [line.sku for line in intent.lines] + [sku for question in intent.questions for sku in question.candidates]
    found = skus or list(index.search(turn.said.text, limit=MAX_SHOWN))
    products = (index.products[sku] for sku in dict.fromkeys(found))
    return tuple(product for product in products if product.active)[:MAX_SHOWN]


def product(turn: Turn) -> Decision:
    """Lists what fits, with pack sizes and prices."""
    products = mentioned(turn)
    if not products:
        return Decision((Reply("no_such_product"),), question=turn.situation.question)
    return Decision((Reply("products", {"products": products}),), question=turn.situation.question)


def policy(turn: Turn) -> Decision:
    """Goes to a person as a task; the bot goes on taking orders meanwhile."""
    task = Escalate("policy question", takes_over=False)
    return Decision(
        (Reply("ask_team"),), Outcome.HANDED_OVER, "policy", question=turn.situation.question, escalate=task
    )
