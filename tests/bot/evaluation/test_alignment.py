"""Where a message names its goods and units: found with certainty, or the message is refused with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.alignment import NotAlignedError, align
from bot.evaluation.trade_catalog import TradeCatalog
from tests.bot.evaluation.shop import OLD, goods, line, message


@pytest.fixture
def boxes(tmp_path: Path) -> TradeCatalog:
    return goods(tmp_path, "boxes", OLD)


def test_goods_and_units_are_found_where_they_stand(boxes: TradeCatalog) -> None:
    row = message(
        "pls send 5ctn 10in box and 2 packets of liners", line("BX10", 500, 5, "carton"), line("LN1", 100, 2, "packet")
    )
    found = [(row["text"][p.start : p.end], p.sku or p.unit) for p in align(row, boxes).places]
    assert found == [("ctn", "carton"), ("10in box", "BX10"), ("packets", "packet"), ("liners", "LN1")]


def test_asked_words_stand_for_all_their_candidates(boxes: TradeCatalog) -> None:
    asked = {
        "text": "pizza box",
        "reason": "ambiguous",
        "candidates": ["BX10", "BX12"],
        "quantity_said": 5,
        "unit_said": "carton",
    }
    places = align(message("5 ctn pizza box", clarify=[asked]), boxes).places
    assert [p.candidates for p in places if p.candidates] == [("BX10", "BX12")]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("5 ctn 12in box", line("BX10", 500, 5, "carton"), "goods not found by name"),
    ("5 ctn 10in box, the pizza kind", line("BX10", 500, 5, "carton"), "part of a name is left"),
    ("3 sacks 10in box", line("BX10", 300, 3, "carton"), "a unit the label does not have"),
    ("5 ctn (500) 10in box", line("BX10", 500, 5, "carton"), "the size of a pack is told"),
    ("5 ctn liner 30cm", line("LN1", 5000, 5, "carton"), "a size is left"),
    ("see you tomorrow", line("LN1", 50, 1, "packet"), "names no goods"),
]


@pytest.mark.parametrize(("text", "wanted", "reason"), REFUSED, ids=[reason for _, _, reason in REFUSED])
def test_what_is_not_certain_is_refused(boxes: TradeCatalog, text: str, wanted: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotAlignedError, match=reason):
        align(message(text, wanted), boxes)


def test_a_message_without_goods_is_taken_when_the_conversation_has_them(boxes: TradeCatalog) -> None:
    held = {"sku": "BX10", "quantity": 500, "quantity_said": 5, "unit_said": "carton"}
    order = {"order_id": "SO-1", "status": "placed", "placed": "2026-11-17", "delivery_date": None, "lines": [held]}
    change = {"op": "set", **line("BX10", 800, 8, "carton"), "unit_kept": True}
    row = message(
        "make it 8",
        line("BX10", 800, 8, "carton"),
        intent="order.amend",
        changes=[change],
        context={"last_order": order},
    )
    assert align(row, boxes).places == ()
