"""Lines as a person at the desk writes them, priced from our own rows like those of a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection

from bot.catalog.product import Product
from bot.catalog.units import to_base, whole_enough
from bot.errors import BadInputError
from bot.ordering.pricing import OrderLine, price_line
from bot.runtime import Runtime
from bot.situation import Outlet
from jobs.turn.catalog_cache import load_prices, load_products

NOTHING_KEPT: Mapping[str, OrderLine] = {}


@dataclass(frozen=True, slots=True)
class WantedLine:
    """`quantity` of `unit`, as a person wrote it; nothing of it takes the line out."""

    sku: str
    quantity: Decimal
    unit: str


def priced(
    runtime: Runtime, connection: Connection, wanted: Sequence[WantedLine], outlet: Outlet,
    kept: Mapping[str, OrderLine] = NOTHING_KEPT,
) -> tuple[OrderLine, ...]:  # fmt: skip
    """Goods of `kept` have the price that they were placed with, others today's. Raises BadInputError for what cannot be ordered."""
    products = {product.sku: product for product in load_products(connection)}
    contracts = load_prices(connection)
    today = runtime.clock().astimezone(runtime.settings.zone).date()
    lines: dict[str, OrderLine] = {}
    for line in wanted:
        product = _product(products, line, kept)
        if line.sku in lines:
            raise BadInputError(f"{product.name} is on the order twice; write it once, with the whole amount")
        if line.quantity > 0:
            before = kept.get(line.sku)
            price = before.unit_price if before else contracts.price(outlet.customer_id, line.sku, today)
            lines[line.sku] = _line(product, line, price)
    return tuple(lines.values())


def _product(products: Mapping[str, Product], line: WantedLine, kept: Mapping[str, OrderLine]) -> Product:
    product = products.get(line.sku)
    if product is None:
        raise BadInputError(f"there is no product {line.sku[:40]}")
    if not product.active and line.sku not in kept and line.quantity > 0:
        raise BadInputError(f"{product.name} is off sale")
    return product


def _line(product: Product, wanted: WantedLine, price: Decimal | None) -> OrderLine:
    """Raises BadInputError for a unit that it is not sold by, and for parts of what is sold whole."""
    quantity = to_base(product, wanted.quantity, wanted.unit)
    if not whole_enough(product, quantity):
        raise BadInputError(f"{product.name} is sold by whole {product.base_unit}s")
    return price_line(product, quantity, (wanted.quantity, wanted.unit), price)


def number_of(given: str) -> Decimal:
    """A quantity as a person types it. Raises BadInputError."""
    plain = given.strip().replace(",", "")
    try:
        found = Decimal(plain or "0")
    except ArithmeticError as error:
        raise BadInputError(f"{given[:20]!r} is not a number") from error
    if not found.is_finite() or not 0 <= found <= 1_000_000 or not plain.isascii():
        raise BadInputError(f"{given[:20]!r} cannot be ordered")
    return found
