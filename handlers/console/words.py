"""How the console writes times, money and codes: local time, two decimals, plain words. Everything else is escaped by Jinja."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint

from bot.catalog.units import label
from bot.language.languages import languages
from bot.replies.order_lines import number
from handlers.current import current_runtime
from jobs.reads.trade_rows import price_words

HUES = 8
CHANNELS = {"whatsapp": "WhatsApp", "telegram": "Telegram", "api": "API", "email": "E-mail", "hook": "Webhook"}


def install(blueprint: Blueprint) -> None:
    for filter_ in (
        at,
        day,
        clock,
        since,
        money,
        amount,
        plain,
        channel,
        initials,
        hue,
        unit,
        price,
        language,
        detail,
        value,
    ):
        blueprint.add_app_template_filter(filter_, f"c_{filter_.__name__}")


def at(instant: datetime | str | None) -> str:
    """`27 Nov, 21:50`, with the year when it is another one."""
    if not instant:
        return ""
    local, now = _local(instant), _now()
    return f"{local:%-d %b, %H:%M}" if local.year == now.year else f"{local:%-d %b %Y, %H:%M}"


def clock(instant: datetime | str | None) -> str:
    """As short as it is clear: `21:50` today, else the day."""
    if not instant:
        return ""
    local = _local(instant)
    return f"{local:%H:%M}" if local.date() == _now().date() else f"{local:%-d %b}"


def day(given: date | datetime | str | None) -> str:
    """`Fri 27 Nov`, or today, yesterday, tomorrow."""
    if not given:
        return "not agreed"
    wanted = _local(given).date() if isinstance(given, datetime) else _date(given)
    ahead = (wanted - _now().date()).days
    named = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(ahead)
    return f"{wanted:%a %-d %b}" + (f" ({named})" if named else "")


def since(instant: datetime | None) -> str:
    """For how long: `4 min`, `2 h 10 min`, `3 days`."""
    if instant is None:
        return ""
    minutes = max(0, int((current_runtime().clock() - instant).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours < 24 else f"{hours // 24} days"


def money(amount_: Decimal | str | None) -> str:
    return "" if amount_ is None else f"{Decimal(amount_):,.2f}"


def amount(quantity: Any) -> str:
    return "" if quantity is None else number(Decimal(str(quantity)))


def price(value: Decimal | str | None) -> str:
    return "" if value is None else price_words(Decimal(value))


def unit(name: str | None) -> str:
    return label(name) if name else ""


def language(code: str) -> str:
    """`Tamil` of `ta`."""
    return next((each.name for each in languages() if each.code == code), code)


def plain(code: object) -> str:
    """`awaiting_approval` as people write it."""
    return "" if code is None else str(code).replace("_", " ").replace(".", ": ")


def detail(found: Mapping[str, Any]) -> str:
    """What the audit keeps beside an act: `name: Bugis, before Bugis Junction; role: admin`."""
    before, after = found.get("before"), found.get("after")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return "; ".join(f"{plain(name)}: {value(each)}" for name, each in found.items())
    changed = [name for name in after if before.get(name) != after[name]]
    rest = {name: each for name, each in found.items() if name not in ("before", "after")}
    parts = [f"{plain(name)}: {value(after[name])}, before {value(before.get(name))}" for name in changed]
    return "; ".join(filter(None, [*parts, detail(rest)]))


def value(given: object) -> str:
    """A field as people read it: no quotes, no brackets."""
    if isinstance(given, Mapping):
        return detail(given) or "none"
    if isinstance(given, list):
        return ", ".join(map(value, given)) or "none"
    if isinstance(given, Decimal):
        return f"{given:.0f}" if given == given.to_integral_value() else price(given)
    if isinstance(given, bool):
        return "yes" if given else "no"
    return "none" if given is None or given == "" else str(given)


def channel(name: str) -> str:
    return CHANNELS.get(name, name)


def initials(name: str | None) -> str:
    """Two letters for the round picture; the last two digits of a number."""
    shown = (name or "?").replace("&", "")
    letters = [word[0] for word in shown.split() if word[0].isalpha()]
    if letters:
        return "".join([letters[0], letters[-1]] if len(letters) > 1 else [*letters, ""]).upper()
    return shown[-2:]


def hue(name: str | None) -> int:
    return sum(map(ord, name or "")) % HUES


def _local(instant: datetime | str) -> datetime:
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return moment.astimezone(current_runtime().settings.zone)


def _date(given: date | str) -> date:
    return date.fromisoformat(given[:10]) if isinstance(given, str) else given


def _now() -> datetime:
    return current_runtime().clock().astimezone(current_runtime().settings.zone)


def today() -> date:
    """The supplier's own day."""
    return _now().date()
