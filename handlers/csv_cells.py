"""Cells of a CSV that a spreadsheet will open: no text may start a formula there (OWASP, CSV injection)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

DANGEROUS_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """Text with `'` in front when a spreadsheet would calculate it; None is empty."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(DANGEROUS_STARTS) else text


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()
