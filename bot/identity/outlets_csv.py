"""Reads the outlets CSV: everything or nothing, each error with its row number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bot.csv_rows import FORMULA_STARTS, Faults, Row, each_row, refuse, rows_of, text_of
from bot.errors import BadInputError
from bot.identity.phones import to_e164
from bot.language.languages import DEFAULT, answered
from bot.settings import ConfirmOrders

REQUIRED = ("outlet_id", "name", "phone", "default_language")
OPTIONAL = ("customer", "contacts", "confirm_orders", "cutoff", "delivery_days")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CUTOFF = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class OutletRow:
    """One outlet as the file has it. `phones` are E.164, the outlet's own first. None means the settings' own rule."""

    code: str
    name: str
    phones: tuple[str, ...]
    default_language: str
    customer: str
    confirm_orders: str | None = None
    cutoff: str | None = None
    delivery_days: tuple[str, ...] | None = None


def read_outlets(path: str | Path) -> list[OutletRow]:
    """The outlets of the file at `path`. Raises BadInputError naming every bad row (the first twenty)."""
    rows, errors = outlet_rows(text_of(Path(path)))
    refuse(errors or ([] if rows else ["the file has no outlets"]))
    return list(rows.values())


def outlet_rows(text: str) -> tuple[dict[int, OutletRow], list[str]]:
    """The good rows by number, and what is wrong with the others. Raises BadInputError when it is no such file at all."""
    outlets: dict[int, OutletRow] = {}
    errors: list[str] = []
    first_row: dict[str, int] = {}
    for number, outlet in each_row(rows_of(text, REQUIRED, OPTIONAL), outlet_row, errors):
        seen = first_row.setdefault(outlet.code, number)
        if seen == number:
            outlets[number] = outlet
        else:
            errors.append(f"row {number}: outlet_id {outlet.code} is already in row {seen}")
    return outlets, errors


def outlet_row(row: Row, *, with_phones: bool = True) -> OutletRow:
    """Raises BadInputError with every fault of the row."""
    faults = Faults(row, codes=("outlet_id", "phone", "contacts", "cutoff", "delivery_days"))
    for name in ("outlet_id", "name", "customer"):
        if row[name].startswith(FORMULA_STARTS):
            faults.found.append(f"{name} looks like a spreadsheet formula")
    language = row["default_language"].lower() or DEFAULT
    outlet = OutletRow(
        code=faults.of(lambda: _filled(row, "outlet_id"), ""),
        name=faults.of(lambda: _filled(row, "name"), ""),
        phones=faults.of(lambda: _phones(row), ()) if with_phones else (),
        default_language=faults.of(lambda: _one_of(language, "default_language", answered()), ""),
        customer=row["customer"] or row["name"],
        confirm_orders=faults.of(
            lambda: _one_of(row["confirm_orders"].lower(), "confirm_orders", tuple(ConfirmOrders)) or None, None
        ),
        cutoff=faults.of(lambda: _cutoff(row["cutoff"]), None),
        delivery_days=faults.of(lambda: _days(row["delivery_days"]), None),
    )
    faults.raise_all()
    return outlet


def _filled(row: Row, name: str) -> str:
    if not row[name]:
        raise BadInputError(f"{name} is empty")
    return row[name]


def _phones(row: Row) -> tuple[str, ...]:
    written = [_filled(row, "phone"), *filter(None, (part.strip() for part in row["contacts"].split("|")))]
    phones = [to_e164(text) for text in written]
    if bad := [text for text, phone in zip(written, phones, strict=True) if not phone]:
        raise BadInputError("; ".join(f"{text[:40]!r} is not a phone number (write it as +6591234567)" for text in bad))
    return tuple(dict.fromkeys(phones))


def _one_of(word: str, name: str, allowed: tuple[str, ...]) -> str:
    if word and word not in allowed:
        raise BadInputError(f"{name} {word[:40]!r} is not one of {', '.join(allowed)}")
    return word


def _cutoff(text: str) -> str | None:
    if text and not _CUTOFF.fullmatch(text):
        raise BadInputError(f"cutoff {text[:40]!r} is not a time like 17:00")
    return text or None


def _days(text: str) -> tuple[str, ...] | None:
    """`mon|wed|fri`, also with commas or spaces between."""
    words = [word.lower()[:3] for word in re.split(r"[|,;\s]+", text) if word]
    for word in words:
        _one_of(word, "delivery_days", DAYS)
    return tuple(day for day in DAYS if day in words) or None
