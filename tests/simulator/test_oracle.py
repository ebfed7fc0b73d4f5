"""The oracle: right with the probability that was set, wrong in ways that a real language model is, and the same every time."""

from __future__ import annotations

from typing import Any

from bot.understanding.prompts import LlmReading, messages
from simulator.oracle import Oracle, Truth

NAMES = {"PB10-K": "Pizza Box 10 inch", "LN-PZ": "Pizza Liner", "FK-W": "Wooden Fork"}
TEXTS = [f"{number} wobbly liners" for number in range(1, 201)]
TRUTHS = {text: Truth("order.create", {"LN-PZ": (float(text.split()[0]), None)}) for text in TEXTS}


def said(oracle: Oracle, text: str) -> dict[str, Any]:
    return oracle({"messages": messages(text, [text], NAMES)})


def right(text: str) -> dict[str, Any]:
    line = {"span": text, "sku": "LN-PZ", "quantity": float(text.split()[0]), "unit": None}
    return {"kind": "order.create", "lines": [line]}


def test_an_oracle_that_is_always_right_says_what_was_meant() -> None:
    assert all(said(Oracle(TRUTHS, 1.0), text) == right(text) for text in TEXTS)


def test_an_oracle_is_right_about_as_often_as_it_is_told_to_be() -> None:
    share = sum(said(Oracle(TRUTHS, 0.7), text) == right(text) for text in TEXTS) / len(TEXTS)
    assert 0.6 < share < 0.8


def test_what_it_says_always_has_the_shape_that_was_asked_for() -> None:
    for text in TEXTS:
        reading = LlmReading.model_validate(said(Oracle(TRUTHS, 0.0), text))
        assert {line.sku for line in reading.lines} <= set(NAMES)


def test_it_errs_in_every_way_it_knows() -> None:
    wrong = [said(Oracle(TRUTHS, 0.0), text) for text in TEXTS]
    assert any(answer["kind"] != "order.create" for answer in wrong)
    assert {len(answer["lines"]) for answer in wrong} == {0, 1, 2}
    assert any(line["sku"] != "LN-PZ" for answer in wrong for line in answer["lines"])


def test_the_same_seed_says_the_same_and_another_does_not() -> None:
    once = [said(Oracle(TRUTHS, 0.5), text) for text in TEXTS]
    assert once == [said(Oracle(TRUTHS, 0.5), text) for text in TEXTS]
    assert once != [said(Oracle(TRUTHS, 0.5, seed="2"), text) for text in TEXTS]
