"""What a prediction writes, and what that does to the order that is open: plain maps from SKU to base units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from bot.catalog import units
from bot.catalog.product import Product
from bot.evaluation.labelled import Row, order_meant

Lines = dict[str, Decimal | None]
"""Base units by SKU; None where the amount cannot be converted, which equals no amount of a label."""
Raw = Row
_BASE_WORDS = ("base", "each")


def written_lines(prediction: Raw, context: Raw, catalog: Mapping[str, Product]) -> Lines:
    """The prediction's lines, or its changes applied to the context where it gives no lines."""
    if prediction.get("lines") or not prediction.get("changes"):
        return lines_of(prediction.get("lines") or (), catalog)
    state = open_lines(context, str(prediction.get("intent")), prediction.get("order_id"))
    return after(state, prediction["changes"], catalog)


def lines_of(entries: Iterable[Raw], catalog: Mapping[str, Product]) -> Lines:
    """The same SKU twice is added up."""
    out: Lines = {}
    for entry in entries:
        quantity, old = base_quantity(entry, catalog), out.get(entry["sku"], Decimal(0))
        out[entry["sku"]] = None if quantity is None or old is None else _even(old + quantity)
    return out


def base_quantity(entry: Raw, catalog: Mapping[str, Product]) -> Decimal | None:
    """In base units, from `quantity_base_units` or from `quantity` and `unit`; None where the unit is not sold."""
    if entry.get("quantity_base_units") is not None:
        return _even(Decimal(str(entry["quantity_base_units"])))
    product = catalog.get(entry["sku"])
    if product is None or entry.get("quantity") is None:
        return None
    unit = entry.get("unit")
    per_unit = units.factor(product, None if unit in _BASE_WORDS else unit)
    return None if per_unit is None else _even(Decimal(str(entry["quantity"])) * per_unit)


def after(state: Lines, changes: Iterable[Raw], catalog: Mapping[str, Product]) -> Lines:
    """The order after the changes (`op` add, set, sub, remove)."""
    out = dict(state)
    for change in changes:
        sku, quantity = change["sku"], base_quantity(change, catalog)
        if change["op"] == "remove":
            out.pop(sku, None)
        elif change["op"] == "set":
            out[sku] = quantity
        else:
            _add(out, sku, quantity, 1 if change["op"] == "add" else -1)
    return out


def _add(state: Lines, sku: str, quantity: Decimal | None, sign: int) -> None:
    """What cannot be converted changes nothing."""
    held = state.get(sku, Decimal(0))
    if quantity is not None and held is not None:
        state[sku] = _even(held + sign * quantity)


def joined(state: Lines, more: Lines) -> Lines:
    """The order with a new wish added to it."""
    out = dict(state)
    for sku, quantity in more.items():
        _add(out, sku, quantity, 1)
    return out


def open_lines(context: Raw, kind: str, order_id: object = None) -> Lines:
    """The lines that a message of this kind would change: of the order named, else of the draft or the last order."""
    order = order_meant(context, kind, order_id)
    return held_lines(order) if order else {}


def held_lines(order: Raw) -> Lines:
    return {line["sku"]: _even(Decimal(str(line["quantity"]))) for line in order["lines"]}


def _even(value: Decimal) -> Decimal:
    """To a millionth, so that 3 x 0.1 kg and 0.3 kg are the same amount."""
    return round(value, 6).normalize() if value.is_finite() else value
