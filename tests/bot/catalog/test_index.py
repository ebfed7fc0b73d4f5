"""The index finds products by names, words and sizes, and mends only what is surely a slip."""

from __future__ import annotations

import pytest

from bot.catalog.index import CatalogIndex
from bot.catalog.match import How, match
from tests.bot.understanding.shop import INDEX, PRODUCTS, product


def bag(words: str) -> frozenset[str]:
    return frozenset(words.split())


@pytest.mark.parametrize(
    ("words", "how", "skus"),
    [
        ("fork", How.EXACT, {"FK"}),
        ("10in box", How.EXACT, {"PB10-K"}),
        ("box 10in", How.EXACT, {"PB10-K"}),
        ("10in white box", How.INACTIVE, {"PB10-W"}),
        ("12in box", How.AMBIGUOUS, {"PB12-K", "PB12-W"}),
        ("spoon", How.AMBIGUOUS, {"SPW", "SPC"}),
        ("chinese spoon", How.WORDS, {"SPC"}),
        ("20in box", How.UNKNOWN, set()),
    ],
)
def test_an_exact_name_wins_and_every_word_must_hold(words: str, how: How, skus: set[str]) -> None:
    found = match(INDEX, bag(words))
    assert (found.how, set(found.skus)) == (how, skus)


def test_two_active_products_of_one_name_are_ambiguous() -> None:
    twins = [product("A", "Blue Box", "blue"), product("B", "Blue Box", "blue")]
    assert match(CatalogIndex.build(twins), bag("blue")).how is How.AMBIGUOUS


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("froks", "fork"), ("woden", "wooden"), ("pizzabox", "pizza box"), ("glvs", "glove"), ("alumnium", "aluminium")],
)
def test_a_slip_is_mended(typed: str, meant: str) -> None:
    assert INDEX.mend(typed) == meant


@pytest.mark.parametrize("word", ["cork", "pork", "fort", "liver", "love", "qwxz", "forks", "f"])
def test_a_word_that_may_be_something_else_is_left_alone(word: str) -> None:
    assert INDEX.mend(word) is None


def test_equal_catalogs_read_equally_in_any_order() -> None:
    turned = CatalogIndex.build(reversed(PRODUCTS))
    for words in ("spoon", "12in box", "fork", "box"):
        assert set(match(turned, bag(words)).skus) == set(match(INDEX, bag(words)).skus)
