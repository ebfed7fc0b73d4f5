"""A change of a placed order that waits for its YES: the customer speaks of the order as it was shown to them."""

from __future__ import annotations

from dataclasses import replace

from bot.catalog.index import CatalogIndex
from bot.conversation.baskets import TWICE, applied
from bot.ordering.pricing import OrderLine, price_line
from bot.situation import OpenQuestion, OrderView, QuestionKind, Situation


def with_proposal(situation: Situation) -> Situation:
    """The situation with the order as it would become: "cancel the foil" takes the foil out of what was proposed."""
    question = situation.asked(QuestionKind.CONFIRM)
    if question is None or question.cancels or not question.changes or question.doubt == TWICE:
        return situation
    orders = tuple(
        _proposed(order, question, situation.index) if order.id == question.order_id else order
        for order in situation.orders
    )
    return replace(situation, orders=orders)


def _proposed(order: OrderView, question: OpenQuestion, index: CatalogIndex) -> OrderView:
    old = {line.sku: line for line in order.lines}
    basket = applied(order.quantities, question.changes)
    lines = [
        old[sku] if sku in old and old[sku].quantity == quantity else price_line(index.products[sku], quantity, None)
        for sku, quantity in basket.items()
        if sku in old or sku in index.products
    ]
    said = tuple(_as_shown(line) for line in lines)
    return replace(order, lines=said, delivery_date=question.day or order.delivery_date)


def _as_shown(line: OrderLine) -> OrderLine:
    """The packs that were shown are those that a bare amount means."""
    if line.said_unit is not None or line.pack_unit is None:
        return line
    return replace(line, said_quantity=line.pack_quantity, said_unit=line.pack_unit)
