"""A day's packing as a PDF: the picking list, then a delivery sheet for each order. Any name prints that the console shows.

The letters come from font files that are installed with the program: Latin and Chinese from one, Tamil and Thai beside it. A
character that none of them has stands as `[?]`, and the sheet says so.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.catalog.units import label
from bot.replies.order_lines import number
from jobs.reads.picking import Picked

if TYPE_CHECKING:
    from fpdf import FPDF

MARGIN_MM, SMALL, PLAIN, LARGE = 14, 9, 10.5, 17
CHINESE = 2
"""The font file holds Chinese, Japanese and Korean shapes of the same characters; this is the place of the Chinese ones."""
MAIN, BESIDE = "main", ("Noto Sans Tamil", "Noto Sans Thai")
UNKNOWN = "[?]"
TOLD = f"{UNKNOWN} stands for a character that this sheet cannot print; the console shows it."
UNSEEN = frozenset({"Cc", "Cf"})
VARIANTS = range(0xFE00, 0xFE10)
"""They only choose between the looks of the character before."""


@dataclass(frozen=True, slots=True)
class Packing:
    """What is packed for a day. `orders` are as in the export, each with its outlet's name; `made_at` is local."""

    day: date
    made_at: datetime
    picked: Sequence[Picked]
    orders: Sequence[Mapping[str, Any]]


def packing_pdf(packing: Packing) -> bytes:
    pdf = _empty(f"Packing for {packing.day:%-d %B %Y}", packing.made_at)
    _picking_list(pdf, packing)
    for order in packing.orders:
        _delivery(pdf, order, packing.day)
    return bytes(pdf.output())


def _empty(title: str, made_at: datetime) -> FPDF:
    import fontpkg  # these load slowly, and a web process that nobody asks for a PDF needs none of them
    from fpdf import FPDF
    from noto_cjk_sans_otc import FONT_PATH

    class Sheet(FPDF):
        """Every page says its number."""

        def footer(self) -> None:
            self.set_y(-MARGIN_MM)
            self.set_font(MAIN, size=SMALL)
            self.cell(0, 5, f"{title} · made {made_at:%-d %b %Y, %H:%M} · page {self.page_no()} of {{nb}}", align="C")

    pdf = Sheet()
    pdf.add_font(MAIN, fname=str(FONT_PATH), collection_font_number=CHINESE)
    for family in BESIDE:
        pdf.add_font(family, fname=str(fontpkg.path(family)))
    pdf.set_fallback_fonts(list(BESIDE), exact_match=False)
    pdf.set_title(title)
    pdf.set_creation_date(made_at)
    pdf.set_margin(MARGIN_MM)
    pdf.set_auto_page_break(True, MARGIN_MM + 6)
    return pdf


def _picking_list(pdf: FPDF, packing: Packing) -> None:
    orders, outlets = len(packing.orders), len({order["outlet_id"] for order in packing.orders})
    _head(pdf, f"Pick for {packing.day:%A %-d %B %Y}", f"{_many(orders, 'order')} of {_many(outlets, 'outlet')}")
    if not packing.picked:
        _words(pdf, "Nothing to pack: no placed order is for this day.")
        return
    rows = [
        ("", f"{picked.name}\n{picked.sku}", picked.as_packs or "loose", _amount(picked.quantity, picked.unit), str(picked.outlets))
        for picked in packing.picked
    ]  # fmt: skip
    _table(pdf, ("Done", "Product", "In packs", "Quantity", "Outlets"), (9, 50, 24, 20, 12), rows)


def _delivery(pdf: FPDF, order: Mapping[str, Any], day: date) -> None:
    _head(pdf, order["outlet_name"], f"{order['number']} · {order['outlet_id']} · delivery {day:%A %-d %B %Y}")
    rows = [("", f"{line['name']}\n{line['sku']}", *_amounts(line)) for line in order["lines"]]
    _table(pdf, ("Done", "Product", "Packs", "Quantity"), (9, 62, 22, 22), rows)
    pdf.ln(3)
    if order["notes"]:
        _words(pdf, f"Note: {order['notes']}")
    pdf.ln(12)
    pdf.set_font(MAIN, size=PLAIN)
    pdf.cell(0, 6, "Received by ______________________________   Date and time ____________________")


def _amounts(line: Mapping[str, Any]) -> tuple[str, str]:
    packs = _amount(line["pack_quantity"], line["pack_unit"]) if line["pack_unit"] else "loose"
    return packs, _amount(line["quantity"], line["unit"])


def _amount(quantity: Decimal | str, unit: str) -> str:
    return f"{number(Decimal(str(quantity)))} {label(unit)}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _head(pdf: FPDF, title: str, below: str) -> None:
    pdf.add_page()
    _words(pdf, title, LARGE)
    _words(pdf, below)
    pdf.ln(4)


def _table(pdf: FPDF, heads: Sequence[str], widths: Sequence[int], rows: Iterable[Sequence[str]]) -> None:
    """Heads are said again on each page; the first column is an empty box to tick, the last ones are amounts."""
    from fpdf.fonts import FontFace

    written = [[_printed(pdf, cell) for cell in row] for row in rows]
    pdf.set_font(MAIN, size=PLAIN)
    _join_letters(pdf, "".join(cell for row in written for cell in row))
    aligned = ("CENTER", "LEFT", *("RIGHT",) * (len(heads) - 2))
    with pdf.table(col_widths=tuple(widths), text_align=aligned, line_height=5.2, padding=1.2,
                   headings_style=FontFace(fill_color=(232, 232, 228))) as table:  # fmt: skip
        for cells in (heads, *written):
            table.row(tuple(cells))
    _tell_of_unknown(pdf, "".join(cell for row in written for cell in row))


def _words(pdf: FPDF, text: str, size: float = PLAIN) -> None:
    written = _printed(pdf, text)
    pdf.set_font(MAIN, size=size)
    _join_letters(pdf, written)
    pdf.multi_cell(0, size * 0.55, written, new_x="LMARGIN", new_y="NEXT")
    _tell_of_unknown(pdf, written)


def _tell_of_unknown(pdf: FPDF, written: str) -> None:
    if UNKNOWN in written:
        pdf.set_font(MAIN, size=SMALL)
        pdf.multi_cell(0, 5, TOLD, new_x="LMARGIN", new_y="NEXT")


def _join_letters(pdf: FPDF, text: str) -> None:
    """Marks that sit on other letters need the shaping engine; without any it would only take its time."""
    pdf.set_text_shaping(any(unicodedata.category(char).startswith("M") for char in text))


def _printed(pdf: FPDF, text: str) -> str:
    """The text with what no font has as UNKNOWN, without what has no look of its own."""
    seen = (
        char for char in text if char == "\n" or not (unicodedata.category(char) in UNSEEN or ord(char) in VARIANTS)
    )
    return "".join(char if char == "\n" or _has(pdf, char) else UNKNOWN for char in seen)


def _has(pdf: FPDF, char: str) -> bool:
    return any(ord(char) in getattr(font, "cmap", ()) for font in pdf.fonts.values())
