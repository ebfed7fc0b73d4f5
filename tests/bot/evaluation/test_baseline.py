"""The gate: figures may rise, wrong orders may fall, and never the other way round."""

from __future__ import annotations

from bot.evaluation.baseline import below, recorded
from bot.evaluation.examples import parse_example
from bot.evaluation.figures import Score, summarise
from bot.evaluation.scoring import judge
from tests.bot.evaluation.shop import line, message

ORDER = parse_example(message("5 ctn 10in box", line("BX10", 500, 5, "carton")))


def score(*amounts: int) -> Score:
    """The figures of readings that wrote these amounts where 500 was meant."""
    said = [{"intent": "order.create", "lines": [{"sku": "BX10", "quantity_base_units": amount}]} for amount in amounts]
    return summarise([judge(ORDER, prediction, {}) for prediction in said])


def test_the_same_figures_pass() -> None:
    assert below({"boxes": score(500, 500)}, 0.0, recorded({"boxes": score(500, 500)}, {})) == []


def test_a_wrong_order_more_is_told_with_what_fell() -> None:
    worse = below({"boxes": score(500, 5)}, 0.0, recorded({"boxes": score(500, 500)}, {}))
    assert any("danger 1, the baseline has 0" in sentence for sentence in worse)
    assert any("exact 0.5000 is below the baseline 1.0000" in sentence for sentence in worse)


def test_better_figures_and_sets_of_another_size_pass() -> None:
    assert below({"boxes": score(500, 500)}, 0.0, recorded({"boxes": score(500, 5)}, {})) == []
    assert below({"boxes": score(5)}, 0.0, recorded({"boxes": score(500, 500)}, {})) == []


def test_too_many_messages_for_a_language_model_are_told() -> None:
    assert below({}, 0.2, {}) == ["a language model would be asked for 20.0 % of the messages"]


def test_recording_raises_the_baseline_and_never_lowers_it() -> None:
    best = recorded({"boxes": score(500, 500)}, {})
    assert recorded({"boxes": score(500, 5)}, best) == best
    assert recorded({"boxes": score(500, 500)}, recorded({"boxes": score(500, 5)}, {})) == best


def test_a_set_that_has_grown_starts_anew() -> None:
    before = recorded({"boxes": score(500)}, {})
    assert recorded({"boxes": score(500, 5)}, before)["boxes"]["danger"] == 1
