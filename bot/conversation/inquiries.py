"""Questions about products, prices and policies: answered from our rows, never turned into orders."""

from __future__ import annotations

from bot.catalog.product import Product
from bot.conversation import closing
from bot.conversation.turn import Turn
from bot.decision import Decision, Escalate, Outcome, Reply
from bot.understanding.intent import IntentKind

MAX_SHOWN = 10


def product(turn: Turn) -> Decision:
    """Lists what fits with pack sizes and what this outlet pays; an order or question that waits goes on waiting.

    "How much in all?" names no product: the order is shown with its total.
    """
    products = mentioned(turn)
    if not products and turn.intent.kind is IntentKind.INQUIRY_PRICE and turn.situation.last_order:
        return closing.status(turn)
    if not products:
        return Decision((Reply("no_such_product"),), question=turn.situation.question)
    shown = products[:MAX_SHOWN]
    prices = {product.sku: price for product in shown if (price := turn.price(product.sku)) is not None}
    reply = Reply("products" if len(shown) > 1 else "one_product", {"products": shown, "prices": prices})
    more = (Reply("more_products", {"count": len(products) - MAX_SHOWN}),) if len(products) > MAX_SHOWN else ()
    return Decision((reply, *more), question=turn.situation.question)


def mentioned(turn: Turn) -> tuple[Product, ...]:
    """The active products that the message speaks of, best first."""
    products = turn.situation.index.products
    return tuple(products[sku] for sku in turn.intent.spoken_of if sku in products)


def policy(turn: Turn) -> Decision:
    """Goes to a person as a task; the bot goes on taking orders meanwhile."""
    task = Escalate("policy question", takes_over=False)
    return Decision(
        (Reply("ask_team"),), Outcome.HANDED_OVER, "policy", question=turn.situation.question, escalate=task
    )
