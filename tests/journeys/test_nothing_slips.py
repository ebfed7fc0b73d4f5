"""Found by trying it as a customer: what is polite is no YES, and what was asked is not forgotten."""

from __future__ import annotations

import pytest

from bot.settings import ConfirmOrders
from tests.journeys.counter import Counter


@pytest.mark.parametrize("text", ["谢谢", "多谢", "thanks", "terima kasih", "நன்றி"])
def test_thanking_places_nothing(text: str) -> None:
    counter = Counter.of(confirm_orders=ConfirmOrders.ALWAYS)
    counter.say("3箱10寸披萨盒")
    counter.say(text)
    assert counter.order.status == "awaiting_confirmation"


def test_a_change_of_something_else_leaves_the_question_open() -> None:
    counter = Counter.of()
    counter.say("3箱10寸披萨盒和2箱手套")
    answer = counter.say("加多一箱10寸披萨盒")
    assert counter.order.status == "draft"
    assert {line.sku: line.quantity for line in counter.order.lines} == {"PB10-K": 400}
    assert "手套" in answer[-1]


def test_a_line_set_to_an_amount_is_no_answer_to_which_one_was_meant() -> None:
    counter = Counter.of(confirm_orders=ConfirmOrders.ALWAYS)
    counter.say("5ctn 10in box n 2 pkt liner")
    assert "2 more ctn" in counter.say("add 2 more ctn")[-1]
    answer = counter.say("make the liner 4 pkt")
    assert {line.sku: line.quantity for line in counter.order.lines} == {"PB10-K": 500, "LN-PZ": 200}
    assert any("2 more ctn" in each for each in answer)
    counter.say("1")
    assert {line.sku: line.quantity for line in counter.order.lines} == {"PB10-K": 700, "LN-PZ": 200}


def test_the_box_is_the_box_and_not_its_liner() -> None:
    counter = Counter.of(confirm_orders=ConfirmOrders.ALWAYS)
    counter.say("5ctn 10in box n 2 pkt liner")
    counter.say("add 2 more ctn")
    counter.say("the box")
    assert {line.sku: line.quantity for line in counter.order.lines} == {"PB10-K": 700, "LN-PZ": 100}
