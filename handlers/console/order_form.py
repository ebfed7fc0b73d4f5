"""Lines of an order as a form has them, and what a form held that was refused: nothing has to be typed twice."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from flask import request
from sqlalchemy import Connection
from werkzeug.datastructures import MultiDict

from bot.catalog.units import unit_named
from bot.errors import BadInputError
from jobs.by_hand.wanted_lines import WantedLine, number_of
from jobs.reads.product_search import search

LONGEST_CODE, MOST_DOUBTS = 120, 50


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a form by name. A fresh page has none, so each shows its own beginning."""

    fields: MultiDict[str, str]

    def one(self, name: str, default: object = "") -> object:
        return self.fields.get(name, default)

    def at(self, name: str, place: int, default: object = "") -> object:
        """Of a name that stands there several times, counted from 0."""
        found = self.fields.getlist(name)
        return found[place] if place < len(found) else default

    def of(self, sku: str, name: str, default: object = "") -> object:
        """Of the line with this product, wherever it stood."""
        skus = self.fields.getlist("sku")
        return self.at(name, skus.index(sku), default) if sku in skus else default

    def has(self, name: str, value: str) -> bool:
        return value in self.fields.getlist(name)

    def rows(self, name: str) -> int:
        """How many of them are filled in."""
        return sum(bool(value.strip()) for value in self.fields.getlist(name))


FRESH = Typed(MultiDict())


def typed() -> Typed:
    """What this request's form holds."""
    return Typed(request.form)


def passed() -> frozenset[str]:
    """Codes of the doubts that are ticked."""
    return frozenset(each[:LONGEST_CODE] for each in request.form.getlist("passed")[:MOST_DOUBTS])


def kept_lines() -> list[WantedLine]:
    """Those that were on the order, with the amounts that they shall have."""
    form = request.form
    columns = [form.getlist(name) for name in ("sku", "quantity", "unit")]
    if len({len(column) for column in columns}) != 1:
        raise BadInputError("a line of the form lacks its amount or unit")
    rows = zip(*columns, strict=True)
    return [WantedLine(sku, number_of(quantity), unit) for sku, quantity, unit in rows]


def added_lines(connection: Connection) -> list[WantedLine]:
    """Products that are added, each by its SKU or by words that only one product has; rows without a product are none."""
    form = request.form
    names = ("add", "add_quantity", "add_unit")
    rows = zip_longest(*(map(str.strip, form.getlist(name)) for name in names), fillvalue="")
    return [_line(connection, words, amount, unit) for words, amount, unit in rows if words]


def _line(connection: Connection, words: str, amount: str, unit: str) -> WantedLine:
    if not amount:
        raise BadInputError(f"how many of {words[:60]!r}?")
    ware = _ware(connection, words, words.split(" · ")[0])
    return WantedLine(ware["sku"], number_of(amount), unit_named(unit) if unit else ware["base_unit"])


def _ware(connection: Connection, words: str, sought: str) -> dict[str, Any]:
    """The product with that SKU, on sale or not, or the only one on sale whose words these are."""
    for everything in (False, True):
        found, total = search(connection, sought, most=4, everything=everything)
        exact = [ware for ware in found if ware["sku"].lower() == sought.lower()]
        if len(exact) == 1 or (total == 1 and not everything):
            return (exact or found)[0]
    on_sale, _ = search(connection, sought, most=4)
    names = ", ".join(f"{ware['name']} ({ware['sku']})" for ware in on_sale)
    raise BadInputError(f"{words[:60]!r} is no product's SKU" + (f"; it may be {names}" if names else ""))
