"""Brings a catalog file into the database in one transaction: products change in place, a second run changes nothing.

Products that the file does not name stay as they are, unless asked to be taken off sale. Orders copied their names and
prices when they were placed, so no import changes an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.catalog.catalog_csv import looks_of
from bot.catalog.product import Product
from bot.csv_rows import refuse
from jobs.catalog_changed import catalog_changed, lock_catalog
from jobs.imports.compared import Compared, Preview, preview_of
from models import product as tables

PRODUCTS: Table = tables.Product.__table__  # type: ignore[assignment]
PACKS: Table = tables.PackUnit.__table__  # type: ignore[assignment]
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class CatalogImport:
    """What an import did; `changed` is empty when the file says what the database already held."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    taken_off: tuple[str, ...]

    @property
    def any_change(self) -> bool:
        return bool(self.added or self.changed or self.taken_off)


def import_catalog(connection: Connection, products: Sequence[Product], *, deactivate_missing: bool) -> CatalogImport:
    """Write what differs. Imports wait for each other; the catalog version rises when anything changed."""
    lock_catalog(connection)
    present = _present(connection)
    rows = [_compared(product, present) for product in products]
    refuse(_look_alike(rows, present))
    added = tuple(row.code for row in rows if row.is_new)
    changed = tuple(row.code for row in rows if row.differs and not row.is_new)
    _write(connection, [dict(row.after) for row in rows if row.differs])
    wanted = {row.code for row in rows}
    missing = [sku for sku, row in present.items() if sku not in wanted and row["is_active"]]
    taken_off = tuple(missing) if deactivate_missing else ()
    if taken_off:
        connection.execute(update(PRODUCTS).where(PRODUCTS.c.sku.in_(taken_off)).values(is_active=False))
    result = CatalogImport(added, changed, len(rows) - len(added) - len(changed), taken_off)
    if result.any_change:
        catalog_changed(connection)
    return result


def compare_products(connection: Connection, products: Sequence[Product]) -> list[Compared]:
    """Each with what is stored of it."""
    present = _present(connection)
    return [_compared(product, present) for product in products]


def preview_catalog(connection: Connection, products: Mapping[int, Product], refused: Sequence[str]) -> Preview:
    """What `import_catalog` would do with these rows of a file, and what it refuses beside `refused`. Nothing is written."""
    present = _present(connection)
    rows = {number: _compared(product, present) for number, product in products.items()}
    alike = {number: why for number, row in rows.items() for why in _look_alike([row], present)}
    good = {number: row for number, row in rows.items() if number not in alike}
    return preview_of(good, [*refused, *(f"row {number}: {why}" for number, why in alike.items())])


def _compared(product: Product, present: dict[str, dict[str, Any]]) -> Compared:
    return Compared(product.sku, product.name, _row(product), present.get(product.sku))


def _look_alike(rows: Sequence[Compared], present: dict[str, dict[str, Any]]) -> list[str]:
    """New SKUs that nobody could tell from one that is there: whoever reads an order would see the wrong one."""
    new = [row.code for row in rows if row.is_new]
    there = {looks_of(sku): sku for sku in present} if new else {}
    return [f"SKU {sku} looks like {there[looks_of(sku)]}, which is there" for sku in new if looks_of(sku) in there]


def _row(product: Product) -> dict[str, Any]:
    return {
        "sku": product.sku,
        "name": product.name,
        "category": product.category,
        "aliases": list(product.aliases),
        "base_unit": product.base_unit,
        "unit_price": product.unit_price,
        "is_active": product.active,
        "packs": dict(product.pack_units),
    }


def _present(connection: Connection) -> dict[str, dict[str, Any]]:
    columns = [
        PRODUCTS.c[name] for name in ("sku", "name", "category", "aliases", "base_unit", "unit_price", "is_active")
    ]
    found: dict[str, dict[str, Any]] = {}
    skus: dict[int, str] = {}
    for row in connection.execute(select(PRODUCTS.c.id, *columns)).mappings():
        skus[row["id"]] = row["sku"]
        found[row["sku"]] = {name: value for name, value in row.items() if name != "id"} | {"packs": {}}
    for product_id, unit, factor in connection.execute(select(PACKS.c.product_id, PACKS.c.unit, PACKS.c.factor)):
        found[skus[product_id]]["packs"][unit] = factor
    return found


def _write(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    for batch in _batches(rows):
        added = insert(PRODUCTS).values([{k: v for k, v in row.items() if k != "packs"} for row in batch])
        fresh = {name: added.excluded[name] for name in batch[0] if name not in ("sku", "packs")}
        statement = added.on_conflict_do_update(index_elements=["sku"], set_=fresh)
        written = connection.execute(statement.returning(PRODUCTS.c.sku, PRODUCTS.c.id))
        ids: dict[str, int] = dict(written.all())
        _write_packs(connection, {ids[row["sku"]]: row["packs"] for row in batch})


def _write_packs(connection: Connection, packs: dict[int, dict[str, Decimal]]) -> None:
    connection.execute(delete(PACKS).where(PACKS.c.product_id.in_(packs)))
    rows = [
        {"product_id": product_id, "unit": unit, "factor": factor}
        for product_id, units in packs.items()
        for unit, factor in units.items()
    ]
    for batch in _batches(rows):
        connection.execute(insert(PACKS), batch)


def _batches(rows: Sequence[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    for start in range(0, len(rows), BATCH):
        yield list(rows[start : start + BATCH])
