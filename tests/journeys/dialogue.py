"""Golden dialogues: what the customer says, what the bot says, what the order becomes. Read from dialogues/*.yaml.

A dialogue begins on Tuesday, 24 November 2026, 10:00 in Singapore, at Canadian Pizza Pasir Ris (cut-off 17:00 the day before
delivery), unless it says otherwise. Orders are written as "#1 placed Wed 25 Nov: 100 PB10-K + 50 LN-PZ", in base units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from bot.ordering.delivery import DeliveryRules
from bot.ordering.prices import Contract, PriceList
from bot.replies.order_lines import NO_BREAK
from bot.settings import ConfirmOrders
from bot.situation import OrderView, Usual
from tests.journeys.counter import ZONE, Counter, demo_outlets

FOLDER = Path(__file__).parent / "dialogues"
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Every process of the suite reads all of them before its first test; the library's own C reader does it ten times as fast."""
FIRST_DAY = date(2026, 1, 1)


@dataclass(frozen=True)
class Dialogue:
    title: str
    setting: Mapping[str, Any]
    turns: tuple[Mapping[str, Any], ...]

    @property
    def at_the_doors(self) -> bool:
        """Also told through the real doors, worker and database, on both channels."""
        return bool(self.setting.get("doors"))


def all_dialogues() -> list[Dialogue]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for raw in yaml.load(path.read_text("utf-8"), FAST):
            turns = tuple(raw.pop("turns"))
            found.append(Dialogue(f"{path.stem}: {raw.pop('title')}", raw, turns))
    return found


def counter_for(setting: Mapping[str, Any]) -> Counter:
    """The counter that a dialogue begins at."""
    counter = Counter.of(*setting.get("outlets", ["CP-PR"]), **_outlet_changes(setting.get("outlet", {})))
    if at := setting.get("at"):
        counter.now = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    first = counter.outlets[0]
    prices = setting.get("contract", {}).items()
    counter.prices = PriceList(
        {(first.customer_id, sku): (Contract(Decimal(str(price)), FIRST_DAY),) for sku, price in prices}
    )
    counter.usual = {
        (first.id, sku): Usual(int(orders), Decimal(most)) for sku, (orders, most) in setting.get("usual", {}).items()
    }
    counter.language = setting.get("language")
    return counter


def _outlet_changes(raw: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if "confirm_orders" in raw:
        changes["confirm_orders"] = ConfirmOrders(raw["confirm_orders"])
    if "language" in raw:
        changes["language"] = raw["language"]
    if "minimum" in raw:
        changes["min_order_total"] = Decimal(str(raw["minimum"]))
    if "cutoff" in raw or "days" in raw:
        cutoff = time.fromisoformat(raw.get("cutoff", "17:00"))
        changes["delivery"] = DeliveryRules(ZONE, cutoff, frozenset(raw.get("days", ())))
    return changes


def shown(order: OrderView, position: int) -> str:
    """ "#1 placed Wed 25 Nov: 100 PB10-K + 50 LN-PZ"."""
    lines = " + ".join(f"{line.quantity.normalize():f} {line.sku}" for line in order.lines)
    delivery = (
        f"{order.delivery_date:%a} {order.delivery_date.day} {order.delivery_date:%b}" if order.delivery_date else "-"
    )
    return f"#{position} {order.status} {delivery}: {lines}"


def all_shown(orders: Iterable[OrderView]) -> list[str]:
    return [shown(order, position) for position, order in enumerate(orders, 1)]


def expected(turn: Mapping[str, Any], name: str) -> list[str] | None:
    """The turn's expectation as a list; None where the turn says nothing about it."""
    raw = turn.get(name)
    if raw is None:
        return None
    return [] if raw == "none" else [raw] if isinstance(raw, str) else list(raw)


def check(turn: Mapping[str, Any], replies: list[str], orders: list[str]) -> None:
    """Raises AssertionError with both sides when the bot said or did something else."""
    said = "\n".join(replies).replace(NO_BREAK, " ")
    missing = [part for part in expected(turn, "bot") or [] if part not in said]
    assert not missing, f"{turn}\nthe bot did not say {missing}, but:\n{said}"
    unwanted = [part for part in expected(turn, "not") or [] if part in said]
    assert not unwanted, f"{turn}\nthe bot must not say {unwanted}, but said:\n{said}"
    becomes = expected(turn, "order")
    if becomes is not None:
        assert orders == becomes, f"{turn}\nbecame {orders}, and the bot said:\n{said}"


def known_outlets(codes: Iterable[str]) -> list[str]:
    return [demo_outlets()[code].name for code in codes]
