"""Properties: how a basket is cut into messages does not change what is ordered, and a reply says only what is in the order."""

from __future__ import annotations

import re
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.units import label
from bot.replies import LANGUAGES, render
from bot.replies.render import Voice
from tests.journeys.counter import Counter, basket, demo_products

PLAIN = {
    "10in box": "PB10-K", "liner": "LN-PZ", "12oz hot cup": "CP12-H", "8oz hot cup": "CP08-H", "wooden fork": "FK-W",
    "cling wrap": "CW-30", "fries box": "FR-M", "burger box": "CL6", "wet wipes": "WW", "chopsticks": "CH-B",
}  # fmt: skip
PRODUCTS = {product.sku: product for product in demo_products()}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")

items = st.lists(
    st.tuples(st.sampled_from(sorted(PLAIN)), st.integers(1, 6)), min_size=1, max_size=6, unique_by=lambda item: item[0]
)


def said(item: tuple[str, int]) -> str:
    return f"{item[1]} ctn {item[0]}"


def wanted(chosen: list[tuple[str, int]]) -> dict[str, Decimal]:
    return {PLAIN[name]: PRODUCTS[PLAIN[name]].pack_units["carton"] * count for name, count in chosen}


@settings(max_examples=60, deadline=None)
@given(chosen=items, data=st.data())
def test_any_split_of_a_basket_over_messages_gives_the_same_order(
    chosen: list[tuple[str, int]], data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, len(chosen)))) | {len(chosen)})
    counter, start = Counter.of(), 0
    for cut in cuts:
        joiner = data.draw(st.sampled_from([", ", " and ", "\n"]))
        counter.say(joiner.join(said(item) for item in chosen[start:cut]))
        counter.wait(data.draw(st.sampled_from([0, 1, 20])))
        start = cut
    placed = [order for order in counter.orders if order.status == "placed"]
    assert len(placed) == 1
    assert basket(placed[0]) == wanted(chosen)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(sorted(PLAIN)), parts=st.lists(st.integers(1, 6), min_size=1, max_size=4))
def test_a_quantity_said_in_parts_is_the_sum(name: str, parts: list[int]) -> None:
    """The same part twice is asked about first (it may be a repetition) and then counted too."""
    counter = Counter.of()
    for part in parts:
        counter.say(said((name, part)))
        if counter.question is not None:
            counter.say("yes")
    assert basket(counter.order) == wanted([(name, sum(parts))])
    assert [order.status for order in counter.orders] == ["placed"]


@settings(max_examples=60, deadline=None)
@given(chosen=items, language=st.sampled_from(LANGUAGES))
def test_every_number_in_a_confirmation_is_the_orders(chosen: list[tuple[str, int]], language: str) -> None:
    """A reply names no price, quantity, total, date or product that is not in the order it is about."""
    counter = Counter.of()
    counter.say(", ".join(said(item) for item in chosen))
    assert counter.last_decision is not None
    order, outlet = counter.order, counter.outlets[0]
    voice = Voice(language, "SGD", outlet.name, outlet.delivery, Decimal("0.09"), order.number)
    text = render(counter.last_decision.replies[0], voice).text
    spoken = {number.replace(",", "") for number in _NUMBER.findall(text)}
    assert spoken <= _numbers_of(counter)
    for line in order.lines:
        assert line.name in text
    others = [p.name for p in PRODUCTS.values() if p.sku not in basket(order) and len(p.name) > 12]
    assert not [name for name in others if name in text]


def _numbers_of(counter: Counter) -> set[str]:
    """Every number that an order's own values can give."""
    order = counter.order
    write = counter.last_decision.order if counter.last_decision else None
    assert write is not None
    assert write.delivery_date is not None
    amounts = [write.totals.subtotal, write.totals.tax, write.totals.total, *(line.total for line in order.lines)]
    numbers = {f"{amount:.2f}" for amount in amounts} | {f"{line.unit_price:.2f}" for line in order.lines}
    numbers |= {f"{line.quantity.normalize():f}" for line in order.lines}
    numbers |= {f"{line.pack_quantity.normalize():f}" for line in order.lines if line.pack_quantity}
    days = [write.delivery_date, counter.now.date()]
    numbers |= {str(part) for day in days for part in (day.day, day.month)} | {
        "17",
        "00",
        "9",
        order.number.removeprefix("SO-"),
    }
    names = " ".join([line.name for line in order.lines] + [label(line.unit) for line in order.lines])
    return numbers | set(_NUMBER.findall(names))
