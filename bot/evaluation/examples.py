"""Reads messages in the corpus format (data/corpus/README.md): one JSON object a line, with or without the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from bot.errors import BadInputError
from bot.understanding.intent import Basket, Context, Pack, Question, QuestionReason


@dataclass(frozen=True, slots=True)
class Example:
    """One message as a line of the file has it. `gold` is its answer as labelled, empty when there is none."""

    id: str
    text: str
    now: datetime
    context: Context
    language: str = ""
    sender: str = ""
    tags: tuple[str, ...] = ()
    gold: Mapping[str, Any] = field(default_factory=dict)
    raw_context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return str(self.gold.get("intent", ""))

    @property
    def accepted(self) -> tuple[str, ...]:
        return (self.kind, *self.gold.get("intent_alt", ()))


def read_examples(path: str | Path) -> list[Example]:
    """Every message of the file. Raises BadInputError with the row number of the first line that cannot be read."""
    try:
        raw = Path(path).read_bytes()
    except OSError as e:
        raise BadInputError(f"cannot read {Path(path).name}: {e.strerror}") from e
    return list(parse_examples(raw))


def parse_examples(raw: bytes) -> Iterator[Example]:
    """The messages of a file's bytes, in order; blank lines are skipped."""
    seen: dict[str, int] = {}
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            example = parse_example(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation, RecursionError) as e:
            raise BadInputError(f"row {number}: {_reason(e)}") from e
        if seen.setdefault(example.id, number) != number:
            raise BadInputError(f"row {number}: id {example.id[:60]!r} is already in row {seen[example.id]}")
        yield example


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    return f"not a message: {str(error)[:120]}"


def parse_example(row: Any) -> Example:
    """One message from its JSON object. Raises ValueError, TypeError or KeyError."""
    if not isinstance(row, dict):
        raise TypeError("a JSON object is expected")
    for key in ("id", "text", "now"):
        if not isinstance(row[key], str):
            raise TypeError(f"{key} must be a string")
    context = row.get("context") or {}
    now = datetime.fromisoformat(row["now"])
    if now.tzinfo is None:
        raise ValueError("now must have an offset")
    return Example(
        id=row["id"],
        text=row["text"],
        now=now,
        context=parse_context(context),
        language=str(row.get("lang") or ""),
        sender=str(row.get("sender") or ""),
        tags=tuple(row.get("tags") or ()),
        gold=row.get("gold") or {},
        raw_context=context,
    )


def parse_context(raw: Mapping[str, Any]) -> Context:
    """What the conversation holds, from the corpus format."""
    return Context(
        draft=_basket(raw.get("draft")),
        last_order=_basket(raw.get("last_order")),
        pending=tuple(_question(item) for item in raw.get("pending") or ()),
        last_bot=raw.get("last_bot"),
        orders=tuple(basket for item in raw.get("orders") or () if (basket := _basket(item)) is not None),
    )


def _basket(raw: Mapping[str, Any] | None) -> Basket | None:
    if not raw:
        return None
    day = raw.get("delivery_date")
    return Basket(
        lines=tuple((str(line["sku"]), _decimal(line["quantity"])) for line in raw["lines"]),
        delivery_date=date.fromisoformat(day) if day else None,
        order_id=raw.get("order_id"),
        status=raw.get("status"),
        packs=tuple(_packs(raw["lines"])),
    )


def _packs(lines: list[Mapping[str, Any]]) -> Iterator[Pack]:
    for line in lines:
        if line.get("unit_said") and line.get("quantity_said") is not None:
            yield Pack(str(line["sku"]), _decimal(line["quantity_said"]), str(line["unit_said"]))


def _question(raw: Mapping[str, Any]) -> Question:
    candidates = tuple(str(sku) for sku in raw.get("candidates") or ())
    said = raw.get("quantity_said")
    return Question(
        text=str(raw.get("text") or ""),
        reason=QuestionReason(raw.get("reason") or _reason_of(raw, candidates)),
        candidates=candidates,
        quantity_said=None if said is None else _decimal(said),
        unit_said=raw.get("unit_said"),
        orders=tuple(str(number) for number in raw.get("orders") or ()),
    )


def _reason_of(raw: Mapping[str, Any], candidates: tuple[str, ...]) -> QuestionReason:
    """Why it is asked, where the row does not say."""
    if raw.get("orders"):
        return QuestionReason.ORDER
    return QuestionReason.QUANTITY if len(candidates) == 1 else QuestionReason.AMBIGUOUS


def _decimal(value: Any) -> Decimal:
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a quantity")
    return number
