"""Finds the parts of a message that count what is on the shelf: a "stock:" section or column beside what is to be ordered.

Where nothing in the message is headed as the order, the heading alone is found: whether the list is an order has to be asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from bot.language.folding import fold
from bot.language.languages import listed
from bot.language.stamps import Span, lines

STOCK, BESIDE, ORDER = "stock", "beside", "order"
MAX_OTHER_COLUMNS = 2
"""The goods, and their unit or code."""
_CELLS = re.compile(r"\s*(?:,|/|;|\s{2,}|\s-\s)\s*")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_CELL = re.compile(r"(?<![^\s,/;:(-])\d+(?:\.\d+)?(?: ?[a-z]{1,8}\b)?")
"""A figure of a table, perhaps with its unit."""
_BETWEEN = re.compile(r"[\s,/;:()*-]*")


@cache
def _phrases(*names: str) -> tuple[str, ...]:
    """The words of the lists, folded, the longest first."""
    return tuple(sorted((fold(phrase).text for name in names for phrase in listed(name)), key=len, reverse=True))


@cache
def _words(*names: str) -> re.Pattern[str]:
    phrases = _phrases(*names)
    return re.compile("|".join(rf"\b{re.escape(p)}\b" if p.isascii() else re.escape(p) for p in phrases))


@cache
def _headings() -> re.Pattern[str]:
    """A heading with its colon, or alone on its line, or (where it can be nothing else) before its list."""
    start = r"(?:^|(?<=[\n.;,:]))[ *_#-]*"
    ends = r"(?=[ *_]*(?::|=|-[ \n]|\n))"
    counted = "|".join(re.escape(phrase) for phrase in _phrases("heads_stock") if " " in phrase)
    stock = rf"(?:{_words('heads_stock').pattern}){ends}|(?:{counted})(?: [\w/]+){{1,2}}(?=:)|(?:{_words('opens_stock').pattern})"
    beside = _words("opens_stock_beside").pattern
    order = rf"(?:{_words('heads_order').pattern}){ends}|(?:{_words('opens_order').pattern})"
    return re.compile(rf"{start}(?:(?P<stock>{stock})|(?P<beside>{beside})|(?P<order>{order}))")


def find_sections(text: str) -> tuple[list[Span], list[Span]]:
    """`(stock, asked)`: stretches that count stock; or, with no order beside them, the stock headings themselves."""
    if not any(phrase in text for phrase in _phrases("heads_stock", "opens_stock", "opens_stock_beside")):
        return [], []
    columns = list(_columns(text))
    if columns:
        return [span for span, told in columns if told], [span for span, told in columns if not told]
    headings = _heads_in(text)
    if all(one.kind == ORDER for one in headings):
        return list(_inline(text)), []
    if all(one.kind != ORDER for one in headings):
        return [], [(one.start, one.end) for one in headings]
    ends = [*(one.start for one in headings[1:]), len(text)]
    return [(one.start, end) for one, end in zip(headings, ends, strict=True) if one.kind != ORDER], []


def _heads_in(text: str) -> list[_Heading]:
    """The headings in order, without those that count only beside an order behind them where none is."""
    headings = [_Heading(found) for found in _headings().finditer(text)]
    last_order = max((one.start for one in headings if one.kind == ORDER), default=-1)
    return [one for one in headings if one.kind != BESIDE or one.start < last_order]


class _Heading:
    """What one heading opens, and where its words stand."""

    def __init__(self, found: re.Match[str]) -> None:
        self.kind = found.lastgroup or ORDER
        self.start, self.end = found.span(self.kind)


def _columns(text: str) -> Iterator[tuple[Span, bool]]:
    """ "item / stock / order" above rows of figures: the figures of the stock column, and rows that lack some (False)."""
    header: list[str] = []
    found: list[tuple[Span, bool]] = []
    for start, line in lines(text):
        named = _header(line)
        if named:
            header = named
        elif header and _FIGURE.search(line):
            found += _figures(start, line, header)
    if any(told for _, told in found):
        yield from found


def _header(line: str) -> list[str]:
    """The kinds of the columns, where one counts stock and one says what to order; else nothing."""
    if _FIGURE.search(line):
        return []
    cells = _CELLS.split(line) if _CELLS.search(line.strip()) else line.split()
    named = [kind for cell in cells if (kind := _kind(cell.strip(" *_:()-,")))]
    return named if STOCK in named and ORDER in named and len(cells) <= len(named) + MAX_OTHER_COLUMNS else []


def _kind(cell: str) -> str:
    if _words("heads_stock").fullmatch(cell):
        return STOCK
    return ORDER if _words("heads_order", "columns_order").fullmatch(cell) else ""


def _figures(start: int, line: str, header: Sequence[str]) -> Iterator[tuple[Span, bool]]:
    """The stock figures of one row: one of its last figures for each column. Which is which is unsure where some lack."""
    figures = list(_CELL.finditer(line))[-len(header) :]
    starts = [*(found.start() for found in figures[1:]), len(line)]
    apart = any(_BETWEEN.fullmatch(line, f.end(), b) is None for f, b in zip(figures, starts, strict=True))
    unsure = len(figures) < len(header) or apart
    for at, found in enumerate(figures):
        if unsure or header[at] == STOCK:
            yield (start + found.start(), start + found.end()), not unsure


def _inline(text: str) -> Iterator[Span]:
    """ "lids stock 2 order 5": of one item, what is there and what is wanted."""
    for start, line in lines(text):
        stock = [(start + found.start(), start + found.end()) for found in _counted("heads_stock").finditer(line)]
        if stock and _counted("heads_order").search(line) is not None:
            yield from stock


@cache
def _counted(name: str) -> re.Pattern[str]:
    """One of the words with the figure behind it, and its unit."""
    return re.compile(rf"(?:{_words(name).pattern}) ?[:=-]? ?{_FIGURE.pattern}(?: ?[a-z]+)?")
