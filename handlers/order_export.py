"""Orders as rows of a file: one row a line of an order, as CSV or as a spreadsheet. No cell of either is ever calculated."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from handlers.csv_cells import as_csv

COLUMNS = (
    "number", "outlet_id", "outlet_name", "status", "placed_at", "delivery_date", "currency", "subtotal", "tax", "total",
    "sku", "name", "quantity", "unit", "pack_quantity", "pack_unit", "unit_price", "line_total",
    "channel", "source_message_ids", "notes",
)  # fmt: skip
NUMBERS = frozenset({"subtotal", "tax", "total", "quantity", "pack_quantity", "unit_price", "line_total"})


def orders_as_csv(orders: Iterable[dict[str, Any]]) -> str:
    return as_csv(COLUMNS, (row for order in orders for row in rows_of(order)))


def orders_as_xlsx(orders: Iterable[dict[str, Any]]) -> bytes:
    """Text is written as text: a name that begins with `=` is that name. Amounts are numbers, so that they can be summed."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, 0, len(COLUMNS) - 1)
        for number, row in enumerate((row for order in orders for row in rows_of(order)), 1):
            for place, column in enumerate(COLUMNS):
                _write(sheet, number, place, column, row.get(column))
    return out.getvalue()


def _write(sheet: Any, row: int, place: int, column: str, value: object) -> None:
    if value is None:
        return
    if column in NUMBERS:
        sheet.write_number(row, place, float(str(value)))
    else:
        sheet.write_string(row, place, str(value))


def rows_of(order: dict[str, Any]) -> list[dict[str, Any]]:
    """An order without lines is one row."""
    head = order | {"source_message_ids": "|".join(order["source_message_ids"])}
    return [head | line for line in order["lines"]] or [head]
