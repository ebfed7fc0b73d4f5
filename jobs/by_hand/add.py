"""A person adds a product or an outlet by hand: a row as of a file, refused when there is one with that code already."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from bot.catalog.catalog_csv import product_row
from bot.errors import BadInputError
from bot.identity.outlets_csv import outlet_row
from jobs.by_hand.bring_in import note_outlet, note_product
from jobs.catalog_changed import lock_catalog
from jobs.imports.catalog import compare_products, import_catalog
from jobs.imports.compared import Compared
from jobs.imports.outlets import compare_outlets, import_outlets
from jobs.reads.trade_rows import outlets, products

PRODUCT_CELLS = ("sku", "name", "category", "aliases", "base_unit", "pack_units", "unit_price", "active")
OUTLET_CELLS = (
    "outlet_id", "name", "phone", "default_language", "customer", "contacts", "confirm_orders", "cutoff", "delivery_days",
)  # fmt: skip


def add_product(connection: Connection, cells: Mapping[str, str], *, actor: str) -> str:
    """Its SKU; the next message is read with it. `cells` are those of the catalog file. Raises BadInputError with all that is wrong."""
    wanted = product_row(_written(cells, PRODUCT_CELLS))
    lock_catalog(connection)
    (row,) = compare_products(connection, [wanted])
    _refuse_known(row, bool(products(connection, sku=wanted.sku)), "a product")
    import_catalog(connection, [wanted], deactivate_missing=False)
    note_product(connection, row, actor=actor)
    return wanted.sku


def add_outlet(connection: Connection, cells: Mapping[str, str], *, actor: str) -> str:
    """Its code. `cells` are those of the outlets file; without a phone nobody may order for it yet. Raises BadInputError."""
    written = _written(cells, OUTLET_CELLS)
    wanted = outlet_row(written, with_phones=bool(written["phone"] or written["contacts"]))
    lock_catalog(connection)
    (row,) = compare_outlets(connection, [wanted])
    _refuse_known(row, bool(outlets(connection, code=wanted.code)), "an outlet")
    import_outlets(connection, [wanted], actor=actor)
    note_outlet(connection, row, actor=actor)
    return wanted.code


def _written(cells: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: cells.get(name, "").strip() for name in names}


def _refuse_known(row: Compared, is_there: bool, what: str) -> None:
    """In any case of letters: addresses of the console and people do not tell them apart."""
    if not row.is_new or is_there:
        raise BadInputError(f"there is {what} {row.code} already")
