"""Renders a Reply in a language. The only place where words to customers are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bot.catalog.families import family_lines
from bot.catalog.product import Product
from bot.catalog.units import label
from bot.channels.base import Button
from bot.decision import OrderWrite, Reply
from bot.language.languages import DEFAULT, answered, replies
from bot.ordering.delivery import DAYS, DeliveryRules, cutoff_of
from bot.ordering.pricing import Totals, total_of
from bot.replies.order_lines import TO, changed_from, money, order_lines
from bot.replies.product_lines import product_lines
from bot.situation import OrderView

NOTE = "📝"
LANGUAGES = answered()
"""What a customer may be answered in."""


@dataclass(frozen=True, slots=True)
class Voice:
    """For whom a reply is rendered. `number` is the order's, known only once it is written."""

    language: str
    currency: str
    outlet: str
    delivery: DeliveryRules | None
    tax_rate: Decimal
    number: str = ""
    today: date | None = None
    """A day of another year is written with its year."""


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    buttons: tuple[Button, ...]
    request_contact: str | None


def render(reply: Reply, voice: Voice) -> Rendered:
    """The text and buttons of a reply. Raises KeyError for a sentence that the language file lacks."""
    book = replies(voice.language if voice.language in LANGUAGES else DEFAULT)
    key, values = _sentence(reply, voice, book["words"])
    if "why_day" in values:
        values["why_day"] = book["sentences"][values["why_day"]].format_map(values)
    text = book["sentences"][key].format_map(values)
    if reply.lead:
        text = f"{book['sentences'][reply.lead].format_map(values)}\n{text}"
    orders = {order.number: order for order in reply.values.get("orders", ())}
    buttons = tuple(Button(_label(b.label, orders, voice, book["words"]), b.data) for b in reply.buttons)
    return Rendered(text, buttons, book["sentences"]["share_contact"] if reply.asks_contact else None)


def _sentence(reply: Reply, voice: Voice, words: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {"outlet": voice.outlet, **reply.values}
    key = reply.key
    if "order" in values:
        values |= _order_values(values["order"], voice, words)
    if "orders" in values:
        values["orders"] = "\n".join(_short(order, voice, words) for order in values["orders"])
    if "minimum" in values:
        values["minimum"] = money(values["minimum"], voice.currency)
    if "families" in values:
        values["families"] = family_lines(values["families"])
    if "next_delivery" in values:
        values |= _time_values(values, voice.today, words)
    if isinstance(values.get("day"), date):
        values["day"] = in_words(values["day"], words, voice.today)
    if "state" in values:
        values["status"] = words[f"status_{values['state']}"]
    if "kind" in values:
        values["kind"] = words.get(str(values["kind"]), values["kind"])
    if key.startswith("ask_") and "products" in values:
        key = _question_key(key, values)
        values |= _question_values(values, voice)
    elif "products" in values:
        prices, asked = values.get("prices", {}), values.get("asked", ())
        values["products"] = "\n".join(
            line
            for product in values["products"]
            for line in product_lines(product, voice.currency, prices.get(product.sku), asked)
        )
    return key, values


def _time_values(values: Mapping[str, Any], today: date | None, words: Mapping[str, str]) -> dict[str, str]:
    """The next delivery, until when it can be ordered for, and on which days there are any."""
    day, by = values["next_delivery"], values["by"]
    weekdays = dict(zip(DAYS, words["weekdays"].split(), strict=True))
    on_days = ", ".join(weekdays[code] for code in sorted(values.get("on_days", ()), key=DAYS.index))
    return {
        "delivery": in_words(day, words, today),
        "cutoff": f"{in_words(by.date(), words, today)} {by:%H:%M}",
        "days": words["on_days"].format(days=on_days) if on_days else words["every_day"],
    }


def _question_key(key: str, values: Mapping[str, Any]) -> str:
    products: Sequence[Product] = values["products"]
    if key == "ask_quantity" and values.get("quantity") is not None:
        return "ask_quantity_odd"
    if key == "ask_unknown" and len(products) > 1:
        return "ask_unknown_near"
    if key in ("ask_unknown", "ask_inactive") and len(products) == 1:
        return f"{key}_one"
    return "ask_inactive_none" if key == "ask_inactive" and not products else key


def _question_values(values: Mapping[str, Any], voice: Voice) -> dict[str, Any]:
    products: Sequence[Product] = values["products"]
    first = products[0] if products else None
    units = [label(first.base_unit), *(label(unit) for unit in first.pack_units)] if first else []
    return {
        "product": first.name if first else values["text"],
        "units": ", ".join(units),
        "unit": label(values["unit"] or ""),
    }


def _order_values(order: OrderWrite | OrderView, voice: Voice, words: Mapping[str, str]) -> dict[str, Any]:
    totals = order.totals if isinstance(order, OrderWrite) else _totals(order, voice)
    day = order.delivery_date
    return {
        "number": order.number or voice.number,
        "lines": order_lines(order, voice.currency),
        "delivery": _day(order, voice, words),
        "notes": f"\n{NOTE} {order.notes}" if order.notes else "",
        "day_before": _day_before(order, voice, words),
        "cutoff": _until(day, voice, words),
        "status": words[f"status_{order.status}"],
        **_money_values(totals, voice.currency),
    }


def _totals(order: OrderView, voice: Voice) -> Totals:
    """By the rate that the order was placed with."""
    return total_of(order.lines, voice.tax_rate if order.tax_rate is None else order.tax_rate)


def _day_before(order: OrderWrite | OrderView, voice: Voice, words: Mapping[str, str]) -> str:
    """ " (Wed 25 Nov → Fri 27 Nov)" where a change moves the delivery."""
    before = changed_from(order)
    if before is None or before.delivery_date == order.delivery_date:
        return ""
    return f" ({_day(before, voice, words)} {TO} {_day(order, voice, words)})"


def _money_values(totals: Totals, currency: str) -> dict[str, str]:
    percent = (totals.tax_rate * 100).normalize()
    amounts = {name: money(getattr(totals, name), currency) for name in ("subtotal", "tax", "total")}
    return {**amounts, "tax_percent": f"{percent:f}"}


def _until(day: date | None, voice: Voice, words: Mapping[str, str]) -> str:
    if day is None or voice.delivery is None:
        return words["no_day"]
    instant: datetime = cutoff_of(day, voice.delivery)
    return f"{in_words(instant.date(), words, voice.today)} {instant:%H:%M}"


def in_words(day: date, words: Mapping[str, str], today: date | None) -> str:
    weekday, month = words["weekdays"].split()[day.weekday()], words["months"].split()[day.month - 1]
    form = words["date" if today is None or day.year == today.year else "date_with_year"]
    return form.format(weekday=weekday, day=day.day, month=month, year=day.year)


def _day(order: OrderWrite | OrderView, voice: Voice, words: Mapping[str, str]) -> str:
    return in_words(order.delivery_date, words, voice.today) if order.delivery_date else words["no_day"]


def _short(order: OrderView, voice: Voice, words: Mapping[str, str]) -> str:
    """One line for an order of several."""
    total = money(_totals(order, voice).total, voice.currency)
    return f"• {order.number}: {_day(order, voice, words)}, {words[f'status_{order.status}']}, {total}"


def _label(label: str, orders: Mapping[str, OrderView], voice: Voice, words: Mapping[str, str]) -> str:
    """A word in the language, an order with its day and total, or the label as it is."""
    order = orders.get(label)
    if order is None:
        return words.get(label, label)
    return " · ".join([label, _day(order, voice, words), money(_totals(order, voice).total, voice.currency)])
