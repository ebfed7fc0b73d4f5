"""What newcomers wrote on their first day and the bot got wrong: each dialogue was tried on the simulator."""

from __future__ import annotations

import pytest

from bot.settings import ConfirmOrders
from tests.journeys.counter import Counter


@pytest.mark.parametrize("rice", ["2kg of rice", "2 kilos of rice", "500ml of soy sauce"])
def test_goods_nobody_sells_are_asked_about_and_not_left_out_in_silence(rice: str) -> None:
    counter = Counter.of()
    answer = counter.say(f"gloves size M 5 boxes, cling film 6 rolls, and {rice}")
    assert counter.order.status == "draft"
    assert rice.split()[-1] in answer[0]


@pytest.mark.parametrize("text", ["no rice then", "no rice pls", "don't want the rice"])
def test_something_that_is_not_in_the_order_drops_no_order(text: str) -> None:
    counter = Counter.of()
    counter.say("gloves size M 5 boxes, cling film 6 rolls")
    counter.say(text)
    assert counter.order.status == "placed"
    assert {line.sku: line.quantity for line in counter.order.lines} == {"GV-M": 500, "CW-30": 6}


def test_a_word_that_fits_two_questions_answers_the_one_it_settles_and_the_other_is_asked() -> None:
    counter = Counter.of(confirm_orders=ConfirmOrders.ALWAYS)
    counter.say("We need 2 sleeves of the 16oz cups and 2 sleeves lids")
    counter.say("the cold ones")
    assert {line.sku: line.quantity for line in counter.order.lines} == {"CC16-P": 100}
    answer = counter.say("flat")
    assert {line.sku: line.quantity for line in counter.order.lines} == {"CC16-P": 100, "LD98-F": 200}
    assert "Berapa" not in answer[0]


def test_whoever_asks_for_cups_is_offered_no_lids() -> None:
    counter = Counter.of()
    assert "Lid" not in counter.say("300 hot cups")[0]
    counter.say("12oz")
    assert {line.sku: line.quantity for line in counter.order.lines} == {"CP12-H": 300}


@pytest.mark.parametrize("word", ["flat", "cold"])
def test_an_english_word_for_a_kind_is_answered_in_english(word: str) -> None:
    counter = Counter.of()
    counter.say("2 sleeves lids" if word == "flat" else "2 sleeves 12oz cups")
    assert not any(malay in counter.say(word)[0] for malay in ("Pesanan", "Berapa"))
