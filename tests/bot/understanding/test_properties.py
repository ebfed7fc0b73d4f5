"""What holds for every message, not only for those somebody thought of."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalog import units
from bot.language.folding import fold
from bot.understanding.intent import WRITES_ORDER, Context, Line
from tests.bot.understanding.shop import INDEX, PRODUCTS, draft, lines, read

calm = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = ["2", "ctn", "10in", "box", "forks", "no", "sorry", "make it", "half", "each", "and", ",", "\n", "x", "add", "tmr",
         "垫纸", "两箱", "不要", "லைனர்", "esok", "$5", "9123 4567", "kg", "tomato", "-1", "?", "1/2", "all", "same as last", "(", ")", "12/11"]  # fmt: skip
soup = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
contexts = st.sampled_from([Context(), draft(FK=100, LN=50)])


@calm
@given(st.text(max_size=300), contexts)
def test_no_text_makes_the_reader_raise(text: str, context: Context) -> None:
    assert 0.0 <= read(text, context).confidence <= 1.0


@calm
@given(soup, contexts)
def test_no_soup_of_order_words_makes_a_line_that_cannot_be_delivered(text: str, context: Context) -> None:
    for line in read(text, context).lines:
        product = INDEX.products[line.sku]
        assert product.active
        assert line.quantity > 0
        assert units.whole_enough(product, line.quantity)


@calm
@given(soup)
def test_only_orders_carry_lines(text: str) -> None:
    intent = read(text)
    assert not intent.lines or intent.kind in WRITES_ORDER


@calm
@given(st.text(max_size=200))
def test_folding_keeps_the_way_back_to_the_original(text: str) -> None:
    folded = fold(text)
    assert folded.origin is None or len(folded.origin) == len(folded.text)
    assert folded.quote(0, len(folded.text)) in folded.source


items = st.lists(
    st.tuples(st.sampled_from(["forks", "10in box", "liners", "foil", "12in brown box"]), st.integers(1, 40)),
    min_size=1,
    max_size=5,
    unique_by=lambda item: item[0],
)


@calm
@given(items)
def test_a_basket_on_one_line_or_on_many_is_the_same_basket(basket: list[tuple[str, int]]) -> None:
    wishes = [f"{quantity} ctn {name}" for name, quantity in basket]
    one = lines(read(", ".join(wishes)))
    assert one == lines(read("\n".join(wishes)))
    assert one == lines(read("\n".join(f"- {wish}" for wish in wishes)))
    assert one == lines(read(" and ".join(wishes)))
    apart: dict[str, Decimal] = {}
    for wish in wishes:
        apart |= lines(read(wish))
    assert one == apart


@calm
@given(items)
def test_before_or_behind_the_goods_an_amount_is_the_same(basket: list[tuple[str, int]]) -> None:
    before = ", ".join(f"{quantity} ctn {name}" for name, quantity in basket)
    behind = ", ".join(f"{name} {quantity} ctn" for name, quantity in basket)
    assert lines(read(before)) == lines(read(behind))


phones = st.integers(80000000, 99999999).map(lambda n: f"{n // 10000} {n % 10000}")
prices = st.decimals(min_value="0.01", max_value="999", places=2).map(lambda p: f"${p}")
dates = st.tuples(st.integers(1, 28), st.integers(1, 12)).map(lambda d: f"{d[0]}/{d[1]}/2026")
clocks = st.integers(1, 12).map(lambda h: f"{h}am")
noise = st.one_of(
    phones.map("call {}".format), prices.map("last time {}".format), dates.map("invoice of {}".format), clocks,
    st.integers(1000, 99999).map("PO {}".format), st.integers(2, 500).map("for {} pax".format),
)  # fmt: skip


@calm
@given(noise)
def test_a_phone_price_date_or_reference_is_never_a_quantity(words: str) -> None:
    assert lines(read(f"2 pkt forks, {words}")) == {"FK": Decimal(200)}


@calm
@given(st.sampled_from(PRODUCTS), st.integers(1, 50))
def test_packs_convert_there_and_back(product: object, count: int) -> None:
    chosen = next(p for p in PRODUCTS if p is product)
    for unit, size in chosen.pack_units.items():
        base = units.to_base(chosen, Decimal(count), unit)
        assert base == count * size
        packs = units.in_packs(chosen, base)
        assert packs is not None
        assert units.to_base(chosen, *packs) == base


@pytest.mark.parametrize("quantity", [1, 7, 99])
def test_a_line_quotes_the_customers_own_words(quantity: int) -> None:
    line: Line = read(f"Please send {quantity} PKT of Wooden FORKS!").lines[0]
    assert line.text == "Wooden FORKS"
