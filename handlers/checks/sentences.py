"""Renders every sentence of every language with a made-up order, to find a missing key before a customer does."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from bot.catalog.families import Family
from bot.catalog.product import Product
from bot.decision import OrderWrite, Reply
from bot.language.languages import DEFAULT, replies
from bot.ordering.pricing import price_line, total_of
from bot.replies.render import LANGUAGES, Voice, render
from bot.situation import OrderView
from bot.telemetry import error_words
from models.order_status import OrderStatus

BOX = Product("BOX", "Box", "box", "piece", Decimal("0.30"), pack_units={"carton": Decimal(100)})
FLOUR = Product("FLOUR", "Flour", "flour", "kg", Decimal("1.255"))
TAX_RATE = Decimal("0.09")


@cache
def sentence_problems() -> tuple[list[str], int]:
    """What is wrong with the sentences (`zh placed: KeyError`), and how many were rendered; once a process.

    English says which values a sentence is given; a placeholder that only a translation has is a mistake of it.
    """
    given = {key: _placeholders(text) for key, text in replies(DEFAULT)["sentences"].items()}
    found, count = [], 0
    for language in LANGUAGES:
        for key in replies(language)["sentences"]:
            cases = [dict.fromkeys(given.get(key, ()), "some") | values for values in _cases()]
            count += len(cases)
            found += list(dict.fromkeys(problem for values in cases for problem in _problem(language, key, values)))
        found += [f"{language} lacks {key}" for key in given if key not in replies(language)["sentences"]]
    return found, count


def _placeholders(text: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def _problem(language: str, key: str, values: Mapping[str, Any]) -> list[str]:
    voice = Voice(language, "SGD", "Outlet", None, TAX_RATE, "SO-1")
    try:
        text = render(Reply(key, values), voice).text
    except Exception as error:  # noqa: BLE001 - each broken sentence is named, whatever broke it
        return [f"{language} {key}: {error_words(error)}"]
    return [] if text.strip() else [f"{language} {key}: empty"]


def _cases() -> list[dict[str, Any]]:
    """An order of two lines in every state it can be in, with one product or several to choose from."""
    lines = (price_line(BOX, Decimal(200), (Decimal(2), "carton")), price_line(FLOUR, Decimal("2.5"), None))
    totals = total_of(lines, TAX_RATE)
    other = OrderView(1, "SO-1", OrderStatus.PLACED, 1, lines, totals.total, date(2026, 12, 1), None, 0)
    common = {"orders": (other,), "prices": {}} | {
        "text": "box",
        "unit": "tin",
        "minimum": Decimal(1),
        "kind": "image",
        "outlets": "Outlet",
        "families": (Family("Box", ("10 inch", "12 inch")), Family("Flour", ())),
        "next_delivery": date(2026, 12, 1),
        "by": datetime(2026, 11, 30, 17, tzinfo=UTC),
        "on_days": ("mon", "thu"),
        "why_day": "day_holiday",
        "day": date(2026, 12, 25),
    }
    return [
        common
        | {
            "order": OrderWrite(None, 0, status, 0, lines, totals, date(2026, 12, 1), "", ()),
            "products": products,
            "quantity": quantity,
        }
        for status in OrderStatus
        for products, quantity in (((BOX, FLOUR), None), ((BOX,), Decimal(3)))
    ]
