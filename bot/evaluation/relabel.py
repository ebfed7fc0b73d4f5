"""Works out the label of a swapped message: what was said stays, the amounts follow from the new goods' units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.evaluation.alignment import NotAlignedError
from bot.evaluation.assignment import Assignment, deliverable
from bot.evaluation.labelled import Row, context_of, number, order_meant, parts_of, quantity_said
from bot.evaluation.trade_catalog import TradeCatalog

Line = dict[str, Any]


def relabelled_gold(row: Row, chosen: Assignment, new: TradeCatalog) -> dict[str, Any]:
    """The label with the new goods. Raises NotAlignedError when an order does not follow from what was said."""
    gold = dict(row["gold"])
    if "changes" in gold:
        gold["changes"] = [_change(change, chosen, new) for change in gold["changes"]]
        gold["lines"] = _after_changes(row, gold, chosen, new)
    else:
        gold["lines"] = [_line(line, chosen, new) for line in gold["lines"]]
    gold["clarify"] = [_question(question, chosen) for question in gold["clarify"]]
    return gold


def relabelled_context(row: Row, chosen: Assignment, new: TradeCatalog) -> dict[str, Any] | None:
    """The conversation with the new goods; the bot's last words are the caller's to mend."""
    if not row["context"]:
        return None
    mended: Mapping[str, Callable[[Any], Any]] = {
        "draft": lambda order: _order(order, chosen, new),
        "last_order": lambda order: _order(order, chosen, new),
        "orders": lambda orders: [_order(order, chosen, new) for order in orders],
        "pending": lambda questions: [_question(question, chosen) for question in questions],
    }
    context = dict(row["context"])
    return context | {key: mend(context[key]) for key, mend in mended.items() if context.get(key)}


def _order(order: Mapping[str, Any], chosen: Assignment, new: TradeCatalog) -> dict[str, Any]:
    return {**order, "lines": [_held_line(line, chosen, new) for line in order["lines"]]}


def _held_line(line: Mapping[str, Any], chosen: Assignment, new: TradeCatalog) -> Line:
    sku = chosen.skus[line["sku"]]
    if "quantity_said" not in line:
        return {**line, "sku": sku}
    said = _unit(line, chosen)
    return {**line, "sku": sku, "unit_said": said, "quantity": number(_amount(sku, line, said, new))}


def _line(line: Mapping[str, Any], chosen: Assignment, new: TradeCatalog) -> Line:
    sku = chosen.skus[line["sku"]]
    parts = [{**part, "unit_said": _unit(part, chosen)} for part in parts_of([line])]
    total = sum((_amount(sku, part, part["unit_said"], new) for part in parts), Decimal(0))
    written = {**line, "sku": sku, "unit_said": _unit(line, chosen), "quantity_base_units": number(total)}
    return written | ({"parts": parts} if line.get("parts") else {})


def _change(change: Mapping[str, Any], chosen: Assignment, new: TradeCatalog) -> Line:
    if change["op"] == "remove":
        return {**change, "sku": chosen.skus[change["sku"]]}
    return _line(change, chosen, new)


def _amount(sku: str, part: Mapping[str, Any], unit: str | None, new: TradeCatalog) -> Decimal:
    per_unit, said = new.factor(sku, unit), quantity_said(part)
    if said is None or per_unit is None:
        raise NotAlignedError("an amount that was not said")
    return said * per_unit


def _unit(part: Mapping[str, Any], chosen: Assignment) -> str | None:
    said = part.get("unit_said")
    return None if said is None else chosen.units.get(said, said)


def _question(question: Mapping[str, Any], chosen: Assignment) -> dict[str, Any]:
    """A question about the new goods; its words are those of the new phrase where one was chosen."""
    candidates = tuple(question["candidates"])
    out = {**question, "candidates": [chosen.skus[sku] for sku in candidates]}
    if candidates in chosen.phrases:
        out["text"] = chosen.phrases[candidates]
    return out | ({"unit_said": _unit(question, chosen)} if "unit_said" in question else {})


def _after_changes(row: Row, gold: Mapping[str, Any], chosen: Assignment, new: TradeCatalog) -> list[Line]:
    """The whole order after the changes; the same steps must lead to the old label with the old goods."""
    old_lines = {line["sku"]: line for line in row["gold"]["lines"]}
    back = {mine: theirs for theirs, mine in chosen.skus.items()}
    before = _start(row, context_of(row))
    if _quantities(_apply(before, row["gold"]["changes"])) != _quantities(_base(old_lines.values())):
        raise NotAlignedError("an order that does not follow from the changes")
    after = _apply(_start(row, relabelled_context(row, chosen, new) or {}), gold["changes"])
    if not all(deliverable(new.products[sku], amount) for sku, amount in after.items()):
        raise NotAlignedError("an order that cannot be written")
    told = {change["sku"]: change for change in gold["changes"]}
    return [_written(sku, amount, old_lines[back[sku]], told.get(sku)) for sku, amount in after.items()]


def _written(sku: str, amount: Decimal, old: Mapping[str, Any], change: Mapping[str, Any] | None) -> Line:
    said = {key: change[key] for key in ("unit_said", "quantity_said", "parts") if key in change} if change else {}
    return {**old, "sku": sku, "quantity_base_units": number(amount), **said}


def _start(row: Row, context: Row) -> dict[str, Decimal]:
    order = order_meant(context, row["gold"]["intent"], row["gold"].get("order_id")) or {"lines": ()}
    return {line["sku"]: Decimal(str(line["quantity"])) for line in order["lines"]}


def _apply(state: Mapping[str, Decimal], changes: Sequence[Mapping[str, Any]]) -> dict[str, Decimal]:
    after = dict(state)
    for change in changes:
        sku = change["sku"]
        if change["op"] == "remove":
            after.pop(sku, None)
            continue
        amount, held = Decimal(str(change["quantity_base_units"])), after.get(sku, Decimal(0))
        after[sku] = {"set": amount, "add": held + amount, "sub": held - amount}[change["op"]]
    return after


def _base(lines: Any) -> dict[str, Decimal]:
    return {line["sku"]: Decimal(str(line["quantity_base_units"])) for line in lines}


def _quantities(state: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {sku: amount.normalize() for sku, amount in state.items()}
