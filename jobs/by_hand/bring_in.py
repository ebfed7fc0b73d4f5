"""A person brings a file in that they have looked at: what was shown is done or nothing, and each row is audited before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, TextClause, text

from bot.catalog.catalog_csv import catalog_rows
from bot.catalog.product import Product
from bot.errors import BadInputError
from bot.identity.outlets_csv import OutletRow, outlet_rows
from jobs.audit import audit
from jobs.catalog_changed import lock_catalog
from jobs.imports.catalog import import_catalog, preview_catalog
from jobs.imports.compared import Compared, Preview
from jobs.imports.outlets import PHONES, import_outlets, preview_outlets

Row = TypeVar("Row")
ANOTHER = "What is stored has changed since the preview. Look at it again, then bring it in."
_PRODUCT_IDS = text("SELECT sku AS code, id FROM products WHERE sku = ANY(:codes)")
_OUTLET_IDS = text("SELECT code, id FROM outlets WHERE code = ANY(:codes)")


@dataclass(frozen=True, slots=True)
class Trade(Generic[Row]):
    """How one kind of file is read, compared and written. `table` is what a row of it is called in the audit."""

    table: str
    ids: TextClause
    read: Callable[[str], tuple[dict[int, Row], list[str]]]
    preview: Callable[[Connection, Mapping[int, Row], Sequence[str]], Preview]
    write: Callable[[Connection, Sequence[Row], str], None]


def _write_products(connection: Connection, products: Sequence[Product], _actor: str) -> None:
    import_catalog(connection, products, deactivate_missing=False)


def _write_outlets(connection: Connection, outlets: Sequence[OutletRow], actor: str) -> None:
    import_outlets(connection, outlets, actor=actor)


PRODUCTS = Trade("product", _PRODUCT_IDS, catalog_rows, preview_catalog, _write_products)
OUTLETS = Trade("outlet", _OUTLET_IDS, outlet_rows, preview_outlets, _write_outlets)


def look_at(connection: Connection, trade: Trade[Row], csv: str) -> Preview:
    """What bringing this text of a file in would do. Raises BadInputError when it is no such file."""
    return trade.preview(connection, *trade.read(csv))


def bring_in(connection: Connection, trade: Trade[Row], csv: str, *, seen: str, actor: str) -> Preview:
    """Raises BadInputError when a row is refused, or when it would do something else than the preview with the mark `seen`."""
    lock_catalog(connection)
    rows, refused = trade.read(csv)
    shown = trade.preview(connection, rows, refused)
    if shown.refused:
        raise BadInputError("Nothing was brought in: some rows are refused.")
    if shown.mark != seen:
        raise BadInputError(ANOTHER)
    trade.write(connection, list(rows.values()), actor)
    note_rows(connection, list(shown.rows.values()), trade.table, trade.ids, actor=actor)
    counts = {"added": shown.added, "changed": shown.changed, "unchanged": shown.unchanged}
    audit(connection, actor, f"{trade.table}s_brought_in", f"{trade.table}s", counts)
    return shown


def note_rows(connection: Connection, rows: list[Compared], table: str, ids: TextClause, *, actor: str) -> None:
    """One audit row for each. Phones are no part of it: who was bound is audited by contact."""
    found = {row.code: row.id for row in connection.execute(ids, {"codes": [row.code for row in rows]})}
    for row in rows:
        differences = {name: values for name, values in row.differences.items() if name != PHONES}
        detail = {"after": {name: _plain(after) for name, (_, after) in differences.items()}}
        if not row.is_new:
            detail["before"] = {name: _plain(before) for name, (before, _) in differences.items()}
        audit(
            connection, actor, f"{table}_{'added' if row.is_new else 'changed'}", f"{table}:{found[row.code]}", detail
        )


def note_product(connection: Connection, row: Compared, *, actor: str) -> None:
    note_rows(connection, [row], "product", _PRODUCT_IDS, actor=actor)


def note_outlet(connection: Connection, row: Compared, *, actor: str) -> None:
    note_rows(connection, [row], "outlet", _OUTLET_IDS, actor=actor)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return str(value) if isinstance(value, Decimal) else value
