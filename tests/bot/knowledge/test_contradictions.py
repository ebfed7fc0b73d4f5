"""A document that says another thing than our rows is reported, one that says the same is not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.knowledge.contradictions import Facts, contradictions
from bot.knowledge.documents import Collection, Passage, read_folder
from tests.bot.knowledge.conftest import DOCUMENTS

ROWS = Facts(
    frozenset({"17:00"}), frozenset({Decimal("50.00")}), Decimal("0.09"), {"Pizza Box 10 inch": Decimal("0.28")}
)


def found(text: str) -> list[str]:
    return contradictions([Passage(Collection.POLICIES, "orders", "Orders", "", text)], ROWS)


@pytest.mark.parametrize(
    "text",
    [
        "The cut-off is 4 pm.",
        "Our cut-off time is 16:30 on weekdays.",
        "The minimum order is SGD 80.00.",
        "GST of 8 % is added.",
        "A Pizza Box 10 inch costs SGD 0.30.",
    ],
)
def test_another_figure_than_in_the_rows_is_reported(text: str) -> None:
    (line,) = found(text)
    assert line.startswith("orders, Orders: says")


@pytest.mark.parametrize(
    "text",
    [
        "The cut-off is 5 pm.",
        "The cut-off is 17:00 and trucks leave at night.",
        "The minimum order is SGD 50.",
        "GST of 9 % is added.",
        "A Pizza Box 10 inch costs SGD 0.28.",
        "Trucks drive from 8 am to 6 pm.",
    ],
)
def test_what_the_rows_say_too_is_not(text: str) -> None:
    assert found(text) == []


def test_the_demo_documents_agree_with_the_demo_rows() -> None:
    facts = Facts(frozenset({"17:00"}), frozenset({Decimal("0.01")}), Decimal("0.09"), {})
    assert contradictions(read_folder(DOCUMENTS), facts) == []
