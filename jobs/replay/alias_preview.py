"""What would be read differently if a proposed name counted: the outlet's past messages, read with it and without it."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.catalog.index import CatalogIndex
from bot.catalog.product import Product
from jobs.handoff.alias_proposals import Proposal
from jobs.replay.reread import Changed, changed_readings, history
from jobs.turn.catalog_cache import load_products


def preview(
    connection: Connection, proposal: Proposal, zone: ZoneInfo, *, most: int = 1_000
) -> tuple[int, list[Changed]]:
    """How many past messages were read, and those whose reading changes."""
    products = load_products(connection)
    named = [_named(product, proposal) if product.sku == proposal.sku else product for product in products]
    past = history(connection, outlet=proposal.outlet, most=most)
    return len(past), changed_readings(past, CatalogIndex.build(products), CatalogIndex.build(named), zone)


def _named(product: Product, proposal: Proposal) -> Product:
    own = product.outlet_aliases.get(proposal.outlet, ())
    return replace(product, outlet_aliases={**product.outlet_aliases, proposal.outlet: (*own, proposal.alias)})
