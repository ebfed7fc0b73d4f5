"""Golden dialogues through the real doors, worker and database, on both channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest

from tests.conftest import Shop
from tests.jobs.ledger import change
from tests.journeys.counter import TUESDAY
from tests.journeys.dialogue import Dialogue, all_dialogues, check
from tests.people import PASIR_RIS, Telegram, WhatsApp, World

SAMPLE = [dialogue for dialogue in all_dialogues() if dialogue.at_the_doors]
ORDERS = """
SELECT o.status, o.delivery_date, (SELECT string_agg(trim_scale(l.quantity)::text || ' ' || l.sku, ' + ' ORDER BY l.position)
                                   FROM order_lines l WHERE l.order_id = o.id)
FROM orders o ORDER BY o.id
"""


@pytest.fixture(autouse=True)
def on_tuesday(shop: Shop) -> Iterator[None]:
    clock = shop.runtime.clock
    shop.runtime.clock = lambda: TUESDAY
    yield
    shop.runtime.clock = clock


OUTLET = """
UPDATE outlets SET cutoff = :cutoff, confirm_orders = :confirm_orders, delivery_days = :days, min_order_total = :minimum,
    default_language = :language WHERE code = 'CP-PR'
"""
USUAL = {"cutoff": "17:00", "confirm_orders": None, "days": None, "minimum": None, "language": "en"}


def set_up(setting: Mapping[str, Any], world: World) -> None:
    """The outlet as the dialogue begins with it, and the phone's other outlets."""
    change(world.shop.runtime, OUTLET, **(USUAL | setting.get("outlet", {})))
    for code in setting.get("outlets", ())[1:]:
        world.bind(PASIR_RIS, code)


@pytest.fixture(params=["whatsapp", "telegram"])
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def talk_on(channel: str, world: World) -> WhatsApp | Telegram:
    if channel == "whatsapp":
        return world.phone()
    chat = world.chat()
    chat.share_contact(PASIR_RIS)
    return chat


@pytest.mark.parametrize("dialogue", SAMPLE, ids=[dialogue.title for dialogue in SAMPLE])
def test_the_dialogue_goes_the_same_way(dialogue: Dialogue, channel: str, world: World) -> None:
    set_up(dialogue.setting, world)
    talk, shop = talk_on(channel, world), world.shop
    for turn in dialogue.turns:
        said = talk.press(turn["press"]) if "press" in turn else _say(talk, turn["says"])
        check(_without_numbered_labels(turn), said, _orders(shop))


def _say(talk: WhatsApp | Telegram, words: str) -> list[str]:
    """Telegram tells when a message was written; WhatsApp's is taken as written when it came."""
    return talk.say(words) if isinstance(talk, WhatsApp) else talk.say(words, sent_at=int(TUESDAY.timestamp()))


def _without_numbered_labels(turn: dict[str, object]) -> dict[str, object]:
    """The channel shows the choices: as numbered lines or as buttons."""
    parts = turn.get("bot", [])
    listed = [parts] if isinstance(parts, str) else list(parts)  # type: ignore[call-overload]
    return turn | {"bot": [part for part in listed if not part[:2].rstrip(".").isdigit()]}


def _orders(shop: Shop) -> list[str]:
    def written(position: int, status: object, day: object, lines: object) -> str:
        assert isinstance(day, datetime) or hasattr(day, "strftime")
        return f"#{position} {status} {day:%a} {day.day} {day:%b}: {lines}"  # type: ignore[attr-defined]

    return [written(position, *row) for position, row in enumerate(shop.rows(ORDERS), 1)]
