"""The judgement of a reading: each flag on recorded cases, worked out by another program that follows the same rules."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from bot.catalog.catalog_csv import read_catalog
from bot.evaluation.examples import Example, parse_example, read_examples
from bot.evaluation.scoring import Judgement, judge
from bot.settings import ROOT
from tests.bot.evaluation.shop import line, message

PACKAGING = ROOT / "data" / "corpus" / "packaging"
CASES = [json.loads(row) for row in (Path(__file__).parent / "judgements.jsonl").read_text("utf-8").splitlines()]
CATALOG = {product.sku: product for product in read_catalog(PACKAGING / "catalog.csv")}
EXAMPLES = {example.id: example for example in read_examples(PACKAGING / "followups.jsonl")}
PLACED = {"order_id": "SO-1", "status": "placed", "placed": "2026-11-17", "delivery_date": "2026-11-19"}
FOIL = {**PLACED, "lines": [{"sku": "FL-30", "quantity": 24, "quantity_said": 2, "unit_said": "carton"}]}


def judged(example: Example, **prediction: Any) -> Judgement:
    usual = {"intent": "order.amend", "lines": [], "delivery_date": None, "clarify": [], "sure": True}
    return judge(example, {**usual, **prediction}, CATALOG)


@pytest.mark.parametrize("at", range(len(CASES)))
def test_a_judgement_is_what_the_rules_make_of_it(at: int) -> None:
    case = CASES[at]
    found = asdict(judge(EXAMPLES[case["message"]], case["prediction"], CATALOG))
    assert {key: found[key] for key in case["judgement"]} == case["judgement"]


def test_the_recorded_cases_show_every_flag_both_ways() -> None:
    flags = ("exact", "placed_right", "needless_yes", "danger", "unsure_wrong", "wrongly_cancelled", "wrongly_ignored")
    for flag in flags:
        assert {case["judgement"][flag] for case in CASES} == {True, False}, flag


def not_two() -> Example:
    change = {"op": "set", **line("FL-30", 72, 6, "carton")}
    row = message("6 ctn foil not 2", line("FL-30", 72, 6, "carton"), intent="order.amend", changes=[change])
    return parse_example({**row, "context": {"last_order": FOIL}})


def test_a_new_wish_in_place_of_a_change_is_wrong_and_sure() -> None:
    more = [{"sku": "FL-30", "quantity_base_units": 72}]
    assert judged(not_two(), intent="order.create", lines=more).danger
    assert not judged(not_two(), intent="order.create", lines=more, sure=False).danger
    assert judged(not_two(), intent="order.create", lines=more, sure=False).unsure_wrong


def test_the_right_change_is_placed_and_with_a_yes_it_is_a_needless_one() -> None:
    right = [{"sku": "FL-30", "quantity_base_units": 72}]
    assert judged(not_two(), lines=right).placed_right
    assert judged(not_two(), lines=right, sure=False).needless_yes
    assert judged(not_two(), lines=right, clarify=[{"text": "foil"}]).needless_question


def test_an_order_that_is_dropped_or_passed_over_is_counted_as_such() -> None:
    assert judged(not_two(), intent="order.cancel").wrongly_cancelled
    assert judged(not_two()).wrongly_cancelled
    assert judged(not_two(), intent="thanks").wrongly_ignored


def test_a_yes_is_not_needless_where_the_label_allows_it() -> None:
    row = message("5 ctn 10in box deliver to unit 03-12", line("PB10-K", 500, 5, "carton"), or_yes=True, or_ask=True)
    right = [{"sku": "PB10-K", "quantity_base_units": 500}]
    found = judged(parse_example(row), intent="order.create", lines=right, sure=False)
    assert found.exact
    assert not found.needless_yes
    assert judged(parse_example(row), intent="order.create", clarify=[{"text": "03-12"}]).exact
