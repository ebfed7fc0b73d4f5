"""How a product is written where somebody asks about it: name, price and pack sizes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.catalog.product import Product
from bot.catalog.units import label
from bot.ordering.pricing import Amount, amount_asked, to_cents
from bot.replies.order_lines import money, number, price_each


def product_lines(
    product: Product, currency: str, price: Decimal | None, asked: Sequence[tuple[Decimal, str]]
) -> list[str]:
    """What a product costs, and first what the amount costs that was asked about, where it is sold by that unit."""
    line, amount = product_line(product, currency, price), amount_asked(product, asked)
    if amount is None:
        return [line]
    total = money(to_cents(amount.pieces * (product.unit_price if price is None else price)), currency)
    return [f"• {amount_words(amount, product)} {product.name}: {total}", line]


def amount_words(amount: Amount, product: Product) -> str:
    """ "3 bdl = 75 pcs", or "75 pcs" where that was said."""
    pieces = f"{number(amount.pieces)} {label(product.base_unit)}"
    return pieces if amount.unit == product.base_unit else f"{number(amount.count)} {label(amount.unit)} = {pieces}"


def product_line(product: Product, currency: str, price: Decimal | None = None) -> str:
    """Name, price (`price` is this outlet's own, else the catalog's) and pack sizes of a product."""
    packs = ", ".join(
        f"{label(unit)} = {number(size)} {label(product.base_unit)}" for unit, size in product.pack_units.items()
    )
    amount = price_each(product.unit_price if price is None else price, currency)
    return f"• {product.name}: {amount} / {label(product.base_unit)}" + (f" ({packs})" if packs else "")
