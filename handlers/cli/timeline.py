"""The events of an order in words, for people; programs read them with --json."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handlers.cli.tables import in_words

SAID = {
    "received": "the message came in",
    "resolved": "the outlet and the products were found",
    "drafted": "a draft was shown",
    "asked": "a question was asked",
    "parsed": "the lines were read",
    "validated": "prices and limits were checked",
    "confirmed": "nothing was left to ask",
    "placed": "the order was placed",
    "changed": "the order was changed",
    "cancelled": "the order was cancelled",
    "expired": "the draft expired",
    "held": "the order waits for a person's approval",
    "approved": "a person approved it",
    "declined": "a person did not approve it",
    "persisted": "all of it was written down",
    "noted": "a note for the delivery was added",
    "replied": "the reply left",
    "not_replied": "the reply could not be sent",
    "delivered": "the reply was delivered",
    "read": "the reply was read",
    "undelivered": "the reply was NOT delivered",
    "invoiced": "the invoice was made",
    "invoice_removed": "the invoice was taken back",
    "invoice_blocked": "the invoice waits for a person",
    "invoice_told": "the customer was told of the invoice",
    "credited": "a credit note was made",
    "aside": "it was put aside",
    "joined": "lines were added to the open order",
}


CODES_ONLY: Mapping[str, str] = {}


def said_of(event: Mapping[str, Any], names: Mapping[str, str] = CODES_ONLY) -> str:
    """`the order was placed: total 30.52, delivery 2026-11-28, PB10-K 100`; `names` stand in place of SKUs."""
    words = SAID.get(event["kind"], in_words(event["kind"]))
    detail = event["detail"] if isinstance(event["detail"], Mapping) else {}
    more = [*_facts(detail), *_lines(detail, names)]
    return f"{words}: {', '.join(more)}" if more else words


def _facts(detail: Mapping[str, Any]) -> list[str]:
    found = [
        f"{name} {detail[key]}" for key, name in (("total", "total"), ("delivery_date", "delivery")) if detail.get(key)
    ]
    before = detail.get("before")
    if isinstance(before, Mapping) and before.get("total") is not None:
        found.append(f"before it was {before['total']}")
    found += [in_words(detail[key]) for key in ("state", "reason") if detail.get(key)]
    return found


def _lines(detail: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    lines = detail.get("lines")
    return (
        [f"{names.get(line[0], line[0])} {_plain(line[1])}" for line in lines if len(line) > 1]
        if isinstance(lines, list)
        else []
    )


def _plain(quantity: Any) -> str:
    """800, not 8E+2 and not 800.000."""
    return f"{Decimal(str(quantity)).normalize():f}"
