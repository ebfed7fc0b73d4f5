"""The trade swap: the answer follows by construction, from the new catalog's own units."""

from __future__ import annotations

import json
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.alignment import NotAlignedError, align
from bot.evaluation.swaps import TRADES
from bot.evaluation.trade_catalog import TradeCatalog, read_trade_catalog
from bot.evaluation.trade_swap import sources, swap, swapped
from bot.evaluation.unit_words import unit_words
from bot.settings import ROOT
from tests.bot.evaluation.shop import NEW, OLD, goods, line, message

FEW_TRADES = ("fasteners", "drinks", "joss", "maligai", "runcit", "coffee")


@pytest.fixture
def boxes(tmp_path: Path) -> TradeCatalog:
    return goods(tmp_path, "boxes", OLD)


@pytest.fixture
def valves(tmp_path: Path) -> TradeCatalog:
    return goods(tmp_path, "valves", NEW)


def told(row: dict[str, Any], old: TradeCatalog, new: TradeCatalog, seed: int = 1) -> dict[str, Any]:
    return swap(align(row, old), old, new, random.Random(seed))


def test_amounts_follow_from_the_units_of_the_new_goods(boxes: TradeCatalog, valves: TradeCatalog) -> None:
    row = message("5 ctn 10in box tmr", line("BX10", 500, 5, "carton"), delivery_date="2026-11-19")
    factors = {"90001": {"PKT": 20, "CTN": 400}, "90002": {"BX": 10, "CTN": 120}, "90003": {"BX": 20, "CTN": 240}}
    for seed in range(20):
        new = told(row, boxes, valves, seed)
        (wanted,) = new["gold"]["lines"]
        sizes = {unit_words().canonical(code): size for code, size in factors[wanted["sku"]].items()}
        assert wanted["quantity_base_units"] == 5 * sizes[wanted["unit_said"]]
        assert wanted["quantity_said"] == 5
        assert new["gold"]["delivery_date"] == "2026-11-19"
        assert new["text"].startswith("5 ")
        assert new["text"].endswith(" tmr")


def test_one_unit_is_replaced_by_one_unit_in_the_whole_message(boxes: TradeCatalog, valves: TradeCatalog) -> None:
    row = message("2 ctn 10in box, 3 ctn 12in box", line("BX10", 200, 2, "carton"), line("BX12", 150, 3, "carton"))
    for seed in range(10):
        assert len({wanted["unit_said"] for wanted in told(row, boxes, valves, seed)["gold"]["lines"]}) == 1


def test_goods_sold_by_weight_are_replaced_by_goods_sold_by_weight(boxes: TradeCatalog, valves: TradeCatalog) -> None:
    new = told(message("2.5 kg butter", line("BT5", 2.5, 2.5, "kg")), boxes, valves)
    assert new["text"] == "2.5 kg solder"
    assert [(wanted["sku"], wanted["quantity_base_units"]) for wanted in new["gold"]["lines"]] == [("90004", 2.5)]


def test_what_has_to_be_asked_is_replaced_by_a_phrase_that_fits_as_many(
    boxes: TradeCatalog, valves: TradeCatalog
) -> None:
    asked = {
        "text": "pizza box",
        "reason": "ambiguous",
        "candidates": ["BX10", "BX12"],
        "quantity_said": 5,
        "unit_said": "carton",
    }
    new = told(message("5 ctn pizza box", clarify=[asked]), boxes, valves)
    (question,) = new["gold"]["clarify"]
    assert question["text"] == "valve"
    assert sorted(question["candidates"]) == ["90002", "90003"]
    assert "valve" in new["text"]


def test_the_conversation_is_told_in_the_new_goods(boxes: TradeCatalog, valves: TradeCatalog) -> None:
    held = {"sku": "BX10", "quantity": 500, "quantity_said": 5, "unit_said": "carton"}
    order = {"order_id": "SO-1", "status": "placed", "placed": "2026-11-17", "delivery_date": None, "lines": [held]}
    change = {"op": "set", **line("BX10", 800, 8, "carton"), "unit_kept": True}
    context = {"last_order": order, "last_bot": "Order SO-1 is placed: Pizza Box 10 inch."}
    row = message("make it 8", line("BX10", 800, 8, "carton"), intent="order.amend", changes=[change], context=context)
    new = told(row, boxes, valves)
    (kept,) = new["context"]["last_order"]["lines"]
    (wanted,) = new["gold"]["lines"]
    assert kept["sku"] == wanted["sku"]
    assert kept["quantity"] * 8 == wanted["quantity_base_units"] * 5
    assert valves.products[kept["sku"]].name in new["context"]["last_bot"]


def test_two_numbers_side_by_side_are_refused(boxes: TradeCatalog, tmp_path: Path) -> None:
    pipes = goods(tmp_path, "pipes", NEW.splitlines()[0] + "\nEL,3/4 elbow,elbow,,EA,BX=10,1.00,true\n")
    with pytest.raises(NotAlignedError, match="two numbers side by side"):
        told(message("5 10in box", line("BX10", 5, 5, None)), boxes, pipes)


def test_unknown_goods_must_not_be_sold_in_the_new_trade(boxes: TradeCatalog, valves: TradeCatalog) -> None:
    asked = {"text": "solder wire", "reason": "unknown", "candidates": []}
    row = message("5 ctn 10in box and solder wire", line("BX10", 500, 5, "carton"), clarify=[asked])
    with pytest.raises(NotAlignedError):
        told(row, boxes, valves)


def sample() -> list[dict[str, Any]]:
    """Some hundred swapped messages of the corpus."""
    folder = ROOT / "data" / "corpus" / "packaging"
    rows = [
        json.loads(text)
        for name in ("dev", "followups")
        for text in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    old = read_trade_catalog(folder / "catalog.csv")
    found = list(sources(((row, old) for row in rows[::4]), Counter()))
    catalogs = [read_trade_catalog(TRADES / trade / "catalog.csv") for trade in FEW_TRADES]
    return [new for catalog in catalogs for new in swapped(found, catalog, "test", Counter())]


def test_the_same_seed_gives_the_same_messages() -> None:
    assert sample() == sample()


def test_swapped_labels_are_consistent_with_their_catalog() -> None:
    made = sample()
    assert len(made) > 300
    for row in made:
        catalog = read_trade_catalog(TRADES / row["id"].split("@")[1] / "catalog.csv")
        for wanted in row["gold"]["lines"]:
            assert catalog.products[wanted["sku"]].active, row["id"]
            if wanted["quantity_said"] is not None and "changes" not in row["gold"] and not wanted.get("parts"):
                per_unit = catalog.factor(wanted["sku"], wanted["unit_said"])
                assert per_unit is not None, row["id"]
                assert Decimal(str(wanted["quantity_said"])) * per_unit == Decimal(
                    str(wanted["quantity_base_units"])
                ), row["id"]
        for question in row["gold"]["clarify"]:
            assert set(question["candidates"]) <= set(catalog.products), row["id"]
