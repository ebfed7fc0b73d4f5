"""What our rows say that a document could say otherwise: out of PostgreSQL, else out of the settings and the shipped catalog."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from bot.catalog.catalog_csv import read_catalog
from bot.errors import TriaError
from bot.knowledge.contradictions import Facts
from bot.runtime import Runtime
from bot.settings import ROOT, Settings
from bot.telemetry import get_logger
from jobs.reads.tax import rate_in_force

log = get_logger(__name__)

_OUTLETS = text("SELECT DISTINCT cutoff, min_order_total FROM outlets WHERE is_active")
_PRODUCTS = text("SELECT name, unit_price FROM products WHERE is_active")


def facts_of(runtime: Runtime) -> Facts:
    settings = runtime.settings
    try:
        with runtime.engine.connect() as connection:
            return _of_rows(connection, runtime)
    except (SQLAlchemyError, TriaError) as error:  # a bare clone: the documents can be built without any database
        log.info("documents are compared with the settings and the shipped catalog", reason=type(error).__name__)
        prices = {product.name: product.unit_price for product in read_catalog(ROOT / "data" / "catalog.csv")}
        return _facts(settings, [(None, None)], settings.tax_rate, prices)


def _of_rows(connection: Connection, runtime: Runtime) -> Facts:
    today = runtime.clock().astimezone(runtime.settings.zone).date()
    outlets = [(row.cutoff, row.min_order_total) for row in connection.execute(_OUTLETS)] or [(None, None)]
    tax = rate_in_force(connection, today)
    prices = {row.name: row.unit_price for row in connection.execute(_PRODUCTS)}
    return _facts(runtime.settings, outlets, runtime.settings.tax_rate if tax is None else tax, prices)


def _facts(
    settings: Settings, outlets: list[tuple[str | None, Decimal | None]], tax: Decimal, prices: dict[str, Decimal]
) -> Facts:
    cutoffs = frozenset(cutoff or settings.order_cutoff for cutoff, _ in outlets)
    minimums = frozenset(settings.min_order_total if least is None else least for _, least in outlets)
    return Facts(cutoffs, minimums, tax, prices)
