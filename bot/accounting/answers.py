"""What Xero's answers say: rows, refusals in its own words, limits. Money is read as Decimal, never as float."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.errors import UnknownOutcome

MAX_WORDS = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer as it came."""

    status: int
    headers: Mapping[str, str]
    data: bytes


def rows_of(answer: Answer, name: str) -> list[dict[str, Any]]:
    """The list under this name. Raises UnknownOutcome for anything else, because what cannot be read may have had its effect."""
    found = parsed(answer.data)
    rows = found.get(name) if isinstance(found, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnknownOutcome("Xero's answer cannot be read", code="unreadable")
    return rows


def parsed(data: bytes) -> Any:
    """None for what is no JSON."""
    try:
        return json.loads(data, parse_float=Decimal, parse_int=Decimal)
    except ValueError:
        return None


def refusal_of(row: Mapping[str, Any]) -> str:
    """Xero's words about one row of an answer; empty when it was taken."""
    errors = row.get("ValidationErrors") or []
    words = [str(error.get("Message", "")) for error in errors if isinstance(error, dict)]
    if row.get("HasErrors") is True or row.get("StatusAttributeString") == "ERROR" or words:
        return "; ".join(filter(None, words))[:MAX_WORDS] or "refused without a word"
    return ""


def words_of(data: bytes) -> str:
    """Xero's words in the body of an error."""
    found = parsed(data)
    if not isinstance(found, dict):
        return ""
    elements = found.get("Elements") if isinstance(found.get("Elements"), list) else []
    words = [refusal_of(element) for element in elements or [] if isinstance(element, dict)]
    said = "; ".join(dict.fromkeys(filter(None, words)))
    return (said or str(found.get("Detail") or found.get("Message") or ""))[:MAX_WORDS]
