"""Turns mentions and quantities into the `Goods` and `Amount` of statements, as the catalog answers them."""

from __future__ import annotations

from bot.understanding.message_facts import Facts
from bot.understanding.resolve import Quoter, Resolver, Said
from bot.understanding.spans import Mention, Quantity
from bot.understanding.statements import Amount, Goods


def goods_of(facts: Facts, mention: Mention, amount: Said) -> tuple[Goods, Said]:
    resolver = Resolver(facts.index, Quoter(facts.tokens, facts.folded))
    found, amount = resolver.find(mention, amount)
    skus = (mention.sku,) if mention.sku is not None else ()
    fits = skus or tuple(sorted(s for s in facts.index.holding(mention.bag) if facts.index.products[s].active))
    return Goods(
        resolver.quote.of(mention), found.how, found.skus, () if mention.unknown else fits, mention.bag,
        modifier=mention.modifier, note=" ".join(found.notes), sure=not (mention.repaired or found.notes),
        span=(facts.tokens[mention.start].start, facts.tokens[mention.end - 1].end),
    ), amount  # fmt: skip


def as_amount(facts: Facts, quantity: Quantity) -> Amount:
    text = Quoter(facts.tokens, facts.folded).of(quantity)
    return Amount(
        quantity.value, quantity.unit, quantity.parts, quantity.odd, quantity.each, quantity.pack_of, text,
        (facts.tokens[quantity.start].start, facts.tokens[quantity.end - 1].end),
    )  # fmt: skip
