"""Questions about products, prices and policies: answered from our rows, never turned into orders."""

from __future__ import annotations

from bot.catalog.index import CatalogIndex
from bot.catalog.match import nearest
from bot.catalog.product import Product
from bot.conversation import closing
from bot.conversation.turn import Turn
from bot.decision import Decision, Escalate, Outcome, Reply
from bot.understanding.intent import Context, IntentKind
from bot.understanding.reader import look
from bot.understanding.spans import Mention

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
    index = turn.situation.index.for_outlet(turn.outlet.code)
    today = turn.said.said_at.astimezone(turn.outlet.delivery.zone).date()
    skus: dict[str, None] = {}
    facts = look(turn.said.text, index, Context(), today)
    for element in facts.elements if facts else ():
        if isinstance(element, Mention):
            skus.update(dict.fromkeys(_meant(index, element)))
    products = (index.products[sku] for sku in skus)
    return tuple(product for product in products if product.active)


def _meant(index: CatalogIndex, mention: Mention) -> tuple[str, ...]:
    """The product of that name, else all that hold every word, else the nearest."""
    if mention.sku is not None:
        return (mention.sku,)
    named = index.exact(mention.bag)
    if named:
        return named
    known = frozenset(word for word in mention.bag if index.knows(word))
    holding = sorted(sku for sku in index.holding(known) if known & index.core[sku])
    active = tuple(sku for sku in holding if index.products[sku].active)
    return active or nearest(index, mention.bag)


def policy(turn: Turn) -> Decision:
    """Goes to a person as a task; the bot goes on taking orders meanwhile."""
    task = Escalate("policy question", takes_over=False)
    return Decision(
        (Reply("ask_team"),), Outcome.HANDED_OVER, "policy", question=turn.situation.question, escalate=task
    )
