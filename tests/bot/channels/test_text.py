"""Long replies become several messages at line ends; an order stays in one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.text import fit, length, parts_of, split_at_lines, storable, storable_values, with_struck

ORDER = "\n".join(
    [
        "Order SO-1 is placed.",
        *(f"• {n} pcs Product number {n} × SGD 0.28 = SGD {n}.00" for n in range(1, 101)),
        "Total SGD 5,050.00",
    ]
)


@given(st.text(max_size=400), st.integers(4, 60))
def test_no_part_is_longer_than_the_limit_and_no_character_is_lost(text: str, limit: int) -> None:
    parts = split_at_lines(text, limit)
    assert all(length(part) <= limit for part in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")


def test_a_short_text_is_one_part_as_it_is() -> None:
    assert parts_of("hello", 1600, whole=False) == ["hello"]


def test_an_order_that_is_too_long_keeps_its_head_its_total_and_says_how_much_is_left_out() -> None:
    (text,) = parts_of(ORDER, 1600, whole=True)
    assert length(text) <= 1600
    assert text.startswith("Order SO-1 is placed.")
    assert text.endswith("Total SGD 5,050.00")
    shown = sum(line.startswith("• ") and "Product" in line for line in text.splitlines())
    assert f"… +{100 - shown}" in text


def test_an_order_a_little_too_long_loses_its_unit_prices_only() -> None:
    text = fit(ORDER, length(ORDER) - 100)
    assert text.count("Product number") == 100
    assert "×" not in text


def test_an_emoji_counts_as_two() -> None:
    assert length("a😀") == 3


def test_what_postgresql_cannot_hold_is_taken_out_at_any_depth() -> None:
    assert storable("a\x00\ud800b") == "ab"
    assert storable_values({"k\x00": ["\ud800x", {"y": "\x00"}, 5]}) == {"k": ["x", {"y": ""}, 5]}


def test_crossed_out_stretches_stand_between_waves() -> None:
    assert with_struck("10 ctn 5 ctn box", [(0, 6)]) == "~10 ctn~ 5 ctn box"
    assert with_struck("🎉 10 ctn 5 ctn", [(3, 9)]) == "🎉 ~10 ctn~ 5 ctn"
    assert with_struck("liner\nfork \nbox", [(0, 12)]) == "~liner~\n~fork~ \nbox"
    assert with_struck("a b c", [(0, 1), (4, 5)]) == "~a~ b ~c~"


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=3))
def test_marking_loses_no_character(text: str, spans: list[tuple[int, int]]) -> None:
    text = storable(text).replace("~", "")
    whole = [(start, end) for start, end in spans if start <= end and all(ord(c) < 0x10000 for c in text)]
    assert with_struck(text, whole).replace("~", "") == text
