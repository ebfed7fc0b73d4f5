"""The catalog in memory: built from our rows once per version, shared by every job of the process."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import Connection, text

from bot.catalog.index import CatalogIndex
from bot.catalog.product import Product
from bot.ordering.prices import Contract, PriceList
from bot.runtime import Runtime

PRODUCTS = text("""
SELECT p.id, p.sku, p.name, p.category, p.aliases, p.base_unit, p.unit_price, p.is_active,
       COALESCE((SELECT json_object_agg(unit, factor::text ORDER BY factor) FROM pack_units WHERE product_id = p.id), '{}') AS packs
FROM products p ORDER BY p.id
""")
CONTRACTS = text("""
SELECT c.customer_id, p.sku, c.unit_price, c.valid_from, c.valid_to
FROM contract_prices c JOIN products p ON p.id = c.product_id ORDER BY c.id
""")
OUTLET_ALIASES = text("""
SELECT a.product_id, o.code, a.alias FROM product_aliases a JOIN outlets o ON o.id = a.outlet_id ORDER BY a.id
""")


def load_products(connection: Connection) -> list[Product]:
    """Every product, active or not, with its packs and names."""
    local: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(OUTLET_ALIASES):
        local[row.product_id][row.code].append(row.alias)
    return [
        Product(
            sku=row.sku,
            name=row.name,
            category=row.category,
            base_unit=row.base_unit,
            unit_price=row.unit_price,
            aliases=tuple(row.aliases),
            pack_units={unit: Decimal(factor).normalize() for unit, factor in row.packs.items()},
            active=row.is_active,
            outlet_aliases={code: tuple(names) for code, names in local[row.id].items()},
        )
        for row in connection.execute(PRODUCTS)
    ]


def load_prices(connection: Connection) -> PriceList:
    """Every contract price, past and future ones too: the day of the order decides."""
    contracts: dict[tuple[int, str], list[Contract]] = defaultdict(list)
    for row in connection.execute(CONTRACTS):
        contracts[row.customer_id, row.sku].append(Contract(row.unit_price, row.valid_from, row.valid_to))
    return PriceList({key: tuple(found) for key, found in contracts.items()})


def current_index(runtime: Runtime, connection: Connection, version: int) -> CatalogIndex:
    """The index of that catalog version, from memory when it is the one already built."""
    if runtime.catalog is None or runtime.catalog[0] != version:
        runtime.catalog = (version, CatalogIndex.build(load_products(connection)))
    return runtime.catalog[1]


def current_prices(runtime: Runtime, connection: Connection, version: int) -> PriceList:
    """The contract prices of that catalog version, from memory likewise."""
    if runtime.prices is None or runtime.prices[0] != version:
        runtime.prices = (version, load_prices(connection))
    return runtime.prices[1]
