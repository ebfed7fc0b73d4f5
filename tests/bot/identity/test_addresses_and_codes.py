"""Spellings of one number, and codes: what is equal and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.identity.addresses import spellings
from bot.identity.codes import code_in, hashed, new_code


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5511987654321", "+551187654321"),
        ("+525512345678", "+5215512345678"),
        ("+541112345678", "+5491112345678"),
    ],
)
def test_two_spellings_of_one_number_know_each_other(one: str, other: str) -> None:
    assert set(spellings(one)) == set(spellings(other)) == {one, other}


@pytest.mark.parametrize(
    "address", ["+6580000101", "+551123456789", "+12025550123", "SG.abc", "", "+55", "+0", "+5491112345678x"]
)
def test_every_other_address_is_only_itself(address: str) -> None:
    assert spellings(address) == (address,)


@given(st.text(max_size=60))
def test_an_address_is_always_its_own_first_spelling(address: str) -> None:
    found = spellings(address)
    assert found[0] == address
    assert len(found) <= 2


@given(st.from_regex(r"\+\d{8,15}", fullmatch=True), st.from_regex(r"\+\d{8,15}", fullmatch=True))
def test_spellings_are_symmetric_so_no_third_number_joins(one: str, other: str) -> None:
    assert (other in spellings(one)) == (one in spellings(other))


def test_new_codes_are_read_back_however_they_are_typed() -> None:
    for _ in range(200):
        code = new_code()
        left, right = code.split("-")
        for typed in (code, code.lower(), f"{left} {right}", left + right, f" code: {code}. ", f"JOIN {code}"):
            assert code_in(typed) == code


@pytest.mark.parametrize(
    "text",
    ["/start KT47-MX92", "/start@tria_order_bot kt47-mx92", "hello, this is our code: KT47–MX92 thanks", "kod saya KT47—MX92",
     "我的邀请码是 KT47‑MX92", "KT47−MX92", "invitation KT47-MX92"],
)  # fmt: skip
def test_a_code_is_found_behind_a_link_and_behind_the_words_that_introduce_it(text: str) -> None:
    assert code_in(text) == "KT47-MX92"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PB10 CC12",
        "PIZZABOX",
        "12345678",
        "KT47",
        "KT47-MX92 please and 2 ctn box",
        "KT47 MX92 is the sku that the kitchen of our outlet wants from you today",
        "my code is KT47",
        "my code is KT47MX9",
        "2 ctn 10in box",
        "yes",
        "KT4O-MX9I",
        "x" * 5000,
    ],
)
def test_orders_and_skus_are_no_codes(text: str) -> None:
    assert code_in(text) is None


def test_a_hash_depends_on_the_secret_and_hides_the_code() -> None:
    assert hashed("KT47-MX92", "a") != hashed("KT47-MX92", "b")
    assert "KT47" not in hashed("KT47-MX92", "a")
