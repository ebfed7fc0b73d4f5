"""What commands print: tables that fit the terminal without cutting anything, one form of times, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from handlers.current import current_runtime

if TYPE_CHECKING:
    from rich.console import Console

FRAME = 3
"""What a column costs besides its cells."""
PIPE_WIDTH = 100_000
LONGEST_KEPT = 40
"""A longer word (an address, a token of an error) may be folded over lines; a shorter one is an id, a number or a name."""

Row = Sequence[object]


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """A table when every word fits its column, else one block a row: nothing is cut, whatever the terminal's width.

    Into a pipe each row is one line, however long.
    """
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [_longest_word([name, *(row[place] for row in cells)]) for place, name in enumerate(columns)]
    out = console()
    if sys.stdout.isatty() and sum(widths) + FRAME * len(widths) + 1 > out.width:
        _print_blocks(out, title, columns, cells)
        return
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for name, width in zip(columns, widths, strict=True):
        table.add_column(name, overflow="fold", min_width=width)
    for row in cells:
        table.add_row(*row)
    out.print(table)


def print_found(found: Any, title: str, columns: Sequence[str], rows: Sequence[Row], *, as_json: bool) -> None:
    """What was found: all of it as JSON, or what a person looks for as a table."""
    if as_json:
        print_json(found)
    else:
        print_table(title, columns, rows)


def _print_blocks(out: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    out.print(title)
    name_width = max(map(len, columns), default=0)
    for row in rows:
        out.print()
        for name, cell in zip(columns, row, strict=True):
            if cell:
                out.print(f"{name:<{name_width}}  {cell}", overflow="fold")


def _longest_word(cells: Sequence[str]) -> int:
    words = [len(word) for cell in cells for word in cell.split()]
    return min(max(words, default=1), LONGEST_KEPT)


def console() -> Console:
    """Text from rows is never read as rich's markup."""
    from rich.console import Console

    terminal = sys.stdout.isatty()
    return Console(
        file=sys.stdout, markup=False, highlight=False, soft_wrap=not terminal, width=None if terminal else PIPE_WIDTH
    )


def local_time(instant: datetime | str | None, *, precise: bool = False) -> str:
    """`2026-11-27 21:50` in TIMEZONE, with milliseconds when precise; `-` for none."""
    if not instant:
        return "-"
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    local = moment.astimezone(current_runtime().settings.zone).replace(tzinfo=None)
    return local.isoformat(sep=" ", timespec="milliseconds" if precise else "minutes")


def in_words(code: object) -> str:
    """`awaiting_confirmation` as people write it."""
    return "" if code is None else str(code).replace("_", " ")
