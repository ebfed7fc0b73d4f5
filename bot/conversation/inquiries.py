"""Questions about products, prices and policies: answered from our rows, never turned into orders."""

from __future__ import annotations

from decimal import Decimal

from bot.catalog.families import families
from bot.catalog.product import Product
from bot.conversation import confirm_or_cancel, documents, terms
from bot.conversation.offered import with_offer
from bot.conversation.turn import Turn
from bot.decision import Decision, Reply
from bot.language.scan import NUMBER
from bot.language.tokeniser import singular
from bot.understanding.intent import IntentKind

MAX_SHOWN = 10
NAMES_NOTHING = 2
"""Words of a question that is too short to name goods: "how much?"."""


def product(turn: Turn) -> Decision:
    """Lists what fits with pack sizes and what this outlet pays; an order or question that waits goes on waiting.

    "How much in all?" names no product: the order is shown with its total.
    """
    products = mentioned(turn)
    if not products:
        return _none_named(turn)
    listed = _listed(turn, products)
    return documents.beside(turn, listed) if turn.intent.kind is IntentKind.INQUIRY_PRODUCT else listed


def total(turn: Turn) -> Decision | None:
    """ "how much altogether?": the order as it stands, with its total; None where goods are named, or nothing is ordered."""
    intent, situation = turn.intent, turn.situation
    named = bool(intent.lines or intent.changes or intent.questions or intent.spoken_of)
    if named or intent.kind is IntentKind.COMPLAINT or (situation.draft is None and not situation.own_orders):
        return None
    return confirm_or_cancel.status(turn) if terms.asks_only("asks_total", turn.said.text) else None


def _none_named(turn: Turn) -> Decision:
    if terms.asks("asks_assortment", turn.said.text):
        return assortment(turn)
    if turn.intent.kind is IntentKind.INQUIRY_PRICE and turn.situation.last_order:
        return confirm_or_cancel.status(turn)
    if len(turn.said.text.split()) <= NAMES_NOTHING:
        return assortment(turn)
    nothing = Decision((Reply("no_such_product"),), question=turn.situation.question)
    return documents.instead(turn) or nothing


def _listed(turn: Turn, products: tuple[Product, ...]) -> Decision:
    shown = products[:MAX_SHOWN]
    prices = {product.sku: price for product in shown if (price := turn.price(product.sku)) is not None}
    values = {"products": shown, "prices": prices, "asked": _asked_amounts(turn)}
    reply = Reply("products" if len(shown) > 1 else "one_product", values)
    more = (Reply("more_products", {"count": len(products) - MAX_SHOWN}),) if len(products) > MAX_SHOWN else ()
    told = Decision((reply, *more), question=turn.situation.question)
    return with_offer(turn, told, products, _asked_amounts(turn))


def assortment(turn: Turn) -> Decision:
    """Everything that is sold, by family."""
    found = families(turn.situation.index.products.values())
    return Decision((Reply("families", {"families": found}),), reason="assortment", question=turn.situation.question)


def vague(turn: Turn) -> Decision | None:
    """ "need some boxes": nothing to order yet, but goods that the catalog has; None when it has nothing of the kind."""
    if terms.asks("asks_assortment", turn.said.text):
        return assortment(turn)
    index = turn.situation.index.for_outlet(turn.outlet.code)
    words = {word for token in index.read(turn.said.text) for word in (token.word, singular(token.text)) if word}
    skus = {sku for word in words if index.knows(word) for sku in index.holding([word])}
    found = families(index.products[sku] for sku in index.products if sku in skus)
    if not found:
        return None
    return Decision((Reply("families_of", {"families": found}),), reason="which", question=turn.situation.question)


def _asked_amounts(turn: Turn) -> tuple[tuple[Decimal, str], ...]:
    """How much the price may be asked for: "a carton", "5 ctn", "per packet". A product takes the first unit that it has."""
    tokens = turn.situation.index.for_outlet(turn.outlet.code).read(turn.said.text)
    found = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.has("unit"):
            count = before.value if before is not None and before.kind == NUMBER else None
            found.append((count if count and count > 0 else Decimal(1), str(token.roles["unit"])))
    return tuple(found)


def mentioned(turn: Turn) -> tuple[Product, ...]:
    """The active products that the message speaks of, best first."""
    products = turn.situation.index.products
    return tuple(products[sku] for sku in turn.intent.spoken_of if sku in products)
