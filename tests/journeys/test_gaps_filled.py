"""Words that the rules do not know, with a language model at hand: through the doors, the worker and the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from bot.understanding.llm import GapFiller
from jobs.turn.llm_budget import spent_today
from simulator.adversary import Mode
from simulator.server import Running
from tests.conftest import Shop
from tests.people import WhatsAppPhone

WISH = "5 ctn wobblers"
LINER = {"kind": "order.create", "lines": [{"span": "wobblers", "sku": "LN-PZ", "quantity": 5, "unit": "ctn"}]}
ORDERS = "SELECT o.status, l.sku, l.quantity::int FROM orders o JOIN order_lines l ON l.order_id = o.id"
LLM = "SELECT context->'llm' FROM conversation_messages WHERE direction = 'inbound' ORDER BY id LIMIT 1"


def filler_at(simulator: Running, *, budget_usd: str = "5.00") -> GapFiller:
    return GapFiller(
        api_key="sk-simulated",
        base_url=f"{simulator.url}/v1",
        model="gpt-4.1-mini",
        daily_budget_usd=Decimal(budget_usd),
        pause=lambda _: None,
    )


@pytest.fixture
def filler(shop: Shop, simulator: Running) -> Iterator[GapFiller]:
    """The runtime of the jobs, given a language model as OPENAI_API_KEY would."""
    made = filler_at(simulator)
    shop.runtime.gap_filler = made
    yield made
    shop.runtime.gap_filler = None
    made.close()


def asked(simulator: Running) -> int:
    return len(simulator.ledger.entries(provider="openai", operation="chat.completions"))


def test_what_the_llm_explains_is_shown_and_placed_only_after_a_yes(
    shop: Shop, simulator: Running, whatsapp: WhatsAppPhone, filler: GapFiller
) -> None:
    simulator.openai.script.append(LINER)
    (draft,) = whatsapp.say(WISH)
    assert "Liner" in draft
    assert "Shall I place it?" in draft
    assert shop.rows(ORDERS) == [("awaiting_confirmation", "LN-PZ", 5000)]
    whatsapp.say("yes")
    assert shop.rows(ORDERS) == [("placed", "LN-PZ", 5000)]
    record: Any = shop.one(LLM)
    assert (record["outcome"], record["filled"], record["model"]) == ("ok", True, "gpt-4.1-mini")
    assert "LN-PZ" in record["raw"]
    with shop.runtime.engine.connect() as connection:
        assert spent_today(connection, shop.runtime.clock()) == Decimal(record["cost_usd"]) > 0


@pytest.mark.parametrize("mode", [Mode.SERVER_ERROR, Mode.NOT_JSON, Mode.REFUSAL, Mode.HUGE_QUANTITY, Mode.FOREIGN_SKU])
def test_a_broken_llm_still_gets_the_customer_an_answer(
    shop: Shop, simulator: Running, whatsapp: WhatsAppPhone, filler: GapFiller, mode: Mode
) -> None:
    """What is clear is kept, the rest is asked, nothing is invented."""
    simulator.openai.mode = mode
    (question,) = whatsapp.say(f"100 10in box, {WISH}")
    assert "wobblers" in question
    assert [(sku, quantity) for _, sku, quantity in shop.rows(ORDERS)] == [("PB10-K", 100)]
    assert asked(simulator) >= 1


def test_an_order_without_gaps_costs_nothing(
    shop: Shop, simulator: Running, whatsapp: WhatsAppPhone, filler: GapFiller
) -> None:
    whatsapp.say("I need 100 x 10 inch pizza boxes")
    assert shop.rows(ORDERS) == [("placed", "PB10-K", 100)]
    assert (asked(simulator), shop.one(LLM)) == (0, None)


def test_the_days_cap_is_judged_by_what_all_messages_cost(
    shop: Shop, simulator: Running, whatsapp: WhatsAppPhone, filler: GapFiller
) -> None:
    """The ledger's sum, not one worker's memory."""
    shop.runtime.gap_filler = filler_at(simulator, budget_usd="0.000001")
    whatsapp.say(WISH)
    (question,) = whatsapp.say("7 ctn wobblers")
    assert "wobblers" in question
    assert asked(simulator) == 1
    outcomes = "SELECT context->'llm'->>'outcome' FROM conversation_messages WHERE direction = 'inbound' ORDER BY id"
    assert shop.rows(outcomes) == [("ok",), ("over_budget",)]
    shop.runtime.gap_filler.close()


def test_where_no_yes_is_asked_no_llm_is(
    shop: Shop, simulator: Running, whatsapp: WhatsAppPhone, filler: GapFiller
) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET confirm_orders = 'never'")
    simulator.openai.script.append(LINER)
    whatsapp.say(WISH)
    assert asked(simulator) == 0
    assert [row for row in shop.rows(ORDERS) if row[0] == "placed"] == []


def test_the_chat_of_a_stranger_is_never_sent_anywhere(simulator: Running, shop: Shop, filler: GapFiller) -> None:
    WhatsAppPhone(simulator, shop, "+6580009999").say(WISH)
    assert asked(simulator) == 0
