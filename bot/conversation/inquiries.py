"""Questions about products, prices and policies: answered from our rows, never turned into orders."""

from __future__ import annotations

from bot.catalog.product import Product
from bot.conversation.turn import Turn
from bot.decision import Decision, Escalate, Outcome, Reply

MAX_SHOWN = 10


def mentioned(turn: Turn) -> tuple[Product, ...]:
    """The active products that the message speaks of, as it was read, best first."""
    intent, index = turn.intent, turn.situation.index
    skus = [line.sku for line in intent.lines] + [sku for question in intent.questions for sku in question.candidates]
    products = (index.products[sku] for sku in dict.fromkeys(skus))
    return tuple(product for product in products if product.active)


def product(turn: Turn) -> Decision:
    """Lists what fits with pack sizes and what this outlet pays; an order or question that waits goes on waiting."""
    products = mentioned(turn)
    if not products:
        return Decision((Reply("no_such_product"),), question=turn.situation.question)
    shown = products[:MAX_SHOWN]
    prices = {product.sku: price for product in shown if (price := turn.price(product.sku)) is not None}
    reply = Reply("products" if len(shown) > 1 else "one_product", {"products": shown, "prices": prices})
    more = (Reply("more_products", {"count": len(products) - MAX_SHOWN}),) if len(products) > MAX_SHOWN else ()
    return Decision((reply, *more), question=turn.situation.question)


def policy(turn: Turn) -> Decision:
    """Goes to a person as a task; the bot goes on taking orders meanwhile."""
    task = Escalate("policy question", takes_over=False)
    return Decision(
        (Reply("ask_team"),), Outcome.HANDED_OVER, "policy", question=turn.situation.question, escalate=task
    )
