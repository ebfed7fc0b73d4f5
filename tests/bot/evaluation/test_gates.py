"""The gates of `flask eval`: a figure that is too low has its sentence, whatever the baseline says."""

from __future__ import annotations

from bot.evaluation.gates import under_the_gates

GOOD = {"en": (800, 0.99), "ms": (300, 0.98)}


def test_figures_that_are_good_say_nothing() -> None:
    assert under_the_gates(0.99, 0.97, GOOD) == []


def test_each_figure_that_is_too_low_is_named() -> None:
    said = under_the_gates(0.94, 0.90, GOOD | {"ta": (120, 0.80), "th": (3, 0.0)})
    assert said == [
        "intents: 0.9400 is below 0.95",
        "macro-F1 of intents: 0.9000 is below 0.95",
        "intents in ta: 0.8000 is below 0.95",
    ]
