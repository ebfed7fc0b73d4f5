"""Found by trying it as a customer: what is polite is no YES, and what was asked is not forgotten."""

from __future__ import annotations

import pytest

from bot.settings import ConfirmOrders
from tests.conversation.counter import Counter


@pytest.mark.parametrize("text", ["谢谢", "多谢", "thanks", "terima kasih", "நன்றி"])
def test_thanking_places_nothing(text: str) -> None:
    counter = Counter.of(confirm_orders=ConfirmOrders.ALWAYS)
    counter.say("3箱10寸披萨盒")
    counter.say(text)
    assert counter.order.status == "awaiting_confirmation"


def test_a_change_of_something_else_leaves_the_question_open() -> None:
    counter = Counter.of()
    counter.say("3箱10寸披萨盒和2包手套")
    answer = counter.say("加多一箱10寸披萨盒")
    assert counter.order.status == "draft"
    assert {line.sku: line.quantity for line in counter.order.lines} == {"PB10-K": 400}
    assert "手套" in answer[-1]
